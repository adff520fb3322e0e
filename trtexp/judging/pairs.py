"""Two tensors of the same output, element by element: how far apart they are, and whether that is too far.

NaN meets NaN only, and an infinity its own sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from trtexp.definition.network import Array
from trtexp.numerics import F64, LARGEST, UNIT, Bounded, Mask, decode

#: What a value may be off from one that is legal, as a function of that.
Allowed = Callable[[np.ndarray], F64]


@dataclass(frozen=True, eq=False)
class Pair:
    """Two of the three, element by element: which are too far apart, by how much, and what is allowed.

    want: the legal value that each element is nearest to.
    """

    bad: Mask
    error: F64
    allowed: F64
    want: np.ndarray

    @property
    def agrees(self) -> bool:
        return not self.bad.any()

    @property
    def ratio(self) -> F64:
        """error / allowed; 0 where there is no error, infinite where none is allowed."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = self.error / self.allowed
        return np.where(self.error == 0, 0.0, np.where(self.allowed == 0, np.inf, ratio))

    @property
    def worst(self) -> tuple[int, ...]:
        """Index of the element that is furthest off, by what is allowed and then by itself; bad ones come first."""
        ratio = np.nan_to_num(self.ratio, nan=0.0, posinf=np.finfo(float).max)
        order = np.where(self.bad, ratio + 1, -1 / (1 + ratio))
        furthest = np.where(order == order.max(), self.error, -1.0)
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(furthest)), self.bad.shape))

    def without(self, where: Mask) -> Pair:
        """The same, with nothing to say of some elements."""
        return replace(self, bad=self.bad & ~where, error=np.where(where, 0.0, self.error)) if where.any() else self


def numbers(actual: Array) -> np.ndarray:
    """What came, as a reference holds it: integers as int64, since float64 does not hold all of them, or float64."""
    return decode(actual).astype(np.float64 if actual.dtype in UNIT else np.int64)


def paired(got: np.ndarray, want: np.ndarray, allowed: F64, reach: float | F64 = 0.0, largest: float = np.inf) -> Pair:
    """Compare two tensors. reach: a finite `want` that comes beyond the largest number with it, or with what is
    allowed, may also have become an infinity of its sign."""
    with np.errstate(invalid="ignore", over="ignore"):
        error = _distance(got, want)
        same = (np.isnan(got) & np.isnan(want)) | (got == want)
        size = np.abs(want.astype(np.float64)) + np.fmax(allowed, reach)
        overflow = np.isinf(got) & (np.sign(got) == np.sign(want)) & (size >= largest)
        error = np.where(same | overflow, 0.0, np.where(np.isnan(error), np.inf, error))
        bad = (error != 0) & ~(np.isfinite(error) & (error <= allowed))
    return Pair(bad, error, allowed, want)


def against(got: np.ndarray, legal: Bounded, allowed: Allowed) -> Pair:
    """Compare a tensor with the legal values of its elements; where anything is legal there is nothing to compare."""
    largest = LARGEST.get(legal.dtype, np.inf)

    def with_values(values: np.ndarray) -> Pair:
        return paired(got, values, allowed(values), legal.bound, largest)

    made = with_values(legal.ref)
    for other in legal.also:
        made = nearer(made, with_values(other.values), other.where)
    return made.without(legal.anything)


def nearer(one: Pair, other: Pair, where: Mask | bool = True) -> Pair:
    """Of two comparisons the better one of each element, the other one only where it holds."""
    better = where & ((one.bad & ~other.bad) | ((one.bad == other.bad) & (other.ratio < one.ratio)))
    if not better.any():
        return one
    parts = ("bad", "error", "allowed", "want")
    return Pair(*(np.where(better, getattr(other, part), getattr(one, part)) for part in parts))


def _distance(a: np.ndarray, b: np.ndarray) -> F64:
    """|a - b|, of two int64 without rounding or overflow before it is a float."""
    if a.dtype == b.dtype == np.int64:
        return (np.maximum(a, b).astype(np.uint64) - np.minimum(a, b).astype(np.uint64)).astype(np.float64)
    return np.abs(a - b)
