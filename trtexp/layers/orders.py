"""What layers that compare share: the rules of NaN by family of releases, and which places of an order are unsure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from trtexp.numerics import Arithmetic, Bounded, Family, Mask

T = TypeVar("T")
#: The families in which 8.5.3.1 and 8.6.0 were measured, for layers that have one rule of NaN and no other source.
MEASURED: Mapping[Family, bool] = {"tensorrt<10": True}
#: The types in which rules were measured: all of them in float32, these in half, too.
IN_HALF = ("float32", "float16")


def rule(
    rules: Mapping[Family, T], x: Bounded, arithmetic: Arithmetic, types: Sequence[str] = ("float32",)
) -> T | None:
    """What a family of releases makes of NaN, which was measured in some types; None where nothing says so."""
    family = arithmetic.family
    return None if family is None or x.dtype not in types else rules.get(family)


def shaky(x: Bounded, order: np.ndarray, axis: int) -> Mask:
    """The places of a rising order along an axis that another element may take, by the errors of both."""
    low, high = (np.take_along_axis(np.nan_to_num(end, nan=np.inf), order, axis) for end in x.ends())
    low, high = np.moveaxis(low, axis, -1), np.moveaxis(high, axis, -1)
    made = np.zeros(low.shape, bool)
    before = np.maximum.accumulate(high, axis=-1)[..., :-1]
    behind = np.minimum.accumulate(low[..., ::-1], axis=-1)[..., ::-1][..., 1:]
    wide = (high > low)[..., 1:] | (high > low)[..., :-1]
    made[..., 1:] |= (before > low[..., 1:]) | ((before == low[..., 1:]) & wide)
    made[..., :-1] |= (behind < high[..., :-1]) | ((behind == high[..., :-1]) & wide)
    return np.moveaxis(made, -1, axis)


def lost(x: Bounded, axis: int) -> Mask:
    """Where anything is legal, because an element along the axis is undetermined; that axis has length 1."""
    return np.asarray(x.undetermined.any(axis, keepdims=True))
