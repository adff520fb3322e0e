"""add_slice. Source: NvInfer.h, ISliceLayer and SampleMode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from trtexp.layers.base import Attributes, Dims, Kind, Layer, Tensor
from trtexp.numerics import Arithmetic, Bounded, exactly, moved

SampleMode = Annotated[Literal["STRICT_BOUNDS", "DEFAULT", "WRAP", "CLAMP", "FILL", "REFLECT"], Kind("SampleMode")]


class SliceAttributes(Attributes):
    """Attributes of a slice layer."""

    start: Dims | None = None
    """The first index along each axis."""
    shape: Dims | None = None
    """The output's shape."""
    stride: Dims | None = None
    """The step along each axis; may be negative or 0."""
    mode: SampleMode | None = None
    """What lies outside the input. Default STRICT_BOUNDS: nothing may."""
    axes: Dims | None = None
    """The axes that start, shape and stride speak of, 10.x on."""


class Slice(Layer):
    """Elements start + i · stride along each axis: x (any shape) -> y of the given shape, same dtype.

    Inputs 1 to 3 give start, shape and stride instead of the arguments, input 4 the value for FILL, input 5 the axes.
    C1: start, shape and stride have one number per axis. C2: the output's shape has no negative number.
    C3: with STRICT_BOUNDS every index lies in the input. C4: axes are axes of x, each once.
    """

    method: ClassVar[str] = "add_slice"
    interface: ClassVar[str] = "ISliceLayer"
    most_inputs: ClassVar[int] = 6

    input: Tensor
    start: Dims
    """The first index along each axis."""
    shape: Dims
    """The output's shape."""
    stride: Dims
    """The step along each axis; may be negative or 0."""
    set: SliceAttributes = SliceAttributes()

    def numbers(self, inputs: Sequence[Bounded]) -> list[list[int]]:
        """start, shape and stride for every axis, from the inputs where they are set."""
        state, rank = self.state(), len(inputs[0].shape)

        def given(name: str, index: int) -> Any:
            tensor = inputs[index] if len(inputs) > index else None
            return state.get(name) if tensor is None else [int(v) for v in tensor.ref.reshape(-1)]

        found = [given(name, i) for i, name in enumerate(("start", "shape", "stride"), 1)]
        axes = given("axes", 5)
        if axes is None:
            return found
        if not all(-rank <= axis < rank for axis in axes) or len({axis % rank for axis in axes}) != len(axes):
            self.refuse("axes", f"{axes} given; give axes of x from {-rank} to {rank - 1}, each once", "C4")
        whole = [[0] * rank, list(inputs[0].shape), [1] * rank]
        for name, numbers, values in zip(("start", "shape", "stride"), whole, found, strict=True):
            if len(values) != len(axes):
                self.refuse(name, f"{values} given for the axes {axes}", "C1")
            for axis, value in zip(axes, values, strict=True):
                numbers[axis] = value
        return whole

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        dims = inputs[0].shape
        for name, values in zip(("start", "shape", "stride"), self.numbers(inputs), strict=True):
            if len(values) != len(dims):
                self.refuse(name, f"{values} given; the input {list(dims)} has {len(dims)} axes", "C1")
        _, shape, _ = self.numbers(inputs)
        if min(shape, default=0) < 0:
            self.refuse("shape", f"{shape} given; a shape has no negative number", "C2")
        if self.state().get("mode", "STRICT_BOUNDS") in ("STRICT_BOUNDS", "DEFAULT"):
            for index, size in zip(self.indices(inputs), dims, strict=True):
                if index.size and not 0 <= index.min() <= index.max() < size:
                    self.refuse("start", f"indices {index.min()} to {index.max()} of an axis of {size}", "C3")

    def indices(self, inputs: Sequence[Bounded]) -> list[np.ndarray]:
        """The indices along each axis, before the mode brings them into the input."""
        return [s + np.arange(n) * step for s, n, step in zip(*self.numbers(inputs), strict=True)]

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x, mode = inputs[0], self.state().get("mode", "STRICT_BOUNDS")
        wanted = self.indices(inputs)
        inside = np.ones([len(i) for i in wanted], bool)
        for axis, (index, size) in enumerate(zip(wanted, x.shape, strict=True)):
            shape = [1] * len(wanted)
            shape[axis] = -1
            inside &= ((index >= 0) & (index < size)).reshape(shape)
        grid = np.ix_(*(brought(index, size, mode) for index, size in zip(wanted, x.shape, strict=True)))
        picked = moved(lambda part: part[grid] if part.size else np.zeros(inside.shape, part.dtype), x)
        if mode != "FILL":
            return (picked,)
        fill = inputs[4] if len(inputs) > 4 else exactly(np.zeros(()), x.dtype)
        return (moved(lambda part, value: np.where(inside, part, value.reshape(())), picked, fill),)


def brought(index: np.ndarray, size: int, mode: str) -> np.ndarray:
    """Indices outside an axis of `size` elements, brought inside as the mode says."""
    if mode == "WRAP":
        return index % max(size, 1)
    if mode == "REFLECT" and size > 1:
        turned = index % (2 * size - 2)
        return np.where(turned < size, turned, 2 * size - 2 - turned)
    return np.clip(index, 0, max(size - 1, 0))
