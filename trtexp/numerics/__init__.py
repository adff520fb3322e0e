"""dtypes, rounding units and error bounds: how far a correct result may be from the float64 reference.

Nothing here knows a layer by name. May import the definition, numpy and ml_dtypes.
"""

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
from trtexp.numerics.functions import (
    RANGE,
    Error,
    Function,
    computed,
    converted,
    exp_error,
    pow_error,
    sine_least,
    tanh_error,
    tanh_least,
    wrapped,
)
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
    "converted",
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
    "sine_least",
    "spacing",
    "tanh_error",
    "tanh_least",
    "ulps",
    "wrapped",
]
