"""What tolerances allow: per element, or of the tensor as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from trtexp.numerics import F64, spacing
from trtexp.numerics.similarity import cosine, snr_db
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import Measured, Measuree
from trtexp.records.tensors import short

WHOLE_TENSOR = ("snr_db", "cosine")


def strictest(rules: Sequence[Tolerance], values: np.ndarray, bound: F64, dtype: str) -> F64:
    """What all rules allow per element of a legal value; rules for the whole tensor allow everything here."""
    allowed: F64 = np.minimum.reduce([_allowed(rule, values, bound, dtype) for rule in rules])
    return allowed


def _allowed(rule: Tolerance, values: np.ndarray, bound: F64, dtype: str) -> F64:
    if rule.kind == "auto":
        return bound
    if rule.kind == "exact":
        return np.zeros(values.shape)
    if rule.kind == "ulp":
        return rule.limit * spacing(values, dtype)
    if rule.kind == "close":
        return rule.atol + rule.rtol * np.abs(values.astype(np.float64))
    return np.full(values.shape, np.inf)


def by_element(rules: Sequence[Tolerance]) -> list[Tolerance]:
    """The rules that say something of each element."""
    return [rule for rule in rules if rule.kind not in WHOLE_TENSOR]


def tensor_wide(
    of: Measuree, values: np.ndarray, reference: np.ndarray, rules: Sequence[Tolerance]
) -> Iterator[Measured]:
    """What the rules for the whole tensor find; a value that is no number is not enough."""
    for rule in rules:
        if rule.kind in WHOLE_TENSOR:
            measure, digits = (snr_db, 4) if rule.kind == "snr_db" else (cosine, 6)
            value = measure(values.astype(np.float64), reference.astype(np.float64))
            yield Measured(rule=rule, of=of, value=short(value, digits), enough=value >= rule.limit)
