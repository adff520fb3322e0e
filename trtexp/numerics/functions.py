"""Functions that are computed rather than looked up, with their own error in rounding units; conversions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from trtexp.numerics.alternatives import elementwise, undetermined
from trtexp.numerics.bounded import Bounded
from trtexp.numerics.dtypes import F64, LARGEST, SMALLEST_NORMAL, UNIT, WORKING_UNIT, Function, decode, encode, spacing
from trtexp.numerics.integers import SATURATING, of_floats, wrapped
from trtexp.numerics.library import log, tanh
from trtexp.numerics.pointwise import Units, jumping, pointwise
from trtexp.numerics.tables import Seen

#: An absolute error in units of u, the unit roundoff, as a function of the inputs and of the result. 1 ulp is 2u |y|.
Error = Callable[..., F64]


def computed(
    f: Function,
    error: Error,
    *inputs: Bounded,
    least: Function | None = None,
    narrow: Units = 2.0,
    seen: Seen | None = None,
) -> Bounded:
    """f of corresponding elements with its own absolute error of `error(inputs…, result)` units of u.

    Where an input is infinite and the result is not, four ulps. least(inputs…): the least absolute error in any dtype,
    that of a function which the device approximates to fewer bits than float32 has. narrow: what a narrower type adds
    in its own units; 8.5.3.1 and 8.6.0 on an NVIDIA H100 compute most functions of half in float32, off by 0.5. seen:
    what was measured of it.
    """
    unit, f = WORKING_UNIT[inputs[0].dtype], _once(f)

    def own(*values: F64) -> F64:
        result = np.asarray(f(*values))
        units = np.asarray(error(*values, result))
        return unit * np.where(np.isfinite(units), units, 8 * np.abs(result))

    return pointwise(f, inputs, floor=own, least=least or 0.0, narrow=narrow, seen=seen)


def _once(f: Function) -> Function:
    """A function that knows its last result: it is asked for the values, and again for their errors."""
    last: list[tuple[tuple[F64, ...], F64]] = []

    def asked(*values: F64) -> F64:
        if not last or any(a is not b for a, b in zip(last[0][0], values, strict=True)):
            last[:] = [(values, f(*values))]
        return last[0][1]

    return asked


def exp_error(x: F64) -> F64:
    """Relative error of exp in units of u: (3 + 2|x|) ulp, which covers exp2(x · log2 e) with one rounded product."""
    return 6 + 4 * np.abs(x)


def tanh_error(x: F64) -> F64:
    """Absolute error of tanh in units of u: 4 (3 + 2|x|) ulp, and not less than half an ulp of 1.

    It does not grow beyond |x| = 9, from where on the result is 1 to half an ulp of float32.
    """
    return np.maximum((24 + 16 * np.minimum(np.abs(x), 9)) * np.abs(tanh(x)), 1)


def tanh_least(x: F64) -> F64:
    """Absolute error, in any dtype, of tanh as 8.x approximates it: 2^-16 of the result, which is 256 u of float32.

    The most that 8.5.3.1 and 8.6.0 were off by on an NVIDIA H100, among 2112 normal numbers, is 175 u, at 0.59.
    """
    return 2.0**-16 * np.abs(tanh(x))


def sine_least(x: F64) -> F64:
    """Absolute error, in any dtype, of sin and cos as 8.x approximates them: (6 + 2.7 |x|) 2^-24; that of 0 is exact.

    2.7: the GPU counts x in turns. Its 1 / 2π is 0.68 · 2^-24 of it too small, and the product is cut, not rounded, by
    up to 2 · 2^-24 of it. 6: none of 4246 sines and cosines that 8.5.3.1 and 8.6.0 gave on an NVIDIA H100 is further
    than 5.5 · 2^-24 off those of that angle. Both together: 17 · 2^-24 at -8.1, and 139351 · 2^-24 at -123456.
    """
    return 2.0**-24 * (x != 0) * (6 + 2.7 * np.abs(x))


def pow_error(x: F64, y: F64 | float) -> F64:
    """Relative error of x ** y in units of u: 16 ulp, and what exp2(y · log2 x) adds through its rounded exponent."""
    return 32 + 10 * np.abs(y * log(np.where(x == 0, 1, np.abs(x)))) + 3 * np.abs(y)


def quotient(a: Bounded, b: Bounded) -> Bounded:
    """a / b: off by an ulp, but exact by a power of two, as measured with 8.5.3.1 and 8.6.0 on an NVIDIA H100.

    Behind a rounding of one that is not exact both neighbours are legal, which `jumping` makes of the error.
    """
    unit, normal = WORKING_UNIT[a.dtype], SMALLEST_NORMAL[a.dtype]

    def own(x: F64, y: F64) -> F64:
        size = np.abs(x / y)
        exact = (np.abs(np.frexp(y)[0]) == 0.5) & (size >= normal)
        return np.where(exact, 0.0, 2 * unit * size)

    return pointwise(np.divide, [a, b], floor=own)


def perhaps_half(x: Bounded, ulps: float = 0.0) -> Bounded:
    """A tensor of float32 that may have been rounded to half, or computed in it and be off by so many ulps more."""
    if x.dtype != "float32":
        return x
    near = decode(encode(x.ref, "float16")).astype(np.float64)
    off = np.abs(near - x.ref) if x.exact else np.maximum(np.abs(near - x.ref), UNIT["float16"] * np.abs(x.ref))
    off = np.where(off > 0, off + ulps * spacing(x.ref, "float16"), 0.0)
    beyond = np.abs(x.ref) + x.bound + off > LARGEST["float16"]
    off = np.where(np.isfinite(x.ref), np.where(beyond, np.inf, off), 0.0)
    return replace(x, bound=x.bound + off, typical=x.typical + off, certified=x.certified & (off == 0))


def converted(x: Bounded, dtype: str) -> Bounded:
    """x in another dtype: to the nearest float, ties to even, or towards 0 to an integer; to bool whether it is not 0.

    Floats beyond int32 and int64 saturate, with NaN -> 0; what any other integer type cannot hold is undetermined.
    """
    if dtype in UNIT:
        return elementwise(lambda inputs: _to_float(inputs[0], dtype), [x])
    if dtype == "bool":
        return jumping(lambda v: v != 0, [x], dtype)
    if x.dtype in UNIT:
        made = jumping(lambda v: of_floats(v, dtype)[0], [x], dtype)
        return made if dtype in SATURATING else undetermined(made, ~of_floats(x.ref, dtype)[1])
    made = jumping(lambda v: wrapped(v, dtype), [x], dtype)
    return undetermined(made, made.ref != x.ref)


def _to_float(x: Bounded, dtype: str) -> Bounded:
    """Rounded once; where x is not exact, by half an ulp more than that, since a device may keep it wider."""
    ref = decode(encode(x.ref, dtype)).astype(np.float64)
    own = 0.0 if x.exact else UNIT[dtype] * np.abs(ref)
    with np.errstate(invalid="ignore"):  # an infinity beside itself
        low, high = [np.abs(decode(encode(end, dtype)).astype(np.float64) - ref) for end in x.ends("slack")]
    slack = np.nan_to_num(np.maximum(low, high), posinf=np.inf) if x.slack.any() else x.slack
    return replace(x, dtype=dtype, ref=ref, bound=x.bound + own, typical=x.typical + own, slack=slack)
