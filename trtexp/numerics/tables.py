"""Measured errors of functions: tables that `bench.accuracy.functions` made on a GPU, and what they grant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trtexp.numerics.dtypes import F64, SMALLEST_NORMAL, spacing

MARGIN = 2.0  # how much more than the worst that was seen is allowed
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
        place = np.where(key < 0, np.searchsorted(low, key, side="left"), np.searchsorted(low, key, side="right"))
        place = np.clip(place - 1, 0, len(rows) - 1)
        inside = (key >= low[place]) & (key <= high[place]) & np.isfinite(right)
        with np.errstate(invalid="ignore"):
            worst = np.minimum(ulps[place] * spacing(np.where(inside, right, 0.0), dtype), absolute[place])
        tiny = np.where((right != 0) & (worst > 0), SMALLEST_NORMAL[dtype], 0.0)  # a device may flush to zero
        return np.where(inside, MARGIN * worst + tiny, np.nan)


def read_table(path: Path) -> ErrorTable:
    """A table as the program wrote it; of its ways, those that compute in the type that they are named after."""
    data = json.loads(path.read_text(encoding="utf-8"))
    rows = {
        (way, function): _rows(facts)
        for way, functions in data["ways"].items()
        if way in SMALLEST_NORMAL
        for function, facts in functions.items()
    }
    return ErrorTable(data["release"], data["gpu"], rows)


def _rows(facts: Mapping[str, Any]) -> tuple[Row, ...]:
    return tuple(tuple(row) for row in facts["worst"])
