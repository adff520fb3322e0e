"""Builds and runs that were repeated: which results came, and how far apart they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trtexp.definition.network import Array
from trtexp.engine.outcome import Outcome
from trtexp.numerics import decode
from trtexp.numerics.format import rounded
from trtexp.spec.case import Case


def distinct(outcome: Outcome) -> list[Mapping[str, Array]]:
    """The distinct results, in an order that depends on their bits alone and not on which came first."""
    results = [result for _, result in outcome.repeats] or [outcome.outputs]
    return sorted(results, key=lambda result: [(name, result[name].to_bytes()) for name in sorted(result)])


def note(case: Case, outcome: Outcome, fine: bool) -> str | None:
    """What a report says: nothing that varies from run to run. fine: whether every result is as it must be."""
    if case.repeat is None or not outcome.repeats:
        return None
    if len(outcome.repeats) == 1:
        return f"{_times(case.repeat)}: one result"
    return f"{_times(case.repeat)}: more than one result, {'all within the bound' if fine else 'not all as expected'}"


def spread(case: Case, outcome: Outcome | None) -> str | None:
    """How many results came how often, and how far apart they are, where there is more than one."""
    if case.repeat is None or outcome is None or len(outcome.repeats) < 2:
        return None
    counts = " + ".join(str(count) for count, _ in outcome.repeats)
    results = [result for _, result in outcome.repeats]
    apart = [f"{name} by up to {rounded(_range(results, name), 3)}" for name in sorted(results[0])]
    return f"{_times(case.repeat)}: {len(results)} different results ({counts}), apart in {', '.join(apart)}"


def _times(repeat: tuple[int, int]) -> str:
    builds, runs = repeat
    return f"{builds} build{'s' * (builds != 1)} × {runs} run{'s' * (runs != 1)}"


def _range(results: list[Mapping[str, Array]], name: str) -> float:
    """The largest distance between the elements of two results; infinite where their shapes or NaNs differ."""
    values = [decode(result[name]).astype(np.float64) for result in results if name in result]
    if len(values) < len(results) or len({value.shape for value in values}) > 1:
        return float("inf")
    with np.errstate(invalid="ignore"):
        low, high = np.minimum.reduce(values), np.maximum.reduce(values)
        apart = np.where(low == high, 0.0, high - low)
    missing = np.isnan(np.stack(values))
    apart = np.where(missing.all(axis=0), 0.0, np.where(missing.any(axis=0), np.inf, apart))
    return float(apart.max(initial=0.0))
