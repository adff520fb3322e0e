"""add_quantize and add_dequantize. Source: NvInfer.h, IQuantizeLayer and IDequantizeLayer; TensorRT's documentation,
Working with Quantized Types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.layers.base import MOST_AXES, Attributes, DataType, Dims, Layer, Maybe, Tensor
from trtexp.numerics import (
    F64,
    LARGEST,
    RANGE,
    UNIT,
    Bounded,
    Family,
    decode,
    encode,
    held,
    moved,
    pointwise,
    significant_bits,
)

FLOATS = ("float32", "float16", "bfloat16")
SCALES = (*FLOATS, "float8e8m0")
CODES = ("int8", "int4", "float8e4m3", "float4e2m1")


class QuantizeAttributes(Attributes):
    """Attributes of a quantize or a dequantize layer."""

    axis: int | None = None
    """The axis along which a 1-D scale holds one number per slice."""
    to_type: DataType | None = None
    """The output's type, 10.x on."""
    block_shape: Dims | None = None
    """The shape of a block that shares one scale, -1 for a whole axis; 10.x on."""


class Scaled(Layer):
    """What quantize and dequantize share: an input, its scale, a zero point of 0.

    The scale is a scalar, or 1-D along `axis`, or has the rank of the input and one number per block.
    C1: a 1-D scale has as many elements as the input along `axis`, in RTX the
    last one if it is left out (1.7.1). C2: every scale is positive. C3: the zero point,
    input 2, is 0. C4: quantize goes from a float type to int8, int4, fp8 or fp4, dequantize back. C5: a block has a
    length per axis, which divides the input's; the scale has the shape of the blocks. C6: in RTX a scale of float16 or
    bfloat16 goes with that type at the other side, or with int8, E8M0 with fp8, and a scale of one element is a scalar
    or 1-D (1.7.1). C7: a scale is float32, float16, bfloat16 or E8M0. C8: in RTX quantize takes 1 axis or
    more, `axis` is from -8 to 7, beside one scale from -r to r, r being the rank of x, and a zero point has as many
    elements as the scale (1.7.1).
    """

    operands = ("input", "scale", "zero_point")
    aliases = {"output_type": ("to_type",)}
    takes: ClassVar[tuple[str, ...]]
    gives: ClassVar[tuple[str, ...]]
    default: ClassVar[str]
    scaffold = """inputs: {x: {values: [-2.5, -1, 0, 0.5, 300]}}
        weights: {half: {shape: [], full: 0.5}}
        network:
          scale: {constant: {shape: [], weights: half}}
          q: {quantize: {input: x, scale: scale}}
          y: {dequantize: {input: q, scale: scale}}
        build: {flags: {INT8: true}}"""

    input: Tensor
    scale: Tensor
    output_type: DataType | None = None
    """The output's type; required by 11.x, where trtexp gives INT8 or FLOAT if it is left out."""
    set: QuantizeAttributes = QuantizeAttributes()

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """The constructor's type is told as `to_type`."""
        told = super().told(read, inputs)
        return told | ({"output_type": told["to_type"]} if "to_type" in told else {})

    def check_inputs(self, x: Bounded, scale: Bounded, zero: Maybe, *, family: Family | None) -> None:
        axis, size = self.final.axis, scale.ref.size
        if family == "tensorrt-rtx":
            axis = -1 if axis is None else axis
            self.check_places(x, scale, zero)
        if self.blocked(x, scale):
            self.check_blocks(x.shape, scale.shape)
        elif size != 1 and (axis is None or not -x.ref.ndim <= axis < x.ref.ndim or size != x.shape[axis]):
            self.refuse("axis", f"{axis} with a scale of {size} elements for an input {list(x.shape)}", "C1")
        if scale.dtype not in SCALES:
            self.refuse("scale", f"a scale of {scale.dtype}; give one of {', '.join(SCALES)}", "C7")
        if not (scale.ref > 0).all():
            self.refuse("scale", f"{scale.ref.min():g} given; a scale is positive", "C2")
        if zero is not None and zero.ref.any():
            self.refuse("set_input", "a zero point other than 0", "C3")
        if x.dtype not in self.takes:
            self.refuse("input", f"a tensor of {x.dtype}; give one of {', '.join(self.takes)}", "C4")
        if (made := self.to()) not in self.gives:
            self.refuse("to_type", f"{made} given; give one of {', '.join(self.gives)}", "C4")
        types = {x.dtype, made}
        if family == "tensorrt-rtx" and scale.dtype in ("float16", "bfloat16") and not types & {"int8", scale.dtype}:
            self.refuse("scale", f"{scale.dtype} for {x.dtype} to {made}; RTX takes one float type", "C6")
        if family == "tensorrt-rtx" and scale.dtype == "float8e8m0" and "float8e4m3" not in types:
            self.refuse("scale", f"E8M0 for {x.dtype} to {made}; RTX has it with fp8", "C6")
        if family == "tensorrt-rtx" and len(scale.shape) > 1 and size == 1:
            self.refuse("scale", f"{list(scale.shape)} given; RTX takes one element as a scalar", "C6")

    def check_places(self, x: Bounded, scale: Bounded, zero: Maybe) -> None:
        """C8."""
        rank, axis = len(x.shape), self.final.axis
        if not rank and self.method == "add_quantize":
            self.refuse("input", "a scalar; RTX takes 1 axis or more", "C8")
        low, high = (-rank, rank) if scale.ref.size == 1 and self.final.block_shape is None else (-MOST_AXES, MOST_AXES)
        if axis is not None and not low <= axis <= min(high, MOST_AXES - 1):
            self.refuse("axis", f"{axis} given for {rank} axes; RTX takes {low} to {min(high, MOST_AXES - 1)}", "C8")
        if zero is not None and zero.ref.size != scale.ref.size:
            self.refuse("set_input", f"a zero point of {zero.ref.size} elements, a scale of {scale.ref.size}", "C8")

    def blocked(self, x: Bounded, scale: Bounded) -> bool:
        """Whether the scale has a number per block."""
        return self.final.block_shape is not None or (scale.ref.ndim > 1 and scale.ref.ndim == x.ref.ndim)

    def check_blocks(self, shape: tuple[int, ...], scale: tuple[int, ...]) -> None:
        block = self.final.block_shape
        given = [n if b == -1 else b for b, n in zip(block, shape, strict=False)] if block is not None else None
        if block is not None and given is not None and (len(block) != len(shape) or min(given, default=1) < 1):
            self.refuse("block_shape", f"{block} for an input {list(shape)}", "C5")
        blocks = None if given is None else [n / b for n, b in zip(shape, given, strict=True)]
        fits = len(scale) == len(shape) and all(n % m == 0 if m else not n for n, m in zip(shape, scale, strict=True))
        if not fits or (blocks is not None and blocks != list(scale)):
            asked = "" if block is None else f" with blocks of {block}"
            self.refuse("scale", f"{list(scale)} for an input {list(shape)}{asked}", "C5")

    def scales(self, x: Bounded, scale: Bounded) -> Bounded:
        """The scale, shaped to meet the input."""
        if self.blocked(x, scale):
            return moved(lambda part: spread(part, x.shape), scale)
        shape = [1] * x.ref.ndim if scale.ref.size != 1 else []
        if shape:
            shape[-1 if self.final.axis is None else self.final.axis] = -1
        return moved(lambda part: part.reshape(shape), scale)

    def to(self) -> str:
        """The output's dtype."""
        return DTYPE_OF_MEMBER[self.final.to_type or self.default]


class Quantize(Scaled):
    """y = round(x / scale), ties to even, saturated to the output's type; shapes as `Dequantize`.

    NaN has a code in fp8 alone; else there is no rule.
    """

    method, interface = "add_quantize", "IQuantizeLayer"
    takes = FLOATS
    gives = CODES
    default = "INT8"

    def evaluate(self, x: Bounded, scale: Bounded, zero: Maybe) -> Bounded:
        return coded(x, self.scales(x, scale), self.to())


class Dequantize(Scaled):
    """y = x · scale: x (any shape) of codes, scale (), (x.shape[axis],) or (blocks) -> the same shape, float."""

    method, interface = "add_dequantize", "IDequantizeLayer"
    takes = CODES
    gives = FLOATS
    default = "FLOAT"

    def undoes(self) -> str | None:
        return self.input

    def evaluate(self, x: Bounded, scale: Bounded, zero: Maybe) -> Bounded:
        return decoded(x, self.scales(x, scale), self.to())


def spread(scale: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A number per block, repeated for every element of the block."""
    if 0 in shape:
        return np.ones(shape, scale.dtype)
    for axis, (n, m) in enumerate(zip(shape, scale.shape, strict=True)):
        scale = scale.repeat(n // m, axis)
    return scale


def coded(x: Bounded, scale: Bounded, dtype: str) -> Bounded:
    """x / scale in a quantised type; both neighbours are legal where an error may cross a tie."""
    quotient = x.ref / scale.ref
    # A power of two divides without rounding; any other scale may be applied as a rounded reciprocal.
    relative = (4 * UNIT["float32"] if significant_bits(scale.ref) > 1 else 0.0) + scale.bound / scale.ref
    unsure = np.where(np.isfinite(quotient), relative * np.abs(quotient), 0.0)
    code = quantized(quotient, dtype)

    def reach(error: F64) -> F64:
        width = unsure + error / scale.ref
        ends = quantized(quotient + width, dtype) - code, code - quantized(quotient - width, dtype)
        return np.nan_to_num(np.maximum(*ends))

    bound = reach(x.bound)
    lost = x.undetermined | scale.undetermined | (np.isnan(quotient) & (dtype != "float8e4m3"))
    return Bounded(dtype, held(code, dtype), bound, reach(x.typical), reach(x.slack), (bound == 0) & ~lost, lost)


def decoded(x: Bounded, scale: Bounded, dtype: str) -> Bounded:
    """Codes · scale in a float type."""
    values = x.ref * scale.ref
    held = decode(encode(values, dtype)).astype(np.float64)
    exact = significant_bits(scale.ref) <= 1 and np.array_equal(held, values, equal_nan=True)
    made = pointwise(np.multiply, [x, scale], 0.0 if exact else 1.0, dtype=dtype)
    return replace(made, ref=np.where(np.isinf(held), held, made.ref))


def there_and_back(x: Bounded, scale: Bounded, dtype: str) -> Bounded:
    """x as it is left by quantising it to a type and dequantising it again."""
    return decoded(coded(x, scale, dtype), scale, x.dtype)


def quantized(values: F64, dtype: str) -> F64:
    """Values rounded to a quantised type, ties to even, saturated to its range; NaN is 0 where the type has none."""
    if dtype == "float8e4m3":
        return decode(encode(np.clip(values, -LARGEST[dtype], LARGEST[dtype]), dtype)).astype(np.float64)
    numbers = np.where(np.isnan(values), 0.0, values)
    if dtype in UNIT:
        return decode(encode(np.clip(numbers, -LARGEST[dtype], LARGEST[dtype]), dtype)).astype(np.float64)
    return np.clip(np.rint(numbers), *RANGE[dtype])
