"""add_assertion. Source: NvInfer.h, IAssertionLayer."""

from __future__ import annotations

from trtexp.layers.base import GIVEN, Attributes, Layer, Tensor
from trtexp.numerics import Bounded


class AssertionAttributes(Attributes):
    """Attributes of an assertion."""

    message: str = GIVEN
    """What TensorRT says when the condition is false."""


class Assertion(Layer):
    """Refuse to run unless a condition holds: condition (any shape, a bool shape tensor) -> no output.

    A condition that is false whatever the input is refused by the build, any other one by the run.
    C1: the condition is bool. C2: no element of it is false.
    """

    method = "add_assertion"
    interface = "IAssertionLayer"
    output_names = ()

    condition: Tensor
    """bool, computed from shapes."""
    message: str
    set: AssertionAttributes = AssertionAttributes()

    def check_inputs(self, condition: Bounded) -> None:
        if condition.dtype != "bool":
            self.refuse("condition", f"{condition.dtype} given; give bool", "C1")
        if not condition.ref.all():
            self.refuse("condition", f"false: {self.final.message}", "C2")
