"""add_gather and add_gather_v2. Source: NvInfer.h, IGatherLayer and GatherMode."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from trtexp.layers.base import Attributes, Kind, Layer, Tensor
from trtexp.layers.orders import MEASURED
from trtexp.numerics import Arithmetic, Bounded, moved, undetermined
from trtexp.numerics.budget import Work

GatherMode = Annotated[Literal["DEFAULT", "ELEMENT", "ND"], Kind("GatherMode")]


class GatherAttributes(Attributes):
    """Attributes of a gather layer."""

    axis: int = 0
    """The axis that indices count along; ND has none."""
    mode: GatherMode = "DEFAULT"
    """How indices are read."""
    num_elementwise_dims: int = 0
    """How many leading dimensions x and indices share, so that they are walked together."""


class GatherV2(Layer):
    """Pick elements of x by integer indices: x of any dtype -> the same dtype; e is num_elementwise_dims.

    DEFAULT: a slice of x per index: x.shape[:axis] + indices.shape[e:] + x.shape[axis + 1:]. ELEMENT: an element of x
    per index, at its place in `indices` but for `axis`: indices.shape. ND: the last axis of `indices` holds k
    coordinates behind the e shared ones: indices.shape[:-1] + x.shape[e + k:]. A negative index counts from the back.
    One outside gives 0 on tensorrt<10 (8.5.3.1 and 8.6.0, measured); elsewhere what it gives is undetermined. NaN and
    infinities are moved as they are.
    C1: indices are int32 or int64. C2: `axis` lies in x, behind the shared dimensions. C3: e is 0 or 1 for DEFAULT, 0
    for ELEMENT, 0 to rank - 1 for ND; the shared dimensions are equal, for DEFAULT one of them may be 1. C4: ELEMENT
    takes indices of the rank of x, no longer than x away from `axis`. C5: ND takes k of at most the rank of x less e.
    """

    method, interface = "add_gather_v2", "IGatherLayer"
    scaffold = """inputs: {x: {shape: [2, 3], arange: {start: 1}}, i: {values: [[1, 2], [0, 0]], dtype: int32}}
        network: {y: {gather_v2: {input: x, indices: i, mode: ND}}}"""

    input: Tensor
    indices: Tensor
    """int32 or int64."""
    mode: GatherMode
    set: GatherAttributes = GatherAttributes()

    def choice(self) -> tuple[str, int, int]:
        """(mode, axis, num_elementwise_dims)"""
        return self.final.mode, self.final.axis, self.final.num_elementwise_dims

    def check_inputs(self, x: Bounded, indices: Bounded) -> None:
        mode, axis, shared = self.choice()
        rank, shape = len(x.shape), list(indices.shape)
        if indices.dtype not in ("int32", "int64"):
            self.refuse("indices", f"{indices.dtype} given; give int32 or int64", "C1")
        if mode != "ND" and not shared <= axis < rank:
            self.refuse("axis", f"{axis} given for x {list(x.shape)}; give {shared} to {rank - 1}", "C2")
        most = {"DEFAULT": min(1, rank - 1), "ELEMENT": 0, "ND": rank - 1}[mode]
        pairs = list(zip(shape[:shared], x.shape[:shared], strict=False))
        equal = all(m == n or (mode == "DEFAULT" and 1 in (m, n)) for m, n in pairs)
        if not 0 <= shared <= most or len(pairs) != shared or not equal:
            message = f"{shared} of {list(x.shape)} and {shape}; give 0 to {most} equal dimensions with {mode}"
            self.refuse("num_elementwise_dims", message, "C3")
        if mode == "ELEMENT":
            fits = len(shape) == rank and all(n <= x.shape[a] for a, n in enumerate(shape) if a != axis)
            if not fits:
                self.refuse("indices", f"{shape} with x {list(x.shape)} along axis {axis}", "C4")
        if mode == "ND" and (len(shape) <= shared or shape[-1] > rank - shared):
            self.refuse("indices", f"{shape} with x {list(x.shape)} and {shared} shared dimensions", "C5")

    def work(self, x: Bounded, indices: Bounded) -> Work:
        mode, axis, shared = self.choice()
        made: tuple[int, ...] = indices.shape
        if mode == "ND":
            made = (*indices.shape[:-1], *x.shape[shared + indices.shape[-1] :])
        elif mode == "DEFAULT":
            made = (*x.shape[:axis], *indices.shape[shared:], *x.shape[axis + 1 :])
        return Work(2 * math.prod(made))

    def coordinates(self, shape: tuple[int, ...], indices: np.ndarray) -> list[np.ndarray]:
        """An index array for each leading axis of x, which all broadcast; axes behind them are taken whole."""
        mode, axis, shared = self.choice()
        if mode == "ND":
            parts = [indices[..., k] for k in range(indices.shape[-1])]
            return [*grids(indices.shape[:-1], shared), *parts]
        if mode == "ELEMENT":
            parts = list(grids(indices.shape, len(shape)))
            parts[axis] = indices
            return parts
        # DEFAULT: (x.shape[:axis], indices.shape[shared:]), the shared dimensions being among the first
        spread = indices.reshape((*indices.shape[:shared], *[1] * (axis - shared), *indices.shape[shared:]))
        return [*grids((*shape[:axis], *indices.shape[shared:]), axis), spread]

    def evaluate(self, x: Bounded, indices: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        places = self.coordinates(x.shape, indices.ref.astype(int))
        shape = np.broadcast_shapes(*(p.shape for p in places)) if places else indices.shape[:-1]
        inside = np.ones(shape, bool)
        wrapped = []
        for place, size in zip(places, x.shape, strict=False):
            inside = inside & (place >= -size) & (place < size)
            wrapped.append(np.where((place >= -size) & (place < size), place, 0))

        def pick(part: np.ndarray) -> np.ndarray:
            behind = part.shape[len(places) :]
            known = inside.reshape((*inside.shape, *[1] * len(behind)))
            if not part.size:
                return np.zeros((*shape, *behind), part.dtype)
            picked = part[tuple(wrapped)] if wrapped else np.broadcast_to(part, (*shape, *behind))
            return np.where(known, picked, np.zeros((), part.dtype))

        made = moved(pick, x)
        unsure = np.zeros(shape, bool) if arithmetic.family in MEASURED else ~inside
        if indices.undetermined.any():
            unsure = unsure | self.picked_by(x.shape, indices.undetermined, shape)
        unsure = unsure.reshape((*shape, *[1] * (made.ref.ndim - len(shape))))
        return undetermined(made, np.broadcast_to(unsure, made.shape))

    def picked_by(self, of: tuple[int, ...], marks: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Where one of the marked indices says what is picked."""
        if self.choice()[0] == "ND":
            return np.asarray(marks.any(-1))
        return np.broadcast_to(self.coordinates(of, marks)[self.choice()[1]] != 0, shape)


class Gather(GatherV2):
    """The same in mode DEFAULT, unless `set` says otherwise."""

    method = "add_gather"
    scaffold = """inputs: {x: {shape: [2, 3], arange: {start: 1}}, i: {values: [2, 0], dtype: int32}}
        network: {y: {gather: {input: x, indices: i, axis: 1}}}"""

    mode: ClassVar[Any] = None  # type: ignore[misc]
    axis: int
    """The axis that indices count along."""


def grids(shape: Sequence[int], count: int) -> list[np.ndarray]:
    """The own coordinate of every element along each of the first axes."""
    return [
        np.arange(n).reshape([-1 if a == axis else 1 for a in range(len(shape))])
        for axis, n in enumerate(shape[:count])
    ]
