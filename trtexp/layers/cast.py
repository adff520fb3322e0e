"""add_cast. Source: NvInfer.h, ICastLayer and DataType; what is undefined there as CUDA's conversions have it."""

from __future__ import annotations

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import GIVEN, Attributes, DataType, Layer, Tensor
from trtexp.numerics import Bounded, Family, converted, undetermined

QUANTIZED = ("float8e4m3", "float4e2m1", "int4")
SCALE = "float8e8m0"


class CastAttributes(Attributes):
    """Attributes of a cast."""

    to_type: DataType = GIVEN
    """The output's type."""


class Cast(Layer):
    """Every element converted to another type: x (any shape) -> the same shape; from 8.6 on.

    To a float type: to the nearest, ties to even. From float to integer: towards 0. To bool: whether it is not 0, which
    NaN is not. From bool: 0 and 1. Float to int32 and int64 beyond the range saturates, NaN gives 0; all else that
    does not fit is undefined. C1: neither side is fp8, fp4 or int4, which quantize and dequantize make. C2: e8m0 is
    for RTX alone (1.7.1), where only powers of two are known to become it.
    """

    method, interface = "add_cast", "ICastLayer"
    scaffold = """inputs: {x: {values: [-1.5, -0.5, 0, 0.5, 1.5]}}
        network: {y: {cast: {input: x, to_type: INT32}}}"""

    input: Tensor
    to_type: DataType
    set: CastAttributes = CastAttributes()

    def check_inputs(self, x: Bounded, *, family: Family | None) -> None:
        if DTYPE_OF_MEMBER[self.final.to_type] in QUANTIZED:
            self.refuse("to_type", f"{self.final.to_type} given; use quantize", "C1")
        if x.dtype in QUANTIZED:
            self.refuse("input", f"a tensor of {x.dtype}; use dequantize", "C1")
        for attribute, dtype in (("to_type", DTYPE_OF_MEMBER[self.final.to_type]), ("input", x.dtype)):
            if dtype == SCALE and family not in (None, "tensorrt-rtx"):
                self.refuse(attribute, f"a tensor of {dtype}, which RTX alone casts", "C2")

    def rounds_to_half(self) -> bool:
        return self.final.to_type == "HALF"

    def evaluate(self, x: Bounded) -> Bounded:
        made = converted(x, DTYPE_OF_MEMBER[self.final.to_type])
        return undetermined(made, made.ref != x.ref) if made.dtype == SCALE else made
