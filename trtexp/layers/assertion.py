"""add_assertion. Source: NvInfer.h, IAssertionLayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from trtexp.layers.base import Attributes, Layer, Tensor
from trtexp.numerics import Bounded


class AssertionAttributes(Attributes):
    """Attributes of an assertion."""

    message: str | None = None
    """What TensorRT says when the condition is false."""


class Assertion(Layer):
    """Refuse to run unless a condition holds: condition (any shape, a bool shape tensor) -> no output.

    A condition that is false whatever the input is refused by the build, any other one by the run.
    C1: the condition is bool. C2: no element of it is false.
    """

    method: ClassVar[str] = "add_assertion"
    interface: ClassVar[str] = "IAssertionLayer"
    output_names: ClassVar[tuple[str, ...]] = ()

    condition: Tensor
    """bool, computed from shapes."""
    message: str
    """What TensorRT says when the condition is false."""
    set: AssertionAttributes = AssertionAttributes()

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        condition = inputs[0]
        if condition.dtype != "bool":
            self.refuse("condition", f"{condition.dtype} given; give bool", "C1")
        if not condition.ref.all():
            self.refuse("condition", f"false: {self.state()['message']}", "C2")
