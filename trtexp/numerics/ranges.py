"""The range of a float type: which elements of a reference may leave it, and what is left of them in a typed tensor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trtexp.numerics.alternatives import elementwise
from trtexp.numerics.bounded import Bounded
from trtexp.numerics.dtypes import LARGEST, SMALLEST, UNIT, Mask

#: Types without an infinity: what is beyond their range becomes their largest number.
SATURATING_FLOATS = ("float8e4m3", "float8e8m0", "float4e2m1")


def leaves(x: Bounded) -> Mask:
    """Where a finite value may be beyond the largest number of its type, or is below the smallest above 0."""
    if x.dtype not in UNIT:
        return np.zeros(x.shape, bool)
    size = np.abs(x.ref)
    beyond = size + x.bound > LARGEST[x.dtype]
    made: Mask = np.isfinite(size) & (beyond | ((size > 0) & (size < SMALLEST[x.dtype])))
    return made


def kept(x: Bounded) -> Bounded:
    """x in a tensor of its type: what may leave the range is infinite, or the largest number, or 0."""
    return elementwise(lambda inputs: _kept(inputs[0]), [x])


def _kept(x: Bounded) -> Bounded:
    gone = leaves(x)
    if not gone.any():
        return x
    beyond = LARGEST[x.dtype] if x.dtype in SATURATING_FLOATS else np.inf
    end = np.copysign(np.where(np.abs(x.ref) < SMALLEST[x.dtype], 0.0, beyond), x.ref)
    bound, typical, slack = (np.where(gone, 0.0, error) for error in (x.bound, x.typical, x.slack))
    ref = np.where(gone, end, x.ref)
    return replace(x, ref=ref, bound=bound, typical=typical, slack=slack, certified=x.certified & ~gone)
