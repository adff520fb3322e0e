"""What is kept of an output that is too large to be recorded whole: its bins, and the elements around the worst one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trtexp.judging.output import JudgedOutput
from trtexp.judging.pairs import Pair
from trtexp.numerics import F64, decode, library
from trtexp.records.picture import AROUND, BINS, Grid, Picture, Window
from trtexp.records.tensors import REFERENCE_DIGITS, WHOLE, Numbers, numbers, short


def picture(output: JudgedOutput) -> Picture | None:
    """The picture of what came, or of the reference where nothing did; None for an output that is recorded whole."""
    judged, reference = output.judged, output.judged.reference
    if output.actual is not None:
        values: F64 = decode(output.actual).astype(np.float64)
    elif reference is not None:
        values = reference.ref
    else:
        return None
    if values.size <= WHOLE:
        return None
    pair = next(iter(judged.pairs), None)
    return Picture(grid=grid(values, pair), around=_around(output))


def grid(values: F64, pair: Pair | None) -> Grid:
    """The bins of a tensor with elements. pair: the comparison whose errors are to be seen."""
    flat = _folded(values)
    starts = [np.arange(min(BINS, n)) * n // min(BINS, n) for n in flat.shape[1:]]
    smallest, largest = (_binned(extreme, flat, starts) for extreme in (np.fmin, np.fmax))
    same = np.array_equal(smallest, largest, equal_nan=True)
    worst, at = (None, None) if pair is None else _worst(pair, starts)
    return Grid(
        size=(flat.shape[1], flat.shape[2]),
        smallest=short(smallest, 3),
        largest=None if same else short(largest, 3),
        worst=worst,
        at=at,
    )


def _folded(values: np.ndarray) -> np.ndarray:
    """Three axes: all leading ones in one, then rows and columns."""
    rows, columns = (1, *values.shape)[-2:] if values.ndim else (1, 1)
    return values.reshape(-1, rows, columns)


def _binned(extreme: np.ufunc, folded: np.ndarray, starts: list[NDArray[np.int64]]) -> np.ndarray:
    """The extreme of each bin."""
    return extreme.reduceat(extreme.reduceat(extreme.reduce(folded, axis=0), starts[0], axis=0), starts[1], axis=1)


def _worst(pair: Pair, starts: list[NDArray[np.int64]]) -> tuple[Numbers | None, list[list[int]] | None]:
    """The largest error / bound of each bin and where it is; (None, None) where every element is exact.

    Ratios are compared as they are recorded, so that the first of two equal ones is found with every numpy.
    """
    ratio = _rounded(np.where(pair.bad & ~(pair.ratio > 0), np.inf, np.nan_to_num(pair.ratio, nan=0.0, posinf=np.inf)))
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


def _around(output: JudgedOutput) -> Window | None:
    """The elements around the worst one; None where every element is exact, or there is no reference."""
    judged, pair = output.judged, output.judged.actual_reference
    if output.actual is None or judged.reference is None or pair is None or not (pair.error.any() or pair.bad.any()):
        return None
    worst = next((each for each in judged.pairs if not each.agrees), pair).worst
    axes = min(2, len(worst))
    leading, inner = worst[: len(worst) - axes], worst[len(worst) - axes :]
    window: tuple[Any, ...] = (*leading, *(slice(max(0, i - AROUND), i + AROUND + 1) for i in inner))
    return Window(
        worst=list(worst),
        start=[*leading, *(max(0, i - AROUND) for i in inner)],
        actual=numbers(decode(output.actual)[window]),
        reference=short(judged.reference.ref[window], REFERENCE_DIGITS),
        bound=short(pair.allowed[window], 3),
    )
