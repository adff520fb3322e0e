"""Integers of the types that a device has: exact, and modulo their size where they leave it.

All functions take and give int64, whose own arithmetic wraps; a smaller type is wrapped once at the end, which is the
same. What no source settles comes with a mask of the elements that are known.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trtexp.numerics.dtypes import Mask

I64 = NDArray[np.int64]
#: integer dtype -> its smallest and its largest number.
RANGE = {"uint8": (0, 255), **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (4, 8, 32, 64)}}
#: The integer types to which a device's conversion of a float saturates, with NaN -> 0 (CUDA C++, type casts).
SATURATING = ("int32", "int64")


def wrapped(values: np.ndarray, dtype: str) -> I64:
    """int64 brought into the range of a type, modulo its size; bool is whether it is not 0."""
    if dtype == "bool":
        return (values != 0).astype(np.int64)
    low, high = RANGE[dtype]
    made: I64 = values if dtype == "int64" else ((values - low) & (high - low)) + low
    return made


def wrapping(f: Callable[..., np.ndarray], dtype: str, *operands: np.ndarray) -> I64:
    """A sum, difference, product, magnitude or opposite of int64, wrapped: |x| and -x of the smallest number are it."""
    with np.errstate(over="ignore"):
        return wrapped(np.asarray(f(*operands)), dtype)


def power(a: I64, b: I64, dtype: str) -> tuple[I64, Mask]:
    """a to the power of b by repeated squaring, and where it is known: for b >= 0, and for a of 1 and -1.

    No source says what TensorRT makes of the others, which are fractions or a division by 0.
    """
    a, b = np.broadcast_arrays(a, b)
    made, square = np.ones(a.shape, np.int64), a.astype(np.int64)
    unit = np.abs(a) == 1
    rest = np.where(unit, b & 1, np.maximum(b, 0))
    while rest.any():
        made = np.where(rest & 1, made * square, made)
        square, rest = square * square, rest >> 1
    return wrapped(made, dtype), (b >= 0) | unit


def divide(a: I64, b: I64, dtype: str) -> tuple[I64, Mask]:
    """a / b cut towards 0, and where it is known: not by 0, and not the smallest number by -1, which overflows."""
    floor, known = floor_divide(a, b, dtype)
    exact = wrapping(np.multiply, dtype, floor, b) == a
    return np.where((floor < 0) & ~exact, floor + 1, floor), known


def floor_divide(a: I64, b: I64, dtype: str) -> tuple[I64, Mask]:
    """a / b cut towards minus infinity, and where it is known, as for `divide`.

    C++ leaves both open; by 0 the result is 0 here, and the smallest number by -1 is that number, wrapped.
    """
    a, b = np.broadcast_arrays(a, b)
    overflow = (a == RANGE[dtype][0]) & (b == -1) & (dtype != "uint8")
    made = np.where(b == 0, 0, np.where(overflow, a, a // np.where((b == 0) | overflow, 1, b)))
    return wrapped(made, dtype), (b != 0) & ~overflow


def of_floats(values: np.ndarray, dtype: str) -> tuple[I64, Mask]:
    """Floats cut towards 0, saturated to the range, with NaN -> 0; and which of them fit."""
    low, high = RANGE[dtype]
    whole = np.trunc(np.nan_to_num(values, nan=0.0))
    above, below = whole >= float(high + 1), whole < float(low)
    inside: I64 = np.where(above | below, 0.0, whole).astype(np.int64)
    return np.where(above, high, np.where(below, low, inside)), ~(above | below | np.isnan(values))
