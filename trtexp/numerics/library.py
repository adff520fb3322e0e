"""numpy's functions, correctly rounded to float64, so that a reference has the same bits on every machine.

The machine's own library computes in its widest float; wherever that lies so near the middle between two float64
numbers that the library's error may decide, decimals do. Basic operations and sqrt are exact by IEEE 754 already.
Tensors of more elements than any experiment of the house has are computed in float64, off by `MANY_ERROR`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from trtexp.numerics import decimals
from trtexp.numerics.budget import OF_A_DECIMAL, pay
from trtexp.numerics.dtypes import F64, F64_UNIT, Function

#: How far the widest float of a machine may be off, relative to the result: 5 of its ulps are the most that glibc
#: documents for any of these on x86, 8 are granted; where it is no wider than float64, all is left to decimals.
MARGIN = max(2.0**-60, 8 * float(np.finfo(np.longdouble).eps))
ENDS = np.longdouble(1) - MARGIN, np.longdouble(1) + MARGIN
MANY = 2**15  # elements, beyond which nobody prints the last digits of a function
MANY_ERROR = (
    16 * F64_UNIT
)  # of a function in float64, relative: numpy's are off by 4 ulps at the most, and erf by as many
ERF_STEPS, ERF_END = 16, 7  # erf is expanded around multiples of 1 / 16 up to 7, from where on it is 1
BLOCK = 2**13
ERF_TERMS = 18  # of an expansion, at most half a step away


def correct(wide: Callable[..., Any], exact: decimals.Exact, cost: int = 4) -> Function:
    """A function as the machine has it -> the same, correctly rounded. cost: products that take as long as one number
    in the widest float."""

    def function(*x: Any) -> F64:
        values = [np.asarray(each, dtype=np.float64) for each in x]
        if np.broadcast(*values).size > MANY:
            return _plain(wide, *values)
        pay(cost * np.broadcast(*values).size)
        with np.errstate(all="ignore"):
            near = np.asarray(wide(*(each.astype(np.longdouble) for each in values)))
            low, high = (np.asarray(near * end, dtype=np.float64) for end in ENDS)
        unsure = (low != high) & np.isfinite(near)
        if unsure.any():
            pay(OF_A_DECIMAL * int(np.count_nonzero(unsure)))
            operands = (np.broadcast_to(each, low.shape)[unsure].tolist() for each in values)
            low[unsure] = [decimals.nearest(exact, *each) for each in zip(*operands, strict=True)]
        return low

    function.__name__ = exact.__name__
    return function


def _plain(wide: Callable[..., Any], *values: F64) -> F64:
    """A function in float64, a block of elements at a time, which stays near the processor."""
    flat = [np.broadcast_to(each, np.broadcast_shapes(*(v.shape for v in values))).reshape(-1) for each in values]
    made = np.empty(flat[0].size)
    with np.errstate(all="ignore"):
        for first in range(0, made.size, BLOCK):
            part = slice(first, first + BLOCK)
            made[part] = wide(*(each[part] for each in flat))
    return made.reshape(np.broadcast_shapes(*(v.shape for v in values)))


@lru_cache(1)
def _erf_table() -> tuple[np.ndarray, np.ndarray]:
    """erf and its derivative 2 / sqrt(pi) · exp(-x²) at the multiples of the step."""
    places = [Decimal(i) / ERF_STEPS for i in range(ERF_STEPS * ERF_END + 1)]
    with decimals.digits(30):
        pairs = [(str(decimals.erf(x)), str(decimals.erf_slope(x))) for x in places]
    values, slopes = (np.array([np.longdouble(text) for text in column]) for column in zip(*pairs, strict=True))
    return values, slopes


def wide_erf(x: np.ndarray) -> np.ndarray:
    """erf in the type of x, by Taylor's series around the nearest multiple of the step."""
    size = np.minimum(np.abs(x), ERF_END)
    place = np.rint(size * ERF_STEPS)
    at, h = place / ERF_STEPS, size - place / ERF_STEPS
    values, slopes = (column.astype(x.dtype)[np.nan_to_num(place).astype(int)] for column in _erf_table())
    before, term = np.zeros_like(h), np.ones_like(h)
    total = term
    for n in range(1, ERF_TERMS):
        before, term = term, -2 * h / n * (at * term + h * before)
        total = total + term / (n + 1)
    return np.where(np.isnan(x), x, np.copysign(values + slopes * h * total, x))


exp = correct(np.exp, decimals.exp)
expm1 = correct(np.expm1, decimals.expm1)
log = correct(np.log, decimals.log)
log10 = correct(np.log10, decimals.log10)
log1p = correct(np.log1p, decimals.log1p)
power = correct(np.power, decimals.power, 16)
sin = correct(np.sin, decimals.sin)
cos = correct(np.cos, decimals.cos)
tan = correct(np.tan, decimals.tan)
sinh = correct(np.sinh, decimals.sinh)
cosh = correct(np.cosh, decimals.cosh)
tanh = correct(np.tanh, decimals.tanh)
arcsin = correct(np.arcsin, decimals.arcsin)
arccos = correct(np.arccos, decimals.arccos)
arctan = correct(np.arctan, decimals.arctan)
arcsinh = correct(np.arcsinh, decimals.arcsinh)
arccosh = correct(np.arccosh, decimals.arccosh)
arctanh = correct(np.arctanh, decimals.arctanh)
erf = correct(wide_erf, decimals.erf, 32)
