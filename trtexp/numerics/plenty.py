"""Sums of very many products: by the machine's own product of matrices, in any order, magnitudes and counts in float32.

What has fewer is summed in one order (`linear`), so that no byte of a report depends on the machine's library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trtexp.numerics.accumulators import Sums
from trtexp.numerics.bounded import Bounded
from trtexp.numerics.dtypes import F64, F64_UNIT, lowest_bit

MOST = 2**22  # products that are summed in one order: no experiment of the house has more
FLOOR = np.float32(2.0**-60)  # of the largest: magnitudes below it count as it, so that no product of two is lost
EXACT = 2**24  # counts up to this are exact in float32
SAMPLE, BITS = 256, 26  # elements that tell whether a certificate is worth its time, and bits of which it is not


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a (…, m, k) by b (…, k, n), as `linear.matmul`, but in the operands' type and in any order."""
    made: np.ndarray = a @ b
    return made


@dataclass(frozen=True, eq=False)
class Plenty:
    """How a sum of very many products is computed. apply: the operator in any order of its sums, in the type of its
    operands, x and w and b as for `dot_product`, but never stacked. terms: the most that one sum has."""

    apply: Callable[..., np.ndarray]
    terms: int

    @property
    def own(self) -> float:
        """What float64 may be off by in any order, relative to the magnitudes of the terms."""
        return (self.terms + 2) * F64_UNIT

    def positive(self, x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> F64:
        """A sum of products of numbers that are not negative, and nowhere less than it is."""
        return self._scaled(Scaled(x), Scaled(w), b)

    def sums(self, x: Bounded, w: Bounded, b: Bounded | None) -> Sums:
        """The sums in float64; those of magnitudes, squares and indicators in float32, and not too small by that."""
        ref = self.apply(x.ref, w.ref, None if b is None else b.ref)
        ax, aw, ab = Scaled(x.ref, x.bound), Scaled(w.ref, w.bound), None if b is None else np.abs(b.ref) + b.bound
        m = self._scaled(ax, aw, ab)
        there = [ax.there(), aw.there(), None if ab is None else (ab != 0).astype(np.float32)]
        wide = np.float32 if self.terms < EXACT else np.float64
        n = self.apply(*(part if part is None else part.astype(wide, copy=False) for part in there)).astype(np.float64)
        del there
        ax.square()
        aw.square()
        squares = self._scaled(ax, aw, None if ab is None else ab**2)
        np.maximum(squares, m**2 / np.maximum(n, 1), out=squares)  # which no sum of squares is less than
        return Sums(ref, m, squares, n, np.maximum(m + ref, m - ref) / 2)

    def _scaled(self, x: Scaled, w: Scaled, b: F64 | None) -> F64:
        unit = x.unit * w.unit
        if not (np.isfinite(unit) and unit > 0 and (b is None or b.max(initial=0.0) < 2.0**60 * unit)):
            return self.apply(x.given(), w.given(), b)
        small = None if b is None else np.maximum(b / unit, FLOOR * FLOOR * (b != 0)).astype(np.float32)
        made = self.apply(x.narrow, w.narrow, small).astype(np.float64)
        made *= unit * (1 + (self.terms + 8) * 2.0**-23)
        return made


class Scaled:
    """|ref| + bound in float32 and relative to about the largest of them, `unit`, which is no number if that is not
    finite; with few copies, since the operands are large."""

    def __init__(self, ref: np.ndarray, bound: F64 | None = None) -> None:
        self._ref, self._bound, self._squared = ref, bound if bound is not None and bound.any() else None, False
        given = ref if self._bound is None else self.given()
        largest = float(np.maximum(given.max(initial=0.0), -given.min(initial=0.0)))
        self.unit = float(np.ldexp(1.0, int(np.frexp(largest)[1]))) if 2.0**-900 < largest < 2.0**900 else 1.0
        self.unit = self.unit if largest < 2.0**900 else np.nan
        self.narrow = np.empty(ref.shape, np.float32)
        np.multiply(given, 1 / self.unit, out=self.narrow, casting="same_kind")
        np.abs(self.narrow, self.narrow)
        np.maximum(self.narrow, FLOOR, out=self.narrow, where=given != 0)

    def given(self) -> F64:
        """The numbers themselves."""
        size = np.abs(self._ref) if self._bound is None else np.abs(self._ref) + self._bound
        return size * size if self._squared else size

    def there(self) -> np.ndarray:
        """1 where one is not 0."""
        return (self.narrow != 0).astype(np.float32)

    def square(self) -> None:
        self._squared, self.unit = True, self.unit**2
        np.square(self.narrow, self.narrow)


def hopeless(x: F64, w: F64) -> bool:
    """Whether a certificate is not worth its time: in a sample each product alone has more bits than float32."""
    return _fewest_bits(x) + _fewest_bits(w) > BITS


def _fewest_bits(values: F64) -> int:
    few = values.reshape(-1)[:: max(1, values.size // SAMPLE)]
    few = few[np.isfinite(few) & (few != 0)]
    return int((np.frexp(few)[1] - lowest_bit(few)).min(initial=BITS))
