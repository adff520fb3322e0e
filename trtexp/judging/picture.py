"""What is kept of an output that is too large to be recorded whole: its bins, and the elements around the worst one."""

from __future__ import annotations

from typing import Any

import numpy as np

from trtexp.judging.output import JudgedOutput
from trtexp.judging.pairs import Pair
from trtexp.numerics import F64, decode
from trtexp.records.bins import grid
from trtexp.records.picture import AROUND, Picture, Window
from trtexp.records.tensors import REFERENCE_DIGITS, WHOLE, numbers, short


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
    return Picture(grid=grid(values, None if pair is None else ratios(pair)), around=_around(output))


def ratios(pair: Pair) -> F64:
    """error / allowed of each element, infinite where it disagrees without being further off than allowed."""
    return np.where(pair.bad & ~(pair.ratio > 0), np.inf, np.nan_to_num(pair.ratio, nan=0.0, posinf=np.inf))


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
