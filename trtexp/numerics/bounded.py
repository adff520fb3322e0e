"""Bounded: a tensor of the reference with what is known of its error. Every bound is absolute and per element."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from trtexp.definition import Array
from trtexp.numerics.dtypes import F64, SMALLEST_NORMAL, UNIT, Mask, decode


@dataclass(frozen=True)
class Arithmetic:
    """What the device is allowed to do: the freedom that a bound grants.

    tf32: float32 operands may be cut to 11 significant bits. acc: the accumulator, `fp32`, `fp16` or `fp8acc`.
    local: measure an error against the terms of its own element; False grants transform-domain tactics
    (Winograd, FFT), whose error is measured against the largest input. lam: sigmas of the typical bound.
    """

    tf32: bool = False
    acc: str = "fp32"
    local: bool = True
    lam: float = 4.0

    def describe(self) -> str:
        operands = "operands cut to tf32" if self.tf32 else "operands as typed"
        return f"{operands}, {self.acc} accumulation, {'local' if self.local else 'global'} bound"


@dataclass(frozen=True, eq=False)
class Bounded:
    """A tensor of the reference with what is known of its error; all arrays have the shape of `ref`.

    ref: float64 result on the inputs as the device sees them. bound: B, no legal computation is further off.
    typical: T <= B, independent roundings. slack: how far the author's decimals are from the device's inputs, carried
    through. certified: no legal order rounds, the result must equal ref. undetermined: both sides of a jump are legal.
    terms: M (sum of |terms|), n (number of terms) and S per element, for dot products.
    """

    dtype: str
    ref: F64
    bound: F64
    typical: F64
    slack: F64
    certified: Mask
    undetermined: Mask
    terms: tuple[F64, F64, F64] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.ref.shape

    @property
    def exact(self) -> bool:
        """True if the value has no error and no element is undetermined."""
        return not (self.bound.any() or self.undetermined.any())


def known(array: Array, decimals: F64 | None = None) -> Bounded:
    """An input or weights array: no error; `decimals` are the numbers as their author wrote them."""
    ref = decode(array).astype(np.float64)
    zero = np.zeros(ref.shape)
    with np.errstate(invalid="ignore"):
        slack = zero if decimals is None else np.nan_to_num(np.abs(np.broadcast_to(decimals, ref.shape) - ref))
    no = np.zeros(ref.shape, bool)
    return Bounded(array.dtype, ref, zero, zero, slack, ~no, no)


def moved(move: Callable[[np.ndarray], np.ndarray], x: Bounded) -> Bounded:
    """Data movement: the error moves with the data and nothing is added."""
    terms = x.terms and (move(x.terms[0]), move(x.terms[1]), move(x.terms[2]))
    return Bounded(
        x.dtype,
        move(x.ref),
        move(x.bound),
        move(x.typical),
        move(x.slack),
        move(x.certified),
        move(x.undetermined),
        terms,
    )


def rounded(x: Bounded, values: F64, ulps: float, dtype: str | None = None) -> Bounded:
    """A result that has its own rounding of `ulps` units in the last place on top of what `x` already carries."""
    dtype = dtype or x.dtype
    own = 2 * ulps * UNIT[dtype] * np.abs(values) + np.where(values != 0, SMALLEST_NORMAL[dtype] if ulps else 0.0, 0.0)
    certified = x.certified & (own == 0)
    return replace(x, dtype=dtype, ref=values, bound=own + x.bound, typical=own + x.typical, certified=certified)
