"""add_shuffle. Source: NvInfer.h, IShuffleLayer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.layers.base import Attributes, Default, Dims, Layer, Maybe, Tensor, integers
from trtexp.numerics import Bounded, Family, moved

MOST_AXES = 8


class ShuffleAttributes(Attributes):
    """Attributes of a shuffle layer."""

    first_transpose: Annotated[list[int] | None, Default("as they are")] = None
    """The input's axes in the order that the reshape sees."""
    reshape_dims: Annotated[Dims | None, Default("no reshape")] = None
    """The new shape: 0 copies the dimension at that index, -1 is what remains."""
    second_transpose: Annotated[list[int] | None, Default("as they are")] = None
    """The reshaped axes in the order of the output."""
    zero_is_placeholder: bool = True
    """Whether a 0 in the new shape copies a dimension, or is a dimension of 0."""


class Shuffle(Layer):
    """Transpose, reshape, transpose: x (any shape) -> the same elements in another shape.

    Input 1, a vector of int32 or int64, gives the new shape instead of reshape_dims. A 0 copies the dimension of the
    input after the first transpose. C1: both transposes are permutations of the axes that they meet. C2: the new shape
    has at most 8 dimensions, at most one of them -1, none below. C3: a copied dimension exists. C4: the new shape holds
    as many elements as the old one, and a -1 follows from the others (it does not beside a dimension of 0). C5: in RTX
    x is not uint8 (1.7.1).
    """

    method, interface = "add_shuffle", "IShuffleLayer"
    operands = ("input", "reshape_dims")
    vectors = ("reshape_dims",)
    scaffold = """inputs: {x: {shape: [2, 3], arange: {start: 1}}}
        network: {y: {shuffle: {input: x}, set: {reshape_dims: [3, 2]}}}"""

    input: Tensor
    set: ShuffleAttributes = ShuffleAttributes()

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """A permutation is 8 long, whatever the rank; what stands behind that is no matter."""
        told = super().told(read, inputs)
        for name, tensor in (("first_transpose", inputs[0]), ("second_transpose", read.outputs[0])):
            order = told.get(name)
            if isinstance(order, tuple) and tensor is not None and tensor.shape is not None:
                told[name] = order[: len(tensor.shape)]
        return told

    def order(self, name: str, given: list[int] | None, rank: int) -> list[int]:
        """A transpose, or the axes as they are."""
        if given is not None and sorted(given) != list(range(rank)):
            self.refuse(name, f"{given} given; give a permutation of {list(range(rank))}", "C1")
        return list(range(rank)) if given is None else given

    def plan(self, x: Bounded, dims: Maybe) -> tuple[list[int], list[int], list[int]]:
        """(first transpose, the shape between the two, second transpose)"""
        first = self.order("first_transpose", self.final.first_transpose, len(x.shape))
        shape = self.reshaped([x.shape[axis] for axis in first], dims)
        return first, shape, self.order("second_transpose", self.final.second_transpose, len(shape))

    def reshaped(self, before: list[int], dims: Maybe) -> list[int]:
        """The new shape of a tensor."""
        place, given = ("reshape_dims", self.final.reshape_dims) if dims is None else ("set_input", integers(dims))
        if given is None:
            return before
        if len(given) > MOST_AXES or min(given, default=0) < -1 or given.count(-1) > 1:
            self.refuse(place, f"{given} given; give at most {MOST_AXES} dimensions, at most one of them -1", "C2")
        copied = [axis for axis, n in enumerate(given) if n == 0 and self.final.zero_is_placeholder]
        if beyond := [axis for axis in copied if axis >= len(before)]:
            self.refuse(place, f"{given} copies dimension {beyond[0]} of {before}", "C3")
        shape = [before[axis] if axis in copied else n for axis, n in enumerate(given)]
        others = math.prod(n for n in shape if n != -1)
        if -1 in shape and others:
            shape[shape.index(-1)] = math.prod(before) // others
        if math.prod(shape) != math.prod(before) or -1 in shape:
            self.refuse(place, f"{given} does not hold the {math.prod(before)} elements of {before}", "C4")
        return shape

    def check_inputs(self, x: Bounded, dims: Maybe, *, family: Family | None) -> None:
        self.plan(x, dims)
        if family == "tensorrt-rtx" and x.dtype == "uint8":
            self.refuse("input", "a tensor of uint8; cast it to another type", "C5")

    def evaluate(self, x: Bounded, dims: Maybe) -> Bounded:
        first, shape, second = self.plan(x, dims)
        return moved(lambda part: part.transpose(first).reshape(shape).transpose(second), x)
