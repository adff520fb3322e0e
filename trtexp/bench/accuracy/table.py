"""What came against what is right: the worst error by range, what is not a number on one side only, special results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trtexp.bench.accuracy.points import EDGES
from trtexp.numerics import F64, LARGEST, SMALLEST_NORMAL, UNIT, VALUE_DTYPES, Mask, spacing

ALIKE = 2.0  # neighbouring ranges whose worst errors differ by less are one
MEANINGLESS = 64.0  # ulp: near a zero of a function only the absolute error says something


@dataclass(frozen=True)
class Range:
    """The worst of the points of a range: low and high are its ends, `ulp` the worst error in units in the last place
    of the result's type and `at` its point, `absolute` the worst absolute error."""

    low: float
    high: float
    ulp: float
    at: float
    absolute: float

    def joined(self, other: Range) -> Range:
        """Both as one; `other` is the next."""
        worst = self if self.ulp >= other.ulp else other
        return Range(self.low, other.high, worst.ulp, worst.at, max(self.absolute, other.absolute))

    def alike(self, other: Range) -> bool:
        few, many = sorted((self.ulp, other.ulp))
        if many <= max(1.0, ALIKE * few):
            return True
        small, large = sorted((self.absolute, other.absolute))
        return few > MEANINGLESS and large <= ALIKE * small

    def row(self) -> list[float]:
        return [self.low, self.high, _brief(self.ulp), self.at, _brief(self.absolute)]


def measured(key: F64, got: np.ndarray, right: F64, dtype: str) -> dict[str, Any]:
    """The table of a function. key: what the ranges are of, per element; got: what came; right: in float64.

    `worst` has a row `[low, high, ulp, at, absolute]` per range; results that are subnormal are counted apart, and so
    are those that are no numbers on one side only.
    """
    came = got.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        typed = right.astype(VALUE_DTYPES[dtype]).astype(np.float64)
        error = np.abs(came - right)
    subnormal = (np.abs(right) < SMALLEST_NORMAL[dtype]) & (right != 0)
    counted = np.isfinite(came) & np.isfinite(typed) & np.isfinite(key) & ~subnormal
    made: dict[str, Any] = {"worst": [each.row() for each in _ranges(key, error, right, counted, dtype)]}
    if found := dict(_differences(key, came, typed)):
        made["differs"] = found
    if (subnormal & np.isfinite(came)).any():
        made["subnormal results"] = _subnormal(came, right, typed, subnormal & np.isfinite(came), dtype)
    return made


def shown(values: Mapping[str, np.ndarray], x: np.ndarray, got: np.ndarray) -> dict[str, str]:
    """The results of special numbers, found among the points by their bits."""
    unsigned = f"u{x.itemsize}"
    bits, flat = x.reshape(-1).view(unsigned), got.reshape(-1)
    found = {name: np.flatnonzero(bits == value.reshape(1).view(unsigned)) for name, value in values.items()}
    return {name: str(flat[places[0]]) for name, places in found.items() if places.size}


def _ranges(key: F64, error: F64, right: F64, counted: Mask, dtype: str) -> list[Range]:
    edges = np.array([0.0, SMALLEST_NORMAL[dtype], *(e for e in EDGES if SMALLEST_NORMAL[dtype] < e < LARGEST[dtype])])
    ends = np.append(edges[1:], LARGEST["float32"])
    ulps = error / spacing(right, dtype)
    place = np.searchsorted(edges, np.abs(key), side="right") - 1
    place = np.where(np.signbit(key), -1 - place, place).astype(np.int8)  # numpy sorts small types in linear time
    joined: list[Range] = []
    order = np.flatnonzero(counted)
    order = order[np.argsort(place[order], kind="stable")]
    for points in np.split(order, np.flatnonzero(np.diff(place[order])) + 1):
        if not points.size:
            continue
        number = int(place[points[0]])
        worst = points[np.argmax(ulps[points])]
        bin_ = number if number >= 0 else -1 - number
        low, high = (edges[bin_], ends[bin_]) if number >= 0 else (-ends[bin_], -edges[bin_])
        made = Range(float(low), float(high), float(ulps[worst]), float(key[worst]), float(error[points].max()))
        if joined and joined[-1].high == made.low and joined[-1].alike(made):
            joined[-1] = joined[-1].joined(made)
        else:
            joined.append(made)
    return joined


def _differences(key: F64, came: F64, typed: F64) -> Iterator[tuple[str, list[Any]]]:
    """(what, [how often, the least and the greatest point]) of results that are of another kind than the right ones."""
    kinds: dict[str, Mask] = {
        "NaN for a number": np.isnan(came) & np.isfinite(typed),
        "NaN for infinity": np.isnan(came) & np.isinf(typed),
        "infinity for a number": np.isinf(came) & np.isfinite(typed),
        "infinity for NaN": np.isinf(came) & np.isnan(typed),
        "a number for infinity": np.isfinite(came) & np.isinf(typed),
        "a number for NaN": np.isfinite(came) & np.isnan(typed),
        "the other infinity": np.isinf(came) & np.isinf(typed) & (came != typed),
        "the other zero": (came == 0) & (typed == 0) & (np.signbit(came) != np.signbit(typed)),
    }
    for what, where in kinds.items():
        points = key[where]
        points = points[~np.isnan(points)]
        if points.size:
            yield what, [int(where.sum()), *(_finite(float(end)) for end in (points.min(), points.max()))]
        elif where.any():
            yield what, [int(where.sum()), "nan", "nan"]


def _subnormal(came: F64, right: F64, typed: F64, where: Mask, dtype: str) -> dict[str, Any]:
    """How often 0 came where the type has a number, how often a number came, and how far off, in smallest numbers."""
    smallest = SMALLEST_NORMAL[dtype] * 2 * UNIT[dtype]
    came, right, typed = came[where], right[where], typed[where]
    kept = came != 0
    off = float(np.abs(came[kept] - right[kept]).max(initial=0.0)) / smallest
    return {"zero": int((~kept & (typed != 0)).sum()), "kept": int(kept.sum()), "off": _brief(off)}


def _brief(value: float) -> float:
    return float(f"{value:.3g}")


def _finite(value: float) -> float | str:
    """JSON has no infinity."""
    return value if np.isfinite(value) else str(value)
