"""What resize, grid_sample and roi_align share: the taps of an interpolation, how far they may be off, and what comes
of an element that is no number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from trtexp.layers.base import Kind
from trtexp.numerics import F64, UNIT, Bounded, Mask, undetermined

InterpolationMode = Annotated[Literal["NEAREST", "LINEAR", "CUBIC"], Kind("InterpolationMode")]
Indices = NDArray[np.int64]


def coordinate_error(size: int) -> float:
    """How far a float32 coordinate in an axis of `size` elements may be off, unless it is a short binary fraction."""
    return 4 * UNIT["float32"] * (size + 1)


def taps(mode: str, at: F64, off: F64, coefficient: float = -0.75) -> tuple[Indices, F64, F64]:
    """(indices, weights, errors of the weights), each with an axis of 2 (LINEAR) or 4 (CUBIC) taps in front.

    at: the coordinates; off: how far each may be off, 0 if it is exact. coefficient: `a` of the cubic polynomials.
    Indices may lie outside the input.
    """
    floor = np.floor(at)
    t = at - floor
    if mode == "LINEAR":
        offsets, weights, slope = np.arange(2), np.stack([1 - t, t]), 1.0
    else:
        offsets, slope = np.arange(-1, 3), 2 + 2 * abs(coefficient)
        weights = np.stack([cubic(np.abs(t - offset), coefficient) for offset in offsets])
    rounding = 8 * UNIT["float32"] * np.abs(weights)
    exact = (off == 0) & (weights.astype(np.float32) == weights)
    errors = np.where(exact, 0.0, rounding + slope * (off + UNIT["float32"]))
    indices = floor.astype(np.int64) + offsets.reshape(-1, *[1] * at.ndim)
    return indices, weights, errors


def cubic(distance: F64, a: float) -> F64:
    """Keys' cubic kernel at a distance from 0 to 2."""
    near = ((a + 2) * distance - (a + 3)) * distance**2 + 1
    far = a * (((distance - 5) * distance + 8) * distance - 4)
    return np.where(distance <= 1, near, far)


@dataclass(frozen=True, eq=False)
class Weights:
    """Which elements the windows of an interpolation touch, by the sign of their weight. perhaps: with a weight that
    may be 0, or of either sign, so that nobody knows what is left of an element that is no number."""

    positive: Mask
    negative: Mask
    perhaps: Mask


def weighted(ref: F64, error: F64, touched: Mask) -> Weights:
    """What weights and their errors say of the elements that windows touch."""
    positive, negative = touched & (ref > error), touched & (ref < -error)
    return Weights(positive, negative, touched & ~positive & ~negative)


def numbers(x: Bounded) -> Bounded:
    """x with 0 in the place of what is no number."""
    odd = ~np.isfinite(x.ref)
    return without_error(replace(x, ref=np.where(odd, 0.0, x.ref)), odd) if odd.any() else x


def with_others(made: Bounded, x: Bounded, weights: Weights, met: Callable[[Mask, Mask], Mask]) -> Bounded:
    """Weighted sums of the numbers of x with its NaNs and infinities, which count where a window touches them.

    met(elements, weights): where a window has one of these elements with one of these weights.
    """
    every = weights.positive | weights.negative
    up = met(x.ref == np.inf, weights.positive) | met(x.ref == -np.inf, weights.negative)
    down = met(x.ref == -np.inf, weights.positive) | met(x.ref == np.inf, weights.negative)
    nan = met(np.isnan(x.ref), every) | (up & down)
    value = np.where(nan, np.nan, np.where(up, np.inf, np.where(down, -np.inf, made.ref)))
    found = without_error(replace(made, ref=value), nan | up | down)
    return undetermined(found, met(~np.isfinite(x.ref) | x.undetermined, weights.perhaps) & ~nan)


def without_error(x: Bounded, where: Mask) -> Bounded:
    """x without any error where `where` holds."""
    bound, typical, slack = (np.where(where, 0.0, error) for error in (x.bound, x.typical, x.slack))
    return replace(x, bound=bound, typical=typical, slack=slack)
