"""add_dynamic_quantize and add_dynamic_quantize_v2. Source: TensorRT operators reference, DynamicQuantize; NvInfer.h,
IDynamicQuantizeLayer; for the rounding of scales, cuDNN's documentation, Block Scaling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.layers.base import GIVEN, Attributes, DataType, Dims, Layer, Maybe, Tensor
from trtexp.layers.quantize import FLOATS, coded, quantized, spread
from trtexp.layers.reduce import extreme
from trtexp.numerics import (
    F64,
    LARGEST,
    UNIT,
    Arithmetic,
    Bounded,
    Family,
    converted,
    exactly,
    moved,
    pointwise,
    quotient,
    undetermined,
)
from trtexp.numerics.budget import Work

#: codes and scales: NVFP4, MXFP8, and what 10.16 and RTX 1.7.1 take besides
SCHEMES = (("FP4", "FP8"), ("FP8", "E8M0"), ("FP8", "FLOAT"))

SIZES = (16, 32)  # of blocks along an axis in RTX


class DynamicQuantizeAttributes(Attributes):
    """Attributes of a dynamic quantization."""

    axis: int = GIVEN
    """The axis that is cut into blocks, the last or the one before it."""
    block_size: int = GIVEN
    """Elements along the axis that share a scale."""
    block_shape: Dims | None = None
    """The shape of a block, -1 for a whole axis; it takes the place of axis and block_size."""
    to_type: DataType = GIVEN
    """The type of the codes: FP4 or FP8."""
    scale_type: DataType = GIVEN
    """The type of the scales: FP8 with FP4, E8M0 or FLOAT with FP8."""


class _DynamicQuantize(Layer):
    """Codes of x with scales from the data: x (2 or 3 axes, float) -> codes of that shape, scale one per block.

    s = max |x| of the block / the largest code. FLOAT scales are s. E8M0 scales are rounded up to a power of two. FP8
    scales are s / g, rounded, g being the scalar of input 1, by which they are quantised themselves; codes are
    x / (scale · g).
    C1: x is float and has 2 or 3 axes. C2: codes and scales are FP4 with FP8, or FP8 with E8M0 or FLOAT. C3: `axis` is
    one of the last two; a block shape has the rank of x, an empty one is none, and `axis` lies in x.
    C4: blocks divide x. C5: FP4 has a positive g, FP8 none. C6: with g blocks have a size along an axis, not a shape
    (10.16 and RTX 1.7.1). C7: in RTX that size is 16 or 32 (1.7.1); the documentation has 16 for FP4 and 32 for FP8.
    """

    interface = "IDynamicQuantizeLayer"
    operands = ("input", "second_scale")
    output_names = ("", "scale")
    aliases = {"output_type": ("to_type",)}

    input: Tensor
    output_type: DataType
    scale_type: DataType
    set: DynamicQuantizeAttributes = DynamicQuantizeAttributes()

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """A size of -1 means that the shape of a block was given."""
        told = super().told(read, inputs)
        return {name: value for name, value in told.items() if (name, value) != ("block_size", -1)}

    def block(self, shape: tuple[int, ...]) -> list[int]:
        """The shape of a block."""
        final = self.final
        if self.shaped():
            return [n if b == -1 else b for b, n in zip(final.block_shape or (), shape, strict=False)]
        sizes = [1] * len(shape)
        sizes[final.axis % len(shape)] = final.block_size
        return sizes

    def shaped(self) -> bool:
        """Whether a block has a shape, and not a size along an axis."""
        return bool(self.final.block_shape) or self.final.block_size is None

    def check_inputs(self, x: Bounded, second: Maybe, *, family: Family | None) -> None:
        final = self.final
        if len(x.shape) not in (2, 3) or x.dtype not in FLOATS:
            self.refuse("input", f"{x.dtype} {list(x.shape)} given; give float with 2 or 3 axes", "C1")
        scheme = (final.to_type, final.scale_type)
        if scheme not in SCHEMES:
            self.refuse(
                "scale_type", f"{scheme[1]} for codes of {scheme[0]}; give FP4 with FP8, FP8 with E8M0 or FLOAT", "C2"
            )
        rank = len(x.shape)
        if final.axis is not None and not -rank <= final.axis < rank:
            self.refuse("axis", f"{final.axis} given; give {-rank} to {rank - 1}", "C3")
        if not self.shaped():
            if final.axis % rank < rank - 2:
                self.refuse("axis", f"axis {final.axis} of {len(x.shape)}; give one of the last two", "C3")
        elif len(final.block_shape or ()) != len(x.shape):
            self.refuse("block_shape", f"{final.block_shape} for {list(x.shape)}", "C3")
        if family == "tensorrt-rtx" and final.block_size not in (None, *SIZES):
            self.refuse("block_size", f"{final.block_size} given; RTX takes 16 or 32", "C7")
        block = self.block(x.shape)
        if any(b < 1 or n % b for n, b in zip(x.shape, block, strict=True)):
            self.refuse("input", f"{list(x.shape)} given; blocks of {block} leave a rest", "C4")
        if (second is None) != (scheme[0] == "FP8") or (second is not None and not (second.ref > 0).all()):
            self.refuse("set_input", "FP4 needs a positive scale of the scales as input 1, FP8 has none", "C5")
        if second is not None and self.shaped():
            self.refuse("block_shape", f"{final.block_shape} beside a scale of scales; give axis and block_size", "C6")

    def work(self, x: Bounded, second: Maybe) -> Work:
        return Work(4 * x.ref.size)

    def evaluate(self, x: Bounded, second: Maybe) -> tuple[Bounded, Bounded]:
        types = DTYPE_OF_MEMBER[self.final.to_type], DTYPE_OF_MEMBER[self.final.scale_type]
        if 0 in x.shape:
            counts = [n // b for n, b in zip(x.shape, self.block(x.shape), strict=True)]
            return exactly(np.zeros(x.shape), types[0]), exactly(np.ones(counts), types[1])
        if types[1] == "float32":
            return by_floats(x, self.block(x.shape), types[0])
        return dynamically(x, self.block(x.shape), *types, 1.0 if second is None else float(second.ref.reshape(())))


class DynamicQuantize(_DynamicQuantize):
    """Codes of x with scales from the data, blocks along one axis, 10.8 on."""

    method = "add_dynamic_quantize"
    scaffold = """inputs: {x: {shape: [1, 32], full: 7}}
        network:
          q: {dynamic_quantize: {input: x, axis: 1, block_size: 16, output_type: FP8, scale_type: E8M0}}
          y: {dequantize: {input: q, scale: q.scale}, set: {block_shape: [1, 16]}}"""

    axis: int
    block_size: int


class DynamicQuantizeV2(_DynamicQuantize):
    """Codes of x with scales from the data, blocks of a shape."""

    method = "add_dynamic_quantize_v2"
    scaffold = """inputs: {x: {shape: [1, 32], full: 7}}
        network:
          q: {dynamic_quantize_v2: {input: x, block_shape: [1, 16], output_type: FP8, scale_type: E8M0}}
          y: {dequantize: {input: q, scale: q.scale}, set: {block_shape: [1, 16]}}"""

    block_shape: Dims
    """The shape of a block, -1 for a whole axis."""


def by_floats(x: Bounded, block: Sequence[int], dtype: str) -> tuple[Bounded, Bounded]:
    """Codes and scales of blocks, the scales in float32."""
    split = [part for n, b in zip(x.shape, block, strict=True) for part in (n // b, b)]
    order = [*range(0, len(split), 2), *range(1, len(split), 2)]
    counts = split[::2]
    sizes = pointwise(np.abs, [converted(x, "float32")])
    rows = moved(lambda part: part.reshape(split).transpose(order).reshape(*counts, -1), sizes)
    largest = exactly(np.array(LARGEST[dtype]), "float32")
    scales = quotient(extreme("MAX", rows, Arithmetic()), largest)
    scales = undetermined(scales, ~np.isfinite(scales.ref))
    usable = replace(scales, ref=np.where(np.isfinite(scales.ref) & (scales.ref > 0), scales.ref, 1.0))
    return coded(x, moved(lambda part: spread(part, x.shape), usable), dtype), scales


def dynamically(
    x: Bounded, block: Sequence[int], dtype: str, scale_dtype: str, second: float
) -> tuple[Bounded, Bounded]:
    """Codes and scales of blocks; where a rounding on the way to a scale may tip it, its block is undetermined."""
    split = [part for n, b in zip(x.shape, block, strict=True) for part in (n // b, b)]
    most = np.abs(x.ref).reshape(split).max(axis=tuple(range(1, len(split), 2)))
    wide = (np.abs(x.ref) + x.bound).reshape(split).max(axis=tuple(range(1, len(split), 2)))

    def scale(amax: F64) -> F64:
        share = amax / LARGEST[dtype]
        if scale_dtype == "float8e8m0":
            fraction, exponent = np.frexp(np.maximum(share, 2.0**-127))
            return np.ldexp(1.0, exponent - (fraction == 0.5))
        return quantized(share / second, scale_dtype)

    scales, slip = np.where(np.isfinite(most), scale(most), 1.0), 4 * UNIT["float32"]
    # A division that is exact in float32 does not slip.
    share = (most / LARGEST[dtype] / second).astype(np.float32).astype(np.float64)
    exact = (share * LARGEST[dtype] * second == most) & (wide == most)
    slips = scale(wide * (1 + slip)) != scale(np.maximum(2 * most - wide, 0) * (1 - slip))
    unsure = (slips & ~exact) | ~np.isfinite(most)
    divisors = exactly(spread(np.where(scales == 0, 1.0, scales) * second, x.shape), "float32")
    codes = coded(x, divisors, dtype)
    lost = codes.undetermined | (spread(unsure.astype(float), x.shape) > 0)
    return (
        replace(codes, certified=codes.certified & ~lost, undetermined=lost),
        replace(exactly(scales, scale_dtype), certified=~unsure, undetermined=unsure),
    )
