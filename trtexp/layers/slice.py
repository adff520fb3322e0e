"""add_slice. Source: NvInfer.h, ISliceLayer and SampleMode."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np

from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.layers.base import GIVEN, Attributes, Dims, Kind, Layer, Maybe, Tensor, integers
from trtexp.numerics import Bounded, Family, exactly, moved
from trtexp.numerics.budget import Work

SampleMode = Annotated[Literal["STRICT_BOUNDS", "DEFAULT", "WRAP", "CLAMP", "FILL", "REFLECT"], Kind("SampleMode")]


class SliceAttributes(Attributes):
    """Attributes of a slice layer."""

    start: Dims = GIVEN
    """The first index along each axis."""
    shape: Dims = GIVEN
    """The output's shape."""
    stride: Dims = GIVEN
    """The step along each axis; may be negative or 0."""
    mode: SampleMode = "STRICT_BOUNDS"
    """What lies outside the input; with STRICT_BOUNDS nothing may."""
    axes: Dims | None = None
    """The axes that start, shape and stride speak of, 10.x on."""


class Slice(Layer):
    """Elements start + i · stride along each axis: x (any shape) -> y of the given shape, same dtype.

    Inputs 1 to 3 give start, shape and stride instead of the arguments, input 4 the value for FILL, input 5 the axes.
    C1: start, shape and stride have one number per axis. C2: the output's shape has no negative number.
    C3: with STRICT_BOUNDS every index lies in the input. C4: axes are axes of x, each once.
    C5: a value to fill with is one element of the type of x; in RTX it comes with mode FILL alone. C6: in RTX x is not
    uint8 (1.7.1).
    """

    method, interface = "add_slice", "ISliceLayer"
    operands = ("input", "start", "shape", "stride", "fill", "axes")
    vectors = ("start", "shape", "stride", "axes")
    scaffold = """inputs: {x: {shape: [6], arange: {start: 1}}}
        network: {y: {slice: {input: x, start: [1], shape: [3], stride: [2]}}}"""

    input: Tensor
    start: Dims
    shape: Dims
    stride: Dims
    set: SliceAttributes = SliceAttributes()

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """The constructor wants numbers for what inputs give, as many as there are axes."""
        axes, x = read.attributes.get("axes"), inputs[0]
        known = (*(read.attributes.get(name) for name in ("start", "shape", "stride")), axes)
        count = next((len(value) for value in known if isinstance(value, tuple)), len((x and x.shape) or ()))
        return {"start": (0,) * count, "shape": (1,) * count, "stride": (1,) * count, **read.attributes}

    def numbers(self, x: Bounded, start: Maybe, shape: Maybe, stride: Maybe, of: Maybe) -> list[list[int]]:
        """start, shape and stride for every axis, from the inputs where they are set; of: the axes that these mean."""
        rank, final = len(x.shape), self.final
        given = ((final.start, start), (final.shape, shape), (final.stride, stride))
        found = [attribute if tensor is None else integers(tensor) for attribute, tensor in given]
        axes = final.axes if of is None else integers(of)
        if axes is None:
            return found
        if not all(-rank <= axis < rank for axis in axes) or len({axis % rank for axis in axes}) != len(axes):
            self.refuse("axes", f"{axes} given; give axes of x from {-rank} to {rank - 1}, each once", "C4")
        every = [[0] * rank, list(x.shape), [1] * rank]
        for name, numbers, values in zip(("start", "shape", "stride"), every, found, strict=True):
            if len(values) != len(axes):
                self.refuse(name, f"{values} given for the axes {axes}", "C1")
            for axis, value in zip(axes, values, strict=True):
                numbers[axis] = value
        return every

    def check_inputs(
        self, x: Bounded, start: Maybe, shape: Maybe, stride: Maybe, fill: Maybe, axes: Maybe, *, family: Family | None
    ) -> None:
        dims, numbers = x.shape, self.numbers(x, start, shape, stride, axes)
        for name, values in zip(("start", "shape", "stride"), numbers, strict=True):
            if len(values) != len(dims):
                self.refuse(name, f"{values} given; the input {list(dims)} has {len(dims)} axes", "C1")
        if min(numbers[1], default=0) < 0:
            self.refuse("shape", f"{numbers[1]} given; a shape has no negative number", "C2")
        if family == "tensorrt-rtx" and fill is not None and self.final.mode != "FILL":
            self.refuse("set_input", f"a value to fill with beside mode {self.final.mode}; give FILL", "C5")
        if fill is not None and (fill.dtype, fill.ref.size) != (x.dtype, 1):
            self.refuse("set_input", f"{fill.dtype} {list(fill.shape)} to fill with; give one {x.dtype}", "C5")
        if family == "tensorrt-rtx" and x.dtype == "uint8":
            self.refuse("input", "a tensor of uint8; cast it to another type", "C6")
        if self.final.mode in ("STRICT_BOUNDS", "DEFAULT"):
            for first, n, step, size in zip(*numbers, dims, strict=True):
                low, high = sorted((first, first + (n - 1) * step))
                if n and not 0 <= low <= high < size:
                    self.refuse("start", f"indices {low} to {high} of an axis of {size}", "C3")

    def work(self, x: Bounded, start: Maybe, shape: Maybe, stride: Maybe, fill: Maybe, axes: Maybe) -> Work:
        sizes = self.numbers(x, start, shape, stride, axes)[1]
        return Work(math.prod(sizes) + sum(sizes))

    def indices(self, x: Bounded, start: Maybe, shape: Maybe, stride: Maybe, of: Maybe) -> list[np.ndarray]:
        """The indices along each axis, before the mode brings them into the input."""
        numbers = self.numbers(x, start, shape, stride, of)
        return [first + np.arange(n) * step for first, n, step in zip(*numbers, strict=True)]

    def evaluate(self, x: Bounded, start: Maybe, shape: Maybe, stride: Maybe, fill: Maybe, axes: Maybe) -> Bounded:
        mode, wanted = self.final.mode, self.indices(x, start, shape, stride, axes)
        inside = np.ones([len(i) for i in wanted], bool)
        for axis, (index, size) in enumerate(zip(wanted, x.shape, strict=True)):
            inside &= ((index >= 0) & (index < size)).reshape([-1 if a == axis else 1 for a in range(len(wanted))])
        grid = np.ix_(*(brought(index, size, mode) for index, size in zip(wanted, x.shape, strict=True)))
        picked = moved(lambda part: part[grid] if part.size else np.zeros(inside.shape, part.dtype), x)
        if mode != "FILL":
            return picked
        value = exactly(np.zeros(()), x.dtype) if fill is None else fill
        return moved(lambda part, outside: np.where(inside, part, outside.reshape(())), picked, value)


def brought(index: np.ndarray, size: int, mode: str) -> np.ndarray:
    """Indices outside an axis of `size` elements, brought inside as the mode says."""
    if mode == "WRAP":
        return index % max(size, 1)
    if mode == "REFLECT" and size > 1:
        turned = index % (2 * size - 2)
        return np.where(turned < size, turned, 2 * size - 2 - turned)
    return np.clip(index, 0, max(size - 1, 0))
