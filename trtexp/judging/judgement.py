"""What is judged and what comes of it: the readings of a reference, and the judgement on one output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from trtexp.judging.pairs import Pair
from trtexp.numerics import F64, Bounded, Freedom
from trtexp.records.facts import FormFault, Leaving, Measured, Side, Verdict


@dataclass(frozen=True, eq=False)
class Typed:
    """The reference where tensors in between keep the range of their type, and which of them matter."""

    reference: Bounded
    leaving: tuple[Leaving, ...]


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to compute the reference of an output: the freedom that it grants, and the result.

    short: whether sums may be held in less than float32. typed: the same in a typed world; None if that is no other. It
    is computed where the real numbers do not do.
    """

    granted: Freedom | None
    reference: Bounded
    short: bool = False
    typed: Callable[[], Typed | None] = lambda: None


@dataclass(frozen=True, eq=False)
class Judgement:
    """The verdict on one output.

    faults: dtypes and shapes that differ; the pairs are None where a side is missing or of another shape.
    granted: the freedom that the bound had to grant. typical: error / T per element. measured: what tensor-wide rules
    found. undetermined: how many elements have more than one legal value; unsettled: of these, how many may be
    anything, so that nothing was judged there. leaving: the tensors in between whose range had to be granted.
    """

    verdict: Verdict
    faults: tuple[FormFault, ...] = ()
    granted: Freedom | None = None
    actual_reference: Pair | None = None
    actual_expected: Pair | None = None
    expected_reference: Pair | None = None
    reference: Bounded | None = None
    typical: F64 | None = None
    certified: int = 0
    certified_wrong: int = 0
    undetermined: int = 0
    unsettled: int = 0
    measured: tuple[Measured, ...] = ()
    leaving: tuple[Leaving, ...] = ()

    @property
    def pairs(self) -> list[Pair]:
        """The comparisons that were made, that of the device with the reference first."""
        pairs = (self.actual_reference, self.actual_expected, self.expected_reference)
        return [pair for pair in pairs if pair is not None]

    @property
    def disagreeing(self) -> tuple[int, ...]:
        """How many elements disagree in each of the comparisons: the less, the better a reading is."""
        pairs = (self.actual_reference, self.expected_reference, self.actual_expected)
        return tuple(0 if pair is None else int(pair.bad.sum()) for pair in pairs)


def odd_one_out(judged: Judgement, index: tuple[int, ...]) -> Side | Literal["all"]:
    """Who disagrees at an element with the others, which agree; `all` where no two do."""
    sides = {"ar": judged.actual_reference, "ae": judged.actual_expected, "er": judged.expected_reference}
    bad = {name: pair is not None and bool(pair.bad[index]) for name, pair in sides.items()}
    if judged.actual_reference is None:
        return "actual" if judged.expected_reference is None else "expected"
    if judged.expected_reference is None or not bad["er"]:
        return "actual"
    if not bad["ar"]:
        return "expected"
    return "all" if bad["ae"] else "reference"
