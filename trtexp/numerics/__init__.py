"""dtypes, rounding units and error bounds: how far a correct result may be from the float64 reference."""

from trtexp.numerics.bounded import Arithmetic, Bounded, exactly, jumping, known, moved, pointwise, rounded
from trtexp.numerics.dtypes import (
    F64,
    LARGEST,
    SMALLEST_NORMAL,
    TF32_UNIT,
    UNIT,
    VALUE_DTYPES,
    Mask,
    decode,
    encode,
    half_unit,
    lowest_bit,
    significant_bits,
    spacing,
)
from trtexp.numerics.sums import Apply, Terms, dot_product

__all__ = [
    "F64",
    "LARGEST",
    "SMALLEST_NORMAL",
    "TF32_UNIT",
    "UNIT",
    "VALUE_DTYPES",
    "Apply",
    "Arithmetic",
    "Bounded",
    "Mask",
    "Terms",
    "decode",
    "dot_product",
    "encode",
    "exactly",
    "half_unit",
    "jumping",
    "known",
    "lowest_bit",
    "moved",
    "pointwise",
    "rounded",
    "significant_bits",
    "spacing",
]
