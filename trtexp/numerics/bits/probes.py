"""What a device is asked so that its answers show the order in which it sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trtexp.numerics.dtypes import F64

#: factors (rows, n) and (n,) -> what a device makes of their dot products, (rows,)
Device = Callable[[np.ndarray, np.ndarray], np.ndarray]

#: By type: the huge factor, the 1, and what both are multiplied with. What is huge exceeds all sums of ones by more
#: than the accumulators of a type and its blocks hold, and a sum of ones is exact.
_FACTORS = {
    "float32": (2.0**60, 1.0, 1.0),
    "tf32": (2.0**60, 1.0, 1.0),
    "bfloat16": (2.0**60, 1.0, 1.0),
    "float16": (2.0**15, 2.0**-24, 1.0),
}
#: More terms than these have sums of ones that an accumulator rounds.
MOST = {"float32": 2**24, "tf32": 2**24, "bfloat16": 2**24, "float16": 2**11}


@dataclass(frozen=True)
class Probe:
    """huge, one: the factors of a row; other: the factor of every term; terms: how many."""

    huge: float
    one: float
    other: float
    terms: int

    def rows(self, pairs: list[tuple[int, int]]) -> F64:
        """A row for each pair of terms: one is huge, the other its negative. Returns (pairs, terms)."""
        made = np.full((len(pairs), self.terms), self.one)
        for row, (i, j) in zip(made, pairs, strict=True):
            row[i], row[j] = self.huge, -self.huge
        return made

    def sizes(self, answers: np.ndarray) -> list[int]:
        """How many terms the smallest sum has that holds both of a pair, for each answer; -1 where it is no number of
        ones."""
        left = np.asarray(answers, float) / (self.one * self.other)
        whole = np.isfinite(left) & (left == np.floor(left)) & (left >= 0) & (left <= self.terms - 2)
        return [int(self.terms - ones) if good else -1 for ones, good in zip(left, whole, strict=True)]


def probe(type: str, terms: int) -> Probe:
    """What to ask of a dot product of some terms of a type. Raises ValueError where its order cannot be read."""
    if type not in MOST:
        raise ValueError(f"no number of {type} is so large that all others are lost beside it")
    if terms > MOST[type]:
        raise ValueError(f"{terms:,} terms; the order of up to {MOST[type]:,} of {type} can be read")
    return Probe(*_FACTORS[type], terms)


def meetings(asked: Probe, device: Device, i: int, others: list[int]) -> list[int]:
    """In how large a sum a term meets each of some others; 0 for itself."""
    pairs = [(i, other) for other in others if other != i]
    answers = device(asked.rows(pairs), np.full(asked.terms, asked.other))
    found = dict(zip([other for _, other in pairs], asked.sizes(answers), strict=True))
    return [found.get(other, 0) for other in others]
