"""What resize and grid_sample share: the taps of an interpolation at a coordinate, and how far they may be off."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from trtexp.layers.base import Kind
from trtexp.numerics import F64, UNIT

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
