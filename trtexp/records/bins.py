"""Many elements in at most 64 × 64 bins: their extremes, the largest error / bound of each, and where that is."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from trtexp.numerics import F64, UNIT, library
from trtexp.records.model import OutputRecord
from trtexp.records.picture import BINS, Grid
from trtexp.records.tensors import Numbers, TensorRecord, array, has_gaps, short

WIDE = 13  # columns that a page shows as text
_SAME = 1e-11  # of its size: what a recorded reference may differ by from the number that it was rounded from


def grid(values: F64, ratio: F64 | None) -> Grid:
    """The bins of a tensor with elements. ratio: error / bound of each; None where nothing was compared."""
    flat = _folded(values)
    starts = [np.arange(min(BINS, n)) * n // min(BINS, n) for n in flat.shape[1:]]
    smallest, largest = (_binned(extreme, flat, starts) for extreme in (np.fmin, np.fmax))
    same = np.array_equal(smallest, largest, equal_nan=True)
    worst, at = (None, None) if ratio is None else _worst(ratio, starts)
    return Grid(
        size=(flat.shape[1], flat.shape[2]),
        smallest=short(smallest, 3),
        largest=None if same else short(largest, 3),
        worst=worst,
        at=at,
    )


def shown_grid(output: OutputRecord) -> Grid | None:
    """The grid that is kept of an output; of one that is recorded whole and has over 13 columns, made of its values."""
    if output.picture is not None:
        return output.picture.grid
    record = output.actual or output.reference
    if record is None or record.values is None or has_gaps(record) or record.shape[-1:] <= [WIDE]:
        return None
    return grid(array(record), _ratio(output)) if prod(record.shape) else None


def _ratio(output: OutputRecord) -> F64 | None:
    """error / bound of the elements of an output that is recorded whole, by its own bound alone; None where another
    tolerance counts, and where every element is exact. What is legal for another reason is not off."""
    actual, reference, compared = output.actual, output.reference, output.actual_reference
    if actual is None or reference is None or compared is None or output.bound is None or not compared.max_error:
        return None
    if output.dtype not in UNIT or any(rule.kind != "auto" for rule in output.tolerance):
        return None
    came, right = array(actual), array(reference)
    bound = array(TensorRecord(dtype="float64", shape=reference.shape, values=output.bound))
    if came.shape != right.shape:
        return None
    with np.errstate(all="ignore"):
        error = np.where((came == right) | (np.isnan(came) & np.isnan(right)), 0.0, np.abs(came - right))
        error = np.where(error <= _SAME * np.abs(right), 0.0, error)
        ratio = np.where(error == 0, 0.0, np.nan_to_num(error / bound, nan=np.inf, posinf=np.inf))
    return np.where((ratio > 1) & ~_bad(output, ratio), 0.0, ratio)


def _bad(output: OutputRecord, ratio: F64) -> NDArray[np.bool_]:
    """The elements that disagree: those that are named, or all beyond the bound where there are too many to name."""
    if output.disagreeing > len(output.marks):
        return ratio > 1
    bad = np.zeros(ratio.shape, bool)
    for mark in output.marks:
        bad[tuple(mark.index)] = True
    return bad


def _folded(values: np.ndarray) -> np.ndarray:
    """Three axes: all leading ones in one, then rows and columns."""
    rows, columns = (1, *values.shape)[-2:] if values.ndim else (1, 1)
    return values.reshape(-1, rows, columns)


def _binned(extreme: np.ufunc, folded: np.ndarray, starts: list[NDArray[np.int64]]) -> np.ndarray:
    """The extreme of each bin."""
    return extreme.reduceat(extreme.reduceat(extreme.reduce(folded, axis=0), starts[0], axis=0), starts[1], axis=1)


def _worst(ratio: F64, starts: list[NDArray[np.int64]]) -> tuple[Numbers | None, list[list[int]] | None]:
    """The largest error / bound of each bin and where it is; (None, None) where every element is exact.

    Ratios are compared as they are recorded, so that the first of two equal ones is found with every numpy.
    """
    ratio = _rounded(ratio)
    if not ratio.any():
        return None, None
    folded = _folded(ratio)
    largest = _binned(np.maximum, folded, starts)
    rows, columns = (
        np.searchsorted(s, np.arange(n), "right") - 1 for s, n in zip(starts, folded.shape[1:], strict=True)
    )
    places = np.arange(ratio.size).reshape(folded.shape)
    is_worst = folded == largest[rows[:, None], columns]
    at = _binned(np.minimum, np.where(is_worst, places, ratio.size), starts)
    return short(largest, 3), at.tolist()


def _rounded(ratio: F64) -> F64:
    """Positive numbers to 3 significant digits."""
    some = (ratio > 0) & np.isfinite(ratio)
    unit = library.power(10.0, np.floor(library.log10(np.where(some, ratio, 1.0))) - 2)
    return np.where(some, np.rint(ratio / unit) * unit, ratio)
