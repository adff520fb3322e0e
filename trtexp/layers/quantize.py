"""add_quantize and add_dequantize. Source: NvInfer.h, IQuantizeLayer and IDequantizeLayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from trtexp.definition import DTYPE_OF_MEMBER
from trtexp.layers.base import Attributes, DataType, Dims, Layer, Tensor
from trtexp.numerics import F64, LARGEST, UNIT, Arithmetic, Bounded, decode, encode, rounded, significant_bits

FLOATS = ("float32", "float16", "bfloat16")
CODES = ("int8", "int4", "float8e4m3")


class QuantizeAttributes(Attributes):
    """Attributes of a quantize or a dequantize layer."""

    axis: int | None = None
    """The axis along which a 1-D scale holds one number per slice."""
    to_type: DataType | None = None
    """The output's type, 10.x on."""
    block_shape: Dims | None = None
    """The shape of a block that shares one scale, 10.x on."""


class Scaled(Layer):
    """What quantize and dequantize share: an input, a scale that is a scalar or 1-D along `axis`, a zero point of 0.

    C1: a scale that is not a scalar has as many elements as the input along `axis`. C2: every scale is positive.
    C3: the zero point, input 2, is 0. C4: quantize goes from a float type to int8, int4 or fp8, dequantize back.
    """

    most_inputs: ClassVar[int] = 3  # input, scale, zero point
    takes: ClassVar[tuple[str, ...]]
    gives: ClassVar[tuple[str, ...]]
    default: ClassVar[str]

    input: Tensor
    scale: Tensor
    output_type: DataType | None = None
    """The output's type; required by 11.x, where trtexp gives INT8 or FLOAT if it is left out."""
    set: QuantizeAttributes = QuantizeAttributes()

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        x, scale = inputs[0], inputs[1].ref
        axis = self.state().get("axis")
        if scale.size != 1 and (axis is None or not -x.ref.ndim <= axis < x.ref.ndim or scale.size != x.shape[axis]):
            self.refuse("axis", f"{axis} with a scale of {scale.size} elements for an input {list(x.shape)}", "C1")
        if not (scale > 0).all():
            self.refuse("scale", f"{scale.min():g} given; a scale is positive", "C2")
        if len(inputs) > 2 and inputs[2].ref.any():
            self.refuse("set_input", "a zero point other than 0", "C3")
        if x.dtype not in self.takes:
            self.refuse("input", f"a tensor of {x.dtype}; give one of {', '.join(self.takes)}", "C4")
        if (made := self.to()) not in self.gives:
            attribute = "to_type" if self.state().get("to_type") else "output_type"
            self.refuse(attribute, f"{made} given; give one of {', '.join(self.gives)}", "C4")

    def scales(self, x: Bounded, scale: Bounded) -> F64:
        """The scale, shaped to meet the input."""
        if scale.ref.size == 1:
            return scale.ref.reshape(())
        shape = [1] * x.ref.ndim
        shape[self.state()["axis"]] = -1
        return scale.ref.reshape(shape)

    def to(self) -> str:
        """The output's dtype."""
        state = self.state()
        return DTYPE_OF_MEMBER[state.get("to_type") or state.get("output_type") or self.default]


class Quantize(Scaled):
    """y = round(x / scale), ties to even, saturated to the output's type; shapes as `Dequantize`."""

    method: ClassVar[str] = "add_quantize"
    interface: ClassVar[str] = "IQuantizeLayer"
    takes: ClassVar[tuple[str, ...]] = FLOATS
    gives: ClassVar[tuple[str, ...]] = CODES
    default: ClassVar[str] = "INT8"

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x, scale, dtype = inputs[0], self.scales(inputs[0], inputs[1]), self.to()
        quotient = x.ref / scale
        # A power of two divides without rounding; any other scale may be applied as a rounded reciprocal.
        unsure = 0.0 if significant_bits(scale) <= 1 else 4 * UNIT["float32"] * np.abs(quotient)
        code = quantized(quotient, dtype)

        def reach(error: F64) -> F64:
            width = unsure + error / scale
            return np.maximum(quantized(quotient + width, dtype) - code, code - quantized(quotient - width, dtype))

        bound = reach(x.bound)
        made = Bounded(dtype, code, bound, reach(x.typical), reach(x.slack), bound == 0, x.undetermined)
        return (made,)


class Dequantize(Scaled):
    """y = x · scale: x (any shape) of an 8-bit type, scale () or (x.shape[axis],) -> the same shape, float."""

    method: ClassVar[str] = "add_dequantize"
    interface: ClassVar[str] = "IDequantizeLayer"
    takes: ClassVar[tuple[str, ...]] = CODES
    gives: ClassVar[tuple[str, ...]] = FLOATS
    default: ClassVar[str] = "FLOAT"

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x, scale = inputs[0], self.scales(inputs[0], inputs[1])
        carried = replace(x, bound=x.bound * scale, typical=x.typical * scale, slack=x.slack * scale)
        ulps = 0.0 if significant_bits(scale) <= 1 else 1.0
        return (rounded(carried, x.ref * scale, ulps, self.to()),)


def quantized(values: F64, dtype: str) -> F64:
    """Values rounded to a quantised type, ties to even, saturated to its range."""
    if dtype in UNIT:
        limited = np.clip(values, -LARGEST[dtype], LARGEST[dtype])
        return decode(encode(limited, dtype)).astype(np.float64)
    bits = {"int8": 8, "int4": 4}[dtype]
    return np.clip(np.rint(values), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
