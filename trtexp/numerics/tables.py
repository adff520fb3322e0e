"""Measured errors of functions: tables that `bench.accuracy.functions` made on a GPU, and what they grant."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from trtexp.numerics.arithmetic import Family
from trtexp.numerics.dtypes import F64, SMALLEST_NORMAL, TINY, spacing

MARGIN = 2.0  # how much more than the worst that was seen is allowed
#: The releases that stand for their family once all of them are measured.
STANDING: Mapping[Family, frozenset[str]] = {"tensorrt<10": frozenset({"tensorrt-8.5.3.1", "tensorrt-8.6.0"})}
Row = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class ErrorTable:
    """What one release on one GPU was off by at the most. rows: (type, function) -> ranges, each with its two ends, the
    worst error in units in the last place, its point, and the worst absolute error; in the order of their ends."""

    release: str
    gpu: str
    rows: Mapping[tuple[str, str], tuple[Row, ...]]

    def allowed(self, function: str, dtype: str, key: F64, right: F64) -> F64 | None:
        """What a result may be off by, `MARGIN` times the worst of its range; None if the function was not measured.

        key: what the ranges are of, the argument for most functions. NaN where nothing was measured: outside all ranges
        and where the right result is not finite.
        """
        rows = self.rows.get((dtype, function))
        if not rows:
            return None
        low, high, ulps, _, absolute = np.array(rows).T
        # the end of a range that is further from 0 does not belong to it
        place = np.searchsorted(low, key, side="right") - 1
        place = np.maximum(place - ((key < 0) & (low[place] == key)), 0)
        inside = (key >= low[place]) & (key <= high[place]) & np.isfinite(right)
        with np.errstate(invalid="ignore"):
            worst = np.minimum(ulps[place] * spacing(np.where(inside, right, 0.0), dtype), absolute[place])
        tiny = np.where((right != 0) & (worst > 0), TINY[dtype], 0.0)  # a device may flush to zero
        return np.where(inside, MARGIN * worst + tiny, np.nan)


@dataclass(frozen=True)
class Seen:
    """What is known of a function from measurements, for a family of releases. key: what the ranges are of, a function
    of the inputs, the first of them if left out."""

    function: str
    family: Family | None
    key: Callable[..., F64] | None = None

    def error(self, dtype: str, values: tuple[F64, ...], right: F64, formula: F64) -> F64:
        """What a device may be off by. formula: what is allowed where nothing was measured.

        Where all releases that stand for the family were measured, the worst of them is granted, but not more than the
        formula or what all of them are off by: a release that is worse than both is a finding. Else the formula is
        granted, or what was measured if that is more.
        """
        key = np.broadcast_to(values[0] if self.key is None else self.key(*values), right.shape)
        found = [(table, table.allowed(self.function, dtype, key, right)) for table in tables()]
        there = {table.release: error for table, error in found if error is not None}
        if not there:
            return formula
        errors = [np.nan_to_num(error, nan=-1.0) for error in there.values()]
        worst, least = np.maximum.reduce(errors), np.minimum.reduce(errors)
        standing = STANDING.get(self.family) if self.family is not None else None
        if standing is None or not standing <= there.keys():
            return np.maximum(formula, worst)
        return np.where(worst < 0, formula, np.minimum(worst, np.maximum(formula, least)))


@cache
def tables() -> tuple[ErrorTable, ...]:
    """Those of `measured`, by the names of their files."""
    folder = resources.files("trtexp.numerics") / "measured"
    files = sorted(item.name for item in folder.iterdir() if item.name.endswith(".json")) if folder.is_dir() else []
    return tuple(read_table((folder / name).read_text(encoding="utf-8")) for name in files)


def read_table(text: str) -> ErrorTable:
    """A table as the program wrote it; of its ways, those that compute in the type that they are named after."""
    data = json.loads(text)
    rows = {
        (way, function): _rows(facts)
        for way, functions in data["ways"].items()
        if way in SMALLEST_NORMAL
        for function, facts in functions.items()
    }
    return ErrorTable(data["release"], data["gpu"], rows)


def _rows(facts: Mapping[str, Any]) -> tuple[Row, ...]:
    return tuple(tuple(row) for row in facts["worst"])
