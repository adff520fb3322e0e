"""What is expected of an output, as its author means it: a decimal, or the number of the output's type it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trtexp.judging.pairs import Pair, against, nearer
from trtexp.judging.rules import by_element, strictest
from trtexp.numerics import F64, UNIT, Bounded, Mask, decode, encode
from trtexp.numerics.format import number
from trtexp.numerics.tolerance import Tolerance

_YAML = {"NaN": ".nan", "inf": ".inf", "-inf": "-.inf"}


@dataclass(frozen=True, eq=False)
class ExpectedValues:
    """What an output is expected to be: values as their author wrote them, None if only the form is expected.

    half: half a unit of the last digit, per element. computed: the numbers may come from a device or another library
    (a document's printout, an earlier run, a paste) and have its rounding, too. exact: they are meant to all digits.
    given: which elements are expected, None for all. settles: they decide also what is undefined, since they were
    observed there.
    """

    values: np.ndarray | None
    half: F64 | None
    dtype: str | None = None
    shape: tuple[int, ...] | None = None
    computed: bool = False
    signed_zero: bool = False
    exact: bool = False
    given: Mask | None = None
    settles: bool = False

    def allowed(self, legal: Bounded, values: np.ndarray, rules: Sequence[Tolerance]) -> F64:
        """How far the literals may be from values that are legal: half a unit and the author's decimals; what a device
        may be off, if they may be a device's; and what a tolerance by hand says."""
        assert self.half is not None
        if not self.computed:
            rules = [rule for rule in rules if rule.by_hand and by_element([rule])] or _only_tensor_wide(rules)
        more = strictest(rules, values, legal.bound, legal.dtype) if rules else 0.0
        return self.half + legal.slack + more

    def against(self, legal: Bounded, rules: Sequence[Tolerance]) -> Pair:
        """Compare the literals with legal values: as decimals, and as the numbers of the output's type they name."""
        assert self.values is not None
        made = against(self.values, legal, lambda values: self.allowed(legal, values, rules))
        if not self.exact and legal.dtype in UNIT:
            made = nearer(made, _named(self.values, legal.ref, legal))
            for other in legal.also:
                made = nearer(made, _named(self.values, other.values, legal), other.where)
        return made if self.given is None else made.without(~self.given)


def _only_tensor_wide(rules: Sequence[Tolerance]) -> Sequence[Tolerance]:
    """The rules, if none of them says anything of single elements."""
    return () if by_element(rules) else rules


def _named(values: F64, want: F64, legal: Bounded) -> Pair:
    """Agreement where a literal, rounded to the type, is the number of the type nearest to a legal value.

    Beyond the range that is an infinity, which an infinite literal alone names.
    """
    numbers = ~np.isnan(values) & np.isfinite(want)
    middle = np.where(numbers, want, 0.0)
    ends = middle - legal.slack, np.where(numbers, values, 0.0), middle + legal.slack
    low, named, high = (rounded(end, legal.dtype) for end in ends)
    alike = numbers & (low <= named) & (named <= high) & (np.isfinite(named) | np.isinf(values))
    error = np.where(alike, np.abs(np.where(alike & np.isfinite(values), values, middle) - middle), np.inf)
    return Pair(~alike, error, np.where(alike, error, 0.0), want)


def rounded(values: np.ndarray, dtype: str) -> F64:
    """The numbers of a float type nearest to some values."""
    return decode(encode(values, dtype)).astype(np.float64)


def passing(legal: Bounded, index: tuple[int, ...], exact: bool) -> str:
    """What would pass as a literal: the legal values in the shortest digits that name them in their type."""
    values = [legal.ref[index], *(other.values[index] for other in legal.also if other.where[index])]
    return " or ".join(dict.fromkeys(_text(value, legal.dtype, exact) for value in values))


def _text(value: np.generic, dtype: str, exact: bool) -> str:
    if dtype == "bool":
        return str(bool(value)).lower()
    if dtype not in UNIT:
        return str(int(value))
    if exact:
        text = number(float(value))
    else:
        text = number(float(rounded(np.asarray(value), dtype)), 0.0, dtype)
    return _YAML.get(text, text)
