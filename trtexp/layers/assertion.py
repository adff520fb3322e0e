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

    method, interface = "add_assertion", "IAssertionLayer"
    output_names = ()
    scaffold = """inputs: {x: {shape: [3], arange: {start: 1}}, z: {shape: [3], arange: {start: 10}}}
        network:
          a: {shape: {input: x}}
          b: {shape: {input: z}}
          equal: {elementwise: {input1: a, input2: b, op: EQUAL}}
          assert: {assertion: {condition: equal, message: x and z differ in length}}
          y: {elementwise: {input1: x, input2: z, op: SUM}}"""

    condition: Tensor
    """bool, computed from shapes."""
    message: str
    set: AssertionAttributes = AssertionAttributes()

    def check_inputs(self, condition: Bounded) -> None:
        if condition.dtype != "bool":
            self.refuse("condition", f"{condition.dtype} given; give bool", "C1")
        if not condition.ref.all():
            self.refuse("condition", f"false: {self.final.message}", "C2")
