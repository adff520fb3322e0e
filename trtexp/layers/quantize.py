"""add_quantize and add_dequantize. Source: NvInfer.h, IQuantizeLayer and IDequantizeLayer; TensorRT's documentation,
Working with Quantized Types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import Attributes, DataType, Dims, Layer, Tensor
from trtexp.numerics import (
    F64,
    LARGEST,
    RANGE,
    UNIT,
    Arithmetic,
    Bounded,
    decode,
    encode,
    moved,
    pointwise,
    significant_bits,
)

FLOATS = ("float32", "float16", "bfloat16")
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
    C1: a 1-D scale has as many elements as the input along `axis`. C2: every scale is positive. C3: the zero point,
    input 2, is 0. C4: quantize goes from a float type to int8, int4, fp8 or fp4, dequantize back. C5: a block has a
    length per axis, which divides the input's; the scale has the shape of the blocks.
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
        if self.blocked(x, scale):
            self.check_blocks(x.shape, scale.shape)
        elif scale.size != 1 and (axis is None or not -x.ref.ndim <= axis < x.ref.ndim or scale.size != x.shape[axis]):
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

    def blocked(self, x: Bounded, scale: F64) -> bool:
        """Whether the scale has a number per block."""
        return self.state().get("block_shape") is not None or (scale.ndim > 1 and scale.ndim == x.ref.ndim)

    def check_blocks(self, shape: tuple[int, ...], scale: tuple[int, ...]) -> None:
        block: list[int] | None = self.state().get("block_shape")
        given = [n if b == -1 else b for b, n in zip(block, shape, strict=False)] if block else None
        if block and given and (len(block) != len(shape) or min(given) < 1):
            self.refuse("block_shape", f"{block} for an input {list(shape)}", "C5")
        blocks = None if given is None else [n / b for n, b in zip(shape, given, strict=True)]
        fits = len(scale) == len(shape) and all(m and n % m == 0 for n, m in zip(shape, scale, strict=True))
        if not fits or (blocks is not None and blocks != list(scale)):
            asked = "" if block is None else f" with blocks of {block}"
            self.refuse("scale", f"{list(scale)} for an input {list(shape)}{asked}", "C5")

    def scales(self, x: Bounded, scale: Bounded) -> Bounded:
        """The scale, shaped to meet the input."""
        if self.blocked(x, scale.ref):
            return moved(lambda part: spread(part, x.shape), scale)
        shape = [1] * x.ref.ndim if scale.ref.size > 1 else []
        if shape:
            shape[self.state()["axis"]] = -1
        return moved(lambda part: part.reshape(shape), scale)

    def to(self) -> str:
        """The output's dtype."""
        state = self.state()
        return DTYPE_OF_MEMBER[state.get("to_type") or state.get("output_type") or self.default]


class Quantize(Scaled):
    """y = round(x / scale), ties to even, saturated to the output's type; shapes as `Dequantize`.

    NaN has a code in fp8 alone; else there is no rule.
    """

    method: ClassVar[str] = "add_quantize"
    interface: ClassVar[str] = "IQuantizeLayer"
    takes: ClassVar[tuple[str, ...]] = FLOATS
    gives: ClassVar[tuple[str, ...]] = CODES
    default: ClassVar[str] = "INT8"

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        return (coded(inputs[0], self.scales(inputs[0], inputs[1]), self.to()),)


class Dequantize(Scaled):
    """y = x · scale: x (any shape) of codes, scale (), (x.shape[axis],) or (blocks) -> the same shape, float."""

    method: ClassVar[str] = "add_dequantize"
    interface: ClassVar[str] = "IDequantizeLayer"
    takes: ClassVar[tuple[str, ...]] = CODES
    gives: ClassVar[tuple[str, ...]] = FLOATS
    default: ClassVar[str] = "FLOAT"

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        return (decoded(inputs[0], self.scales(inputs[0], inputs[1]), self.to()),)


def spread(scale: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A number per block, repeated for every element of the block."""
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
    return Bounded(dtype, code, bound, reach(x.typical), reach(x.slack), (bound == 0) & ~lost, lost)


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
