"""Functions of corresponding elements: what they make of their inputs' errors, and what they add."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from trtexp.numerics.alternatives import either, elementwise, same, undetermined
from trtexp.numerics.bounded import Bounded, exactly
from trtexp.numerics.dtypes import F64, F64_UNIT, OWN_ERROR, SMALLEST_NORMAL, TINY, UNIT, WORKING_UNIT, held, narrowed
from trtexp.numerics.library import MANY, MANY_ERROR
from trtexp.numerics.tables import Seen

Units = float | Callable[..., F64]


def rounded(x: Bounded, values: F64, ulps: float, dtype: str | None = None) -> Bounded:
    """A result that has its own rounding of `ulps` units in the last place on top of what `x` already carries."""
    dtype = dtype or x.dtype
    own = 2 * ulps * WORKING_UNIT[dtype] * np.abs(values) + np.where(values != 0, TINY[dtype], 0.0)
    own = own + narrowed(values, dtype, 1.0) if ulps else np.zeros(values.shape)
    slack = x.slack + (OWN_ERROR * np.abs(values) if ulps else 0.0)
    certified = x.certified & (own == 0)
    return replace(
        x, dtype=dtype, ref=values, bound=own + x.bound, typical=own + x.typical, slack=slack, certified=certified
    )


def _perhaps_flushed(x: Bounded) -> Bounded:
    """x, whose subnormal numbers a device may take as 0 of their sign, where a type's are flushed."""
    least = SMALLEST_NORMAL.get(x.dtype, 0.0)
    if TINY.get(x.dtype) != least:
        return x
    lost = (x.ref != 0) & (np.abs(x.ref) < least)
    return either(x, exactly(np.copysign(0.0, x.ref), x.dtype), lost) if lost.any() else x


def pointwise(
    f: Callable[..., np.ndarray],
    inputs: Sequence[Bounded],
    ulps: Units = 0.0,
    floor: Units = 0.0,
    dtype: str | None = None,
    least: Units = 0.0,
    narrow: Units = 1.0,
    seen: Seen | None = None,
) -> Bounded:
    """A function of corresponding elements, continuous where the inputs are not exact.

    ulps: its own error in units in the last place of the result, a number or a function of the inputs, those of float32
    for narrower types; floor: the least absolute error, likewise; float64 has the same errors in its own, smaller
    units, and they become slack. least: the least absolute error of the device alone. narrow: where there is an error,
    what the narrower type adds in its own units. seen: what was measured of it. The inputs' errors are carried by
    evaluating at both ends of their intervals. Inputs broadcast as in numpy.
    """
    evaluate = partial(_continuous, f, (ulps, floor, least, narrow), seen, dtype or inputs[0].dtype)
    return elementwise(evaluate, [_perhaps_flushed(x) for x in inputs])


def _continuous(
    f: Callable[..., np.ndarray],
    errors: tuple[Units, Units, Units, Units],
    seen: Seen | None,
    dtype: str,
    inputs: Sequence[Bounded],
) -> Bounded:
    values = [x.ref for x in inputs]
    ref = held(f(*values), dtype)
    narrower = UNIT.get(dtype) != WORKING_UNIT.get(dtype)
    asked = errors if narrower else (*errors[:3], 0.0)
    units, apart, more, narrow = (u(*values) if callable(u) else u for u in asked)
    unit, size = WORKING_UNIT.get(dtype, 0.0), np.abs(ref)
    formula = np.maximum(2 * unit * size * units, apart)
    own = np.where(np.isfinite(ref), np.maximum(formula, more), 0.0)
    inexact = own > 0
    float64 = np.maximum(OWN_ERROR * size, 2 * F64_UNIT * formula / unit) if unit else 0.0
    own = own + np.where(inexact, narrowed(ref, dtype, narrow), 0.0)
    own = own + np.where(inexact & (ref != 0), TINY.get(dtype, 0.0), 0.0)
    own = own + np.where(inexact, MANY_ERROR * size, 0.0) if size.size > MANY else own
    own = own if seen is None else seen.error(dtype, tuple(values), ref, own)
    bound, typical, slack = (_carried(f, inputs, kind, ref, dtype) for kind in ("bound", "typical", "slack"))
    certified = np.logical_and.reduce([np.broadcast_to(x.certified, ref.shape) for x in inputs])
    return Bounded(
        dtype,
        ref,
        own + bound,
        own + typical,
        np.where(inexact, float64, 0.0) + slack,
        certified & (own + bound == 0),
        np.zeros(ref.shape, bool),
    )


def _carried(f: Callable[..., np.ndarray], inputs: Sequence[Bounded], kind: str, ref: np.ndarray, dtype: str) -> F64:
    """What the inputs' errors make of the result, by evaluating at the ends of their intervals."""
    if not any(getattr(x, kind).any() for x in inputs):
        return np.zeros(ref.shape)
    corners = itertools.product(*(x.corners(kind) for x in inputs))
    far = (np.abs(held(f(*corner), dtype) - ref.astype(np.float64)) for corner in corners)
    return np.maximum.reduce([np.nan_to_num(each, posinf=np.inf) for each in far])


def jumping(f: Callable[..., np.ndarray], inputs: Sequence[Bounded], dtype: str) -> Bounded:
    """A function that jumps (comparison, floor, rounding): exact, but undetermined where an input's error may cross.

    If that leads to the next whole numbers at most, these are the legal values; else anything is.
    """
    return elementwise(partial(_jumped, f, dtype), [_perhaps_flushed(x) for x in inputs])


def _jumped(f: Callable[..., np.ndarray], dtype: str, inputs: Sequence[Bounded]) -> Bounded:
    ref = held(f(*(x.ref for x in inputs)), dtype)
    made = exactly(ref, dtype)
    if not any(x.bound.any() for x in inputs):
        return made
    results = [held(f(*corner), dtype) for corner in itertools.product(*(x.corners("bound") for x in inputs))]
    low, high = np.minimum.reduce(results), np.maximum.reduce(results)
    near = (same(high, ref) | (high == ref + 1)) & (same(low, ref) | (low == ref - 1))
    for end in (low, high):
        made = either(made, exactly(end, dtype), near & ~same(end, ref))
    return undetermined(made, ~near)


def equal(a: Bounded, b: Bounded) -> Bounded:
    """a == b; both answers are legal where the errors of a and b meet, since they may lie on one number in between."""
    return elementwise(lambda inputs: _equal(*inputs), [a, b])


def _equal(a: Bounded, b: Bounded) -> Bounded:
    made = exactly(a.ref == b.ref, "bool")
    reach = a.bound + b.bound
    near = (reach > 0) & (np.abs(a.ref - b.ref) <= reach)
    return either(made, exactly(1 - made.ref, "bool"), near)
