"""add_shuffle. Source: NvInfer.h, IShuffleLayer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from trtexp.layers.base import Attributes, Dims, Layer, Tensor
from trtexp.numerics import Arithmetic, Bounded, moved

MOST_AXES = 8


class ShuffleAttributes(Attributes):
    """Attributes of a shuffle layer."""

    first_transpose: list[int] | None = None
    """The input's axes in the order that the reshape sees. Default: as they are."""
    reshape_dims: Dims | None = None
    """The new shape: 0 copies the dimension at that index, -1 is what remains. Default: no reshape."""
    second_transpose: list[int] | None = None
    """The reshaped axes in the order of the output. Default: as they are."""
    zero_is_placeholder: bool | None = None
    """Whether a 0 in the new shape copies a dimension, or is a dimension of 0. Default true."""


class Shuffle(Layer):
    """Transpose, reshape, transpose: x (any shape, any dtype) -> the same elements in another shape.

    Input 1, an int32 vector, gives the new shape instead of reshape_dims. A 0 copies the dimension of the input after
    the first transpose. C1: both transposes are permutations of the axes that they meet. C2: the new shape has at most
    8 dimensions, at most one of them -1, none below. C3: a copied dimension exists. C4: the new shape holds as many
    elements as the old one, and a -1 follows from the others (it does not beside a dimension of 0).
    """

    method: ClassVar[str] = "add_shuffle"
    interface: ClassVar[str] = "IShuffleLayer"
    most_inputs: ClassVar[int] = 2  # input, new shape

    input: Tensor
    set: ShuffleAttributes = ShuffleAttributes()

    def permutation(self, name: str, rank: int) -> list[int]:
        """A transpose, or the axes as they are."""
        given = self.state().get(name)
        if given is not None and sorted(given) != list(range(rank)):
            self.refuse(name, f"{given} given; give a permutation of {list(range(rank))}", "C1")
        return list(range(rank)) if given is None else list(given)

    def shape(self, inputs: Sequence[Bounded]) -> list[int]:
        """The shape between the two transposes."""
        before = [inputs[0].shape[axis] for axis in self.permutation("first_transpose", len(inputs[0].shape))]
        place, given = "reshape_dims", self.state().get("reshape_dims")
        if len(inputs) > 1:
            place, given = "set_input", [int(n) for n in inputs[1].ref.reshape(-1)]
        if given is None:
            return before
        if len(given) > MOST_AXES or min(given, default=0) < -1 or given.count(-1) > 1:
            self.refuse(place, f"{given} given; give at most {MOST_AXES} dimensions, at most one of them -1", "C2")
        shape = list(given)
        if self.state().get("zero_is_placeholder", True):
            for axis in (axis for axis, n in enumerate(given) if n == 0):
                if axis >= len(before):
                    self.refuse(place, f"{given} copies dimension {axis} of {before}", "C3")
                shape[axis] = before[axis]
        others = math.prod(n for n in shape if n != -1)
        if -1 in shape and others:
            shape[shape.index(-1)] = math.prod(before) // others
        if math.prod(shape) != math.prod(before) or -1 in shape:
            self.refuse(place, f"{given} does not hold the {math.prod(before)} elements of {before}", "C4")
        return shape

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        self.permutation("second_transpose", len(self.shape(inputs)))

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x, shape = inputs[0], self.shape(inputs)
        first = self.permutation("first_transpose", len(x.shape))
        second = self.permutation("second_transpose", len(shape))
        return (moved(lambda part: part.transpose(first).reshape(shape).transpose(second), x),)
