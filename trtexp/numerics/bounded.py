"""Bounded: a tensor of the reference with what is known of its error. Every bound is absolute and per element."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trtexp.definition.network import Array
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


def exactly(values: np.ndarray, dtype: str) -> Bounded:
    """Values without any error."""
    ref = np.asarray(values, dtype=np.float64)
    zero, no = np.zeros(ref.shape), np.zeros(ref.shape, bool)
    return Bounded(dtype, ref, zero, zero, zero, ~no, no)


def known(array: Array, decimals: F64 | None = None) -> Bounded:
    """An input or weights array: no error; `decimals` are the numbers as their author wrote them."""
    made = exactly(decode(array).astype(np.float64), array.dtype)
    if decimals is None:
        return made
    with np.errstate(invalid="ignore"):
        return replace(made, slack=np.nan_to_num(np.abs(np.broadcast_to(decimals, made.shape) - made.ref)))


def moved(move: Callable[..., np.ndarray], *inputs: Bounded) -> Bounded:
    """Data movement: the error moves with the data and nothing is added; the dtype is that of the first input."""

    def part(name: str) -> np.ndarray:
        return move(*(getattr(x, name) for x in inputs))

    terms = inputs[0].terms if len(inputs) == 1 else None
    return Bounded(
        inputs[0].dtype,
        part("ref"),
        part("bound"),
        part("typical"),
        part("slack"),
        part("certified"),
        part("undetermined"),
        terms and (move(terms[0]), move(terms[1]), move(terms[2])),
    )


def settled(x: Bounded) -> Bounded:
    """The same without error where the certificate leaves none: what the next step of one layer starts from."""
    bound, typical = (np.where(x.certified, 0.0, error) for error in (x.bound, x.typical))
    return replace(x, bound=bound, typical=typical)


def rounded(x: Bounded, values: F64, ulps: float, dtype: str | None = None) -> Bounded:
    """A result that has its own rounding of `ulps` units in the last place on top of what `x` already carries."""
    dtype = dtype or x.dtype
    own = 2 * ulps * UNIT[dtype] * np.abs(values) + np.where(values != 0, SMALLEST_NORMAL[dtype] if ulps else 0.0, 0.0)
    certified = x.certified & (own == 0)
    return replace(x, dtype=dtype, ref=values, bound=own + x.bound, typical=own + x.typical, certified=certified)


def pointwise(
    f: Callable[..., F64],
    inputs: Sequence[Bounded],
    ulps: float | Callable[..., F64] = 0.0,
    floor: float | Callable[..., F64] = 0.0,
    dtype: str | None = None,
) -> Bounded:
    """A function of corresponding elements, continuous where the inputs are not exact.

    ulps: its own error in units in the last place of the result, a number or a function of the inputs; floor: the
    least absolute error, likewise. The inputs' errors are carried by evaluating at both ends of their intervals.
    Inputs broadcast as in numpy.
    """
    dtype = dtype or inputs[0].dtype
    values = [x.ref for x in inputs]
    ref = np.asarray(f(*values), dtype=np.float64)

    def carried(kind: str) -> F64:
        errors = [getattr(x, kind) for x in inputs]
        if not any(error.any() for error in errors):
            return np.zeros(ref.shape)
        corners = itertools.product(*([v - e, v + e] if e.any() else [v] for v, e in zip(values, errors, strict=True)))
        return np.maximum.reduce([np.nan_to_num(np.abs(f(*corner) - ref), posinf=np.inf) for corner in corners])

    unit = UNIT.get(dtype, 0.0)
    own = 2 * unit * np.abs(ref) * (ulps(*values) if callable(ulps) else ulps)
    own = np.maximum(own, floor(*values) if callable(floor) else floor)
    own = np.where(np.isfinite(ref), own + np.where((ref != 0) & (own > 0), SMALLEST_NORMAL.get(dtype, 0.0), 0.0), 0.0)
    exact = np.broadcast_to(np.logical_and.reduce([np.broadcast_to(x.certified, ref.shape) for x in inputs]), ref.shape)
    unsure = np.logical_or.reduce([np.broadcast_to(x.undetermined, ref.shape) for x in inputs])
    bound, typical = own + carried("bound"), own + carried("typical")
    return Bounded(dtype, ref, bound, typical, carried("slack"), exact & (own == 0) & (bound == 0), unsure)


def jumping(f: Callable[..., np.ndarray], inputs: Sequence[Bounded], dtype: str) -> Bounded:
    """A function that jumps (comparison, floor, rounding): exact, but undetermined where an input's error may cross."""
    values = [x.ref for x in inputs]
    ref = np.asarray(f(*values)).astype(np.float64)
    unsure = np.logical_or.reduce([np.broadcast_to(x.undetermined, ref.shape) for x in inputs])
    if not all(x.exact for x in inputs):
        ends = itertools.product(*([x.ref - x.bound, x.ref + x.bound] for x in inputs))
        unsure = unsure | np.logical_or.reduce([np.asarray(f(*end)).astype(np.float64) != ref for end in ends])
    zero = np.zeros(ref.shape)
    return Bounded(dtype, ref, zero, zero, zero, ~unsure, unsure)
