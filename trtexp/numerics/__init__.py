"""dtypes, rounding units and error bounds: how far a correct result may be from the float64 reference.

Nothing here knows a layer by name. May import the definition, numpy and ml_dtypes.
"""

from trtexp.numerics.alternatives import either, elementwise, same, undetermined
from trtexp.numerics.arithmetic import FAMILIES, Arithmetic, Family, family_of
from trtexp.numerics.bounded import Alternative, Bounded, attribute, exactly, known, moved, settled
from trtexp.numerics.distance import ulps
from trtexp.numerics.dtypes import (
    F64,
    LARGEST,
    OWN_ERROR,
    SMALLEST,
    SMALLEST_NORMAL,
    TF32_UNIT,
    UNIT,
    VALUE_DTYPES,
    Function,
    Mask,
    decode,
    encode,
    half_unit,
    held,
    lowest_bit,
    significant_bits,
    spacing,
)
from trtexp.numerics.functions import (
    Error,
    computed,
    converted,
    exp_error,
    pow_error,
    quotient,
    sine_least,
    tanh_error,
    tanh_least,
)
from trtexp.numerics.integers import RANGE, wrapped, wrapping
from trtexp.numerics.pointwise import jumping, pointwise, rounded
from trtexp.numerics.ranges import kept, leaves
from trtexp.numerics.sums import Apply, Terms, dot_product

__all__ = [
    "F64",
    "FAMILIES",
    "LARGEST",
    "OWN_ERROR",
    "RANGE",
    "SMALLEST",
    "SMALLEST_NORMAL",
    "TF32_UNIT",
    "UNIT",
    "VALUE_DTYPES",
    "Alternative",
    "Apply",
    "Arithmetic",
    "Bounded",
    "Error",
    "Family",
    "Function",
    "Mask",
    "Terms",
    "attribute",
    "computed",
    "converted",
    "decode",
    "dot_product",
    "either",
    "elementwise",
    "encode",
    "exactly",
    "exp_error",
    "family_of",
    "half_unit",
    "held",
    "jumping",
    "kept",
    "known",
    "leaves",
    "lowest_bit",
    "moved",
    "pointwise",
    "pow_error",
    "quotient",
    "rounded",
    "same",
    "settled",
    "significant_bits",
    "sine_least",
    "spacing",
    "tanh_error",
    "tanh_least",
    "ulps",
    "undetermined",
    "wrapped",
    "wrapping",
]
