"""Functions that are computed rather than looked up: their own error in rounding units, and integers that wrap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from trtexp.numerics.bounded import Bounded, jumping, pointwise
from trtexp.numerics.dtypes import F64, UNIT, decode, encode

Function = Callable[..., F64]
#: An absolute error in units of u, the unit roundoff, as a function of the inputs and of the result. 1 ulp is 2u |y|.
Error = Callable[..., F64]

#: integer dtype -> its smallest and its largest number, as float64 has them.
RANGE = {
    "uint8": (0.0, 255.0),
    **{f"int{bits}": (-(2.0 ** (bits - 1)), float(2 ** (bits - 1) - 1)) for bits in (4, 8, 32, 64)},
}

SATURATING = ("int32", "int64")  # what CUDA clips to the range, with NaN -> 0


def computed(f: Function, error: Error, *inputs: Bounded, least: Function | None = None) -> Bounded:
    """f of corresponding elements with its own absolute error of `error(inputs…, result)` units of u.

    Where an input is infinite and the result is not, four ulps. least(inputs…): the least absolute error in any dtype,
    that of a function which the device approximates to fewer bits than float32 has.
    """
    unit = UNIT[inputs[0].dtype]

    def own(*values: F64) -> F64:
        result = np.asarray(f(*values))
        units = np.asarray(error(*values, result))
        made: F64 = unit * np.where(np.isfinite(units), units, 8 * np.abs(result))
        return made if least is None else np.maximum(made, least(*values))

    return pointwise(f, inputs, floor=own)


def exp_error(x: F64) -> F64:
    """Relative error of exp in units of u: (3 + 2|x|) ulp, which covers exp2(x · log2 e) with one rounded product."""
    return 6 + 4 * np.abs(x)


def tanh_error(x: F64) -> F64:
    """Absolute error of tanh in units of u: 4 (3 + 2|x|) ulp, and not less than half an ulp of 1.

    It does not grow beyond |x| = 9, from where on the result is 1 to half an ulp of float32.
    """
    return np.maximum((24 + 16 * np.minimum(np.abs(x), 9)) * np.abs(np.tanh(x)), 1)


def tanh_least(x: F64) -> F64:
    """Absolute error, in any dtype, of tanh as 8.x approximates it: 2^-16 of the result, which is 256 u of float32.

    The most that 8.5.3.1 and 8.6.0 were off by on an NVIDIA H100, among 2112 normal numbers, is 175 u, at 0.59.
    """
    return 2.0**-16 * np.abs(np.tanh(x))


def sine_least(x: F64) -> F64:
    """Absolute error, in any dtype, of sin and cos as 8.x approximates them: (6 + 2.7 |x|) 2^-24; that of 0 is exact.

    2.7: the GPU counts x in turns. Its 1 / 2π is 0.68 · 2^-24 of it too small, and the product is cut, not rounded, by
    up to 2 · 2^-24 of it. 6: none of 4246 sines and cosines that 8.5.3.1 and 8.6.0 gave on an NVIDIA H100 is further
    than 5.5 · 2^-24 off those of that angle. Both together: 17 · 2^-24 at -8.1, and 139351 · 2^-24 at -123456.
    """
    return 2.0**-24 * (x != 0) * (6 + 2.7 * np.abs(x))


def pow_error(x: F64, y: F64 | float) -> F64:
    """Relative error of x ** y in units of u: 16 ulp, and what exp2(y · log2 x) adds through its rounded exponent."""
    return 32 + 10 * np.abs(y * np.log(np.where(x == 0, 1, np.abs(x)))) + 3 * np.abs(y)


def wrapped(values: F64, dtype: str) -> F64:
    """Whole numbers brought into the range of a type, modulo its size; exact below 2 ** 53."""
    low, high = RANGE[dtype]
    return np.where((values >= low) & (values <= high), values, np.mod(values - low, high - low + 1) + low)


def converted(x: Bounded, dtype: str) -> Bounded:
    """x in another dtype."""
    if dtype in UNIT:
        ref = decode(encode(x.ref, dtype)).astype(np.float64)
        if x.exact:
            return replace(x, dtype=dtype, ref=ref)
        own = UNIT[dtype] * np.abs(ref)
        return replace(x, dtype=dtype, ref=ref, bound=x.bound + own, typical=x.typical + own)
    if dtype == "bool":
        return jumping(lambda v: v != 0, [x], dtype)
    low, high = RANGE[dtype]
    whole = np.trunc(x.ref)
    fits = (whole >= low) & (whole <= high)
    made = jumping(lambda v: whole_number(np.trunc(v), dtype, x.dtype), [x], dtype)
    if x.dtype in UNIT and dtype in SATURATING:
        return made
    return replace(made, undetermined=made.undetermined | ~fits, certified=made.certified & fits)


def whole_number(values: F64, dtype: str, source: str) -> F64:
    """Integers that fit; floats saturate, with NaN -> 0, and wider integers lose their upper bits."""
    if source in UNIT:
        return np.clip(np.nan_to_num(values, nan=0.0), *RANGE[dtype])
    return wrapped(values, dtype)
