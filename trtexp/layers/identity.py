"""add_identity. Source: NvInfer.h, IIdentityLayer."""

from __future__ import annotations

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import Layer, Tensor
from trtexp.numerics import Bounded, converted

FROM = ("float32", "float16", "int32", "bool", "uint8")
TO = ("float32", "float16", "int32", "uint8")


class Identity(Layer):
    """The input, unchanged, or converted to `output_type`: x (any shape, any dtype) -> the same shape.

    C1: conversions go from float32, float16, int32, bool or uint8 to float32, float16, int32 or uint8; uint8 from and
    to floats only.
    """

    method, interface = "add_identity", "IIdentityLayer"
    scaffold = """inputs: {x: {values: [1, 2, 3]}}
        network: {y: {identity: {input: x}}}"""

    input: Tensor

    def output_type(self, x: Bounded) -> str:
        """The output's dtype."""
        member = self.final.output_type
        return x.dtype if member is None else DTYPE_OF_MEMBER[member]

    def check_inputs(self, x: Bounded) -> None:
        given, wanted = x.dtype, self.output_type(x)
        narrow = "uint8" in (given, wanted) and not {given, wanted} & {"float32", "float16"}
        if wanted != given and (given not in FROM or wanted not in TO or narrow):
            self.refuse("output_type", f"{given} to {wanted}; convert {', '.join(FROM)} to {', '.join(TO)}", "C1")

    def rounds_to_half(self) -> bool:
        return self.final.output_type == "HALF"

    def evaluate(self, x: Bounded) -> Bounded:
        return x if self.output_type(x) == x.dtype else converted(x, self.output_type(x))
