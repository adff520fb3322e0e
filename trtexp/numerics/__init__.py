"""dtypes, rounding units and error bounds: how far a correct result may be from the float64 reference."""

from trtexp.numerics.bounded import Arithmetic, Bounded, exactly, jumping, known, moved, pointwise, rounded, settled
from trtexp.numerics.distance import ulps
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
from trtexp.numerics.functions import RANGE, Error, Function, computed, exp_error, pow_error, tanh_error, wrapped
from trtexp.numerics.sums import Apply, Terms, dot_product

__all__ = [
    "F64",
    "LARGEST",
    "RANGE",
    "SMALLEST_NORMAL",
    "TF32_UNIT",
    "UNIT",
    "VALUE_DTYPES",
    "Apply",
    "Arithmetic",
    "Bounded",
    "Error",
    "Function",
    "Mask",
    "Terms",
    "computed",
    "decode",
    "dot_product",
    "encode",
    "exactly",
    "exp_error",
    "half_unit",
    "jumping",
    "known",
    "lowest_bit",
    "moved",
    "pointwise",
    "pow_error",
    "rounded",
    "settled",
    "significant_bits",
    "spacing",
    "tanh_error",
    "ulps",
    "wrapped",
]
