"""add_scatter. Source: NvInfer.h, IScatterLayer and ScatterMode."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Kind, Layer, Tensor
from trtexp.layers.gather import grids
from trtexp.numerics import Bounded, moved, undetermined
from trtexp.numerics.budget import Work

ScatterMode = Annotated[Literal["ELEMENT", "ND"], Kind("ScatterMode")]


class ScatterAttributes(Attributes):
    """Attributes of a scatter layer."""

    axis: int = 0
    """ELEMENT: the axis that indices count along."""
    mode: ScatterMode = GIVEN
    """How indices are read."""


class Scatter(Layer):
    """Put updates into a copy of the data: data (any shape, any dtype) -> the same shape and dtype.

    ELEMENT: each update goes where it stands, but for `axis`, where its index says. ND: the last axis of `indices`
    holds k coordinates, and an update is a slice of data.shape[k:]. A negative index counts from the back,
    one outside is refused: no release says what it does. NaN and infinities are moved as they are.
    C1: indices are int32 or int64. C2: data and updates have one dtype. C3: ELEMENT takes indices and updates of one
    shape, of the rank of the data and no longer than it away from `axis`, which lies in the data. C4: ND takes k of at
    most the rank of the data and updates of indices.shape[:-1] + data.shape[k:]. C5: every index lies in the data.
    C6: no two updates go to one place, since their order is open.
    """

    method, interface = "add_scatter", "IScatterLayer"
    scaffold = """inputs:
          x: {shape: [3, 3], arange: {start: 1}}
          i: {shape: [1, 1], values: [[1]], dtype: int32}
          u: {shape: [1, 3], arange: {start: 10, step: 10}}
        network: {y: {scatter: {data: x, indices: i, updates: u, mode: ND}}}"""

    data: Tensor
    indices: Tensor
    """int32 or int64."""
    updates: Tensor
    mode: ScatterMode
    set: ScatterAttributes = ScatterAttributes()

    def check_inputs(self, data: Bounded, indices: Bounded, updates: Bounded) -> None:
        if indices.dtype not in ("int32", "int64"):
            self.refuse("indices", f"{indices.dtype} given; give int32 or int64", "C1")
        if data.dtype != updates.dtype:
            self.refuse("updates", f"{updates.dtype} for data of {data.dtype}", "C2")
        (self.check_element if self.final.mode == "ELEMENT" else self.check_nd)(data, indices, updates)
        depth = len(data.shape) if self.final.mode == "ELEMENT" else indices.shape[-1]
        places = np.stack(np.broadcast_arrays(*self.places(data.shape, indices)), -1).reshape(-1, depth)
        sizes = data.shape[: places.shape[1]]
        if not ((places >= 0) & (places < sizes)).all():
            self.refuse("indices", f"an index outside the data {list(data.shape)}", "C5")
        if len(np.unique(places, axis=0)) != len(places):
            self.refuse("indices", "two updates for one place", "C6")

    def check_element(self, data: Bounded, indices: Bounded, updates: Bounded) -> None:
        """C3."""
        rank, shape, axis = len(data.shape), indices.shape, self.final.axis
        if not -rank <= axis < rank:
            self.refuse("axis", f"{axis} given; give {-rank} to {rank - 1}", "C3")
        away = all(n <= data.shape[a] for a, n in enumerate(shape[:rank]) if a != axis % rank)
        if len(shape) != rank or shape != updates.shape or not away:
            message = f"indices {list(shape)} and updates {list(updates.shape)} for data {list(data.shape)}"
            self.refuse("indices", message, "C3")

    def check_nd(self, data: Bounded, indices: Bounded, updates: Bounded) -> None:
        """C4."""
        shape = indices.shape
        fits = bool(shape) and 1 <= shape[-1] <= len(data.shape)
        if not fits or updates.shape != (*shape[:-1], *data.shape[shape[-1] :]):
            message = f"indices {list(shape)} and updates {list(updates.shape)} for data {list(data.shape)}"
            self.refuse("updates", message, "C4")

    def places(self, shape: tuple[int, ...], indices: Bounded) -> list[np.ndarray]:
        """An index array for each leading axis of the data, negative ones counted from the back."""
        values = indices.ref.astype(int)
        if self.final.mode == "ND":
            return [wrapped(values[..., k], shape[k]) for k in range(values.shape[-1])]
        axis = self.final.axis
        parts = grids(values.shape, len(shape))
        parts[axis] = wrapped(values, shape[axis])
        return parts

    def work(self, data: Bounded, indices: Bounded, updates: Bounded) -> Work:
        return Work(data.ref.size + len(data.shape) * indices.ref.size, 50 * indices.ref.size)

    def evaluate(self, data: Bounded, indices: Bounded, updates: Bounded) -> Bounded:
        places = tuple(self.places(data.shape, indices))

        def put(part: np.ndarray, update: np.ndarray) -> np.ndarray:
            made = part.copy()
            made[places] = update
            return made

        made = moved(put, data, updates)
        return undetermined(made, np.full(made.shape, bool(indices.undetermined.any())))


def wrapped(index: np.ndarray, size: int) -> np.ndarray:
    """Negative indices counted from the back."""
    return np.where(index < 0, index + size, index)
