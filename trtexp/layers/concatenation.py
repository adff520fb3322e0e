"""add_concatenation. Source: NvInfer.h, IConcatenationLayer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from trtexp.layers.base import Attributes, Default, Layer, Tensor
from trtexp.numerics import Bounded, moved


class ConcatenationAttributes(Attributes):
    """Attributes of a concatenation."""

    axis: Annotated[int | None, Default("rank - 3, at least 0")] = None
    """The axis along which the inputs are joined."""


class Concatenation(Layer):
    """Join tensors along one axis: n × (…, m_i, …) -> (…, Σ m_i, …), same dtype.

    C1: all inputs have one dtype. C2: `axis` lies in the inputs. C3: the inputs have one shape but for that axis.
    """

    method, interface = "add_concatenation", "IConcatenationLayer"
    variadic = 10_000
    scaffold = """inputs: {a: {shape: [2, 2], arange: {start: 1}}, b: {shape: [2, 1], values: [[10], [20]]}}
        network: {y: {concatenation: {inputs: [a, b]}, set: {axis: 1}}}"""

    inputs: Annotated[list[Tensor], Field(min_length=1)]
    """The tensors, in order."""
    set: ConcatenationAttributes = ConcatenationAttributes()

    def axis(self, rank: int) -> int:
        """The axis, TensorRT's default included."""
        return max(rank - 3, 0) if self.final.axis is None else self.final.axis

    def check_inputs(self, inputs: tuple[Bounded, ...]) -> None:
        first = inputs[0]
        axis = self.axis(len(first.shape))
        if len({x.dtype for x in inputs}) > 1:
            self.refuse("inputs", f"{', '.join(x.dtype for x in inputs)} given; give one dtype", "C1")
        if not 0 <= axis < len(first.shape):
            self.refuse("axis", f"{axis} given; give 0 to {len(first.shape) - 1}", "C2")
        for x in inputs:
            if len(x.shape) != len(first.shape) or without(x.shape, axis) != without(first.shape, axis):
                self.refuse("inputs", f"{list(x.shape)} beside {list(first.shape)} along axis {axis}", "C3")

    def evaluate(self, inputs: tuple[Bounded, ...]) -> Bounded:
        axis = self.axis(len(inputs[0].shape))
        return moved(lambda *parts: np.concatenate(parts, axis), *inputs)


def without(shape: Sequence[int], axis: int) -> tuple[int, ...]:
    """A shape without one of its axes."""
    return (*shape[:axis], *shape[axis + 1 :])
