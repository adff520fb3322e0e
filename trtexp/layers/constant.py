"""add_constant. Source: NvInfer.h, IConstantLayer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from trtexp.layers.base import Attributes, Dims, Layer, Weights
from trtexp.numerics import Arithmetic, Bounded, moved


class ConstantAttributes(Attributes):
    """Attributes of a constant."""

    shape: Dims | None = None
    """The output's shape."""
    weights: Weights | None = None
    """The values, row-major."""


class Constant(Layer):
    """A tensor that is known when the network is built: weights of any shape -> an output of the given shape.

    C1: the weights have as many elements as the shape.
    """

    method: ClassVar[str] = "add_constant"
    interface: ClassVar[str] = "IConstantLayer"
    most_inputs: ClassVar[int] = 0

    shape: Dims
    """The output's shape; [] for a scalar."""
    weights: Weights  # type: ignore[assignment]
    """The values, row-major."""
    set: ConstantAttributes = ConstantAttributes()

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        shape, count = self.state()["shape"], weights["weights"].ref.size
        whole = min(shape, default=0) >= 0 and math.prod(max(n, 1) for n in shape) < 2**31
        if not whole or math.prod(shape) != count:
            self.refuse("shape", f"{shape} does not hold the {count} elements of the weights", "C1")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        return (moved(lambda part: part.reshape(self.state()["shape"]), weights["weights"]),)
