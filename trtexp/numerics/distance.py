"""How far two tensors of one dtype are apart, counted in its numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trtexp.definition.network import Array
from trtexp.numerics.dtypes import F64, UNIT, decode


def ulps(a: Array, b: Array) -> F64:
    """How many numbers of their dtype lie from one element to the other; 0 for two NaNs, infinite for one."""
    x, y = (decode(each).astype(np.float64) for each in (a, b))
    if a.dtype not in UNIT:
        return np.where(
            decode(a) == decode(b), 0.0, np.maximum(np.abs(x - y), 1.0)
        )  # float64 does not hold all of int64
    distance: F64 = np.abs(_rank(decode(a)) - _rank(decode(b))).astype(np.float64)
    one = np.isnan(x) != np.isnan(y)
    return np.where(one, np.inf, np.where(np.isnan(x), 0.0, distance))


def _rank(values: np.ndarray) -> NDArray[np.int64]:
    """The place of each value among the numbers of its dtype, both zeros at 0."""
    magnitude = np.abs(values).reshape(-1).view(f"u{values.dtype.itemsize}").astype(np.int64).reshape(values.shape)
    return np.where(np.signbit(values.astype(np.float64)), -magnitude, magnitude)
