"""add_constant. Source: NvInfer.h, IConstantLayer."""

from __future__ import annotations

import math

from trtexp.layers.base import GIVEN, Attributes, Dims, Layer, Weights
from trtexp.numerics import Bounded, moved


class ConstantAttributes(Attributes):
    """Attributes of a constant."""

    shape: Dims = GIVEN
    """The output's shape."""
    weights: Weights = GIVEN
    """The values, row-major."""


class Constant(Layer):
    """A tensor that is known when the network is built: weights of any shape -> an output of the given shape.

    C1: the weights have as many elements as the shape.
    """

    method, interface = "add_constant", "IConstantLayer"
    more_operands = ("weights",)
    scaffold = """inputs: {x: {shape: [2, 3], full: 1}}
        weights: {w: {shape: [2, 3], arange: {start: 1}}}
        network: {c: {constant: {shape: [2, 3], weights: w}}, y: {elementwise: {input1: x, input2: c, op: SUM}}}"""

    shape: Dims
    """The output's shape; [] for a scalar."""
    weights: Weights
    set: ConstantAttributes = ConstantAttributes()

    def check_inputs(self, weights: Bounded) -> None:
        shape, count = self.final.shape, weights.ref.size
        whole = min(shape, default=0) >= 0 and math.prod(max(n, 1) for n in shape) < 2**31
        if not whole or math.prod(shape) != count:
            self.refuse("shape", f"{shape} does not hold the {count} elements of the weights", "C1")

    def evaluate(self, weights: Bounded) -> Bounded:
        return moved(lambda part: part.reshape(self.final.shape), weights)
