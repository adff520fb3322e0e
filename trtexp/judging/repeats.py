"""Builds and runs that were repeated: which results came, and how far apart they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trtexp.definition.network import Array
from trtexp.engine.outcome import Outcome
from trtexp.numerics import decode
from trtexp.records.facts import Repeats, Spread
from trtexp.records.tensors import short
from trtexp.spec.case import Case


def distinct(outcome: Outcome) -> list[Mapping[str, Array]]:
    """The distinct results, in an order that depends on their bits alone and not on which came first."""
    results = [result for _, result in outcome.repeats] or [outcome.outputs]
    return sorted(results, key=lambda result: [(name, result[name].to_bytes()) for name in sorted(result)])


def repeated(case: Case, outcome: Outcome | None, fine: bool) -> Repeats | None:
    """What a report says: nothing that varies from run to run. fine: whether every result is as it must be."""
    if case.repeat is None or outcome is None or not outcome.repeats:
        return None
    builds, runs = case.repeat
    return Repeats(builds=builds, runs=runs, alike=len(outcome.repeats) == 1, fine=fine)


def spread(case: Case, outcome: Outcome | None) -> Spread | None:
    """How many results came how often, and how far apart they are, where there is more than one."""
    if case.repeat is None or outcome is None or len(outcome.repeats) < 2:
        return None
    builds, runs = case.repeat
    results = [result for _, result in outcome.repeats]
    apart = {name: short(_range(results, name), 3) for name in sorted(results[0])}
    return Spread(builds=builds, runs=runs, counts=[count for count, _ in outcome.repeats], apart=apart)


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
