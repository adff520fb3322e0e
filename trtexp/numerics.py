"""dtypes, rounding units and error bounds: how far a correct result may be from the float64 reference.

Notation: u is the unit roundoff (half the spacing at 1). Every bound is absolute and per element. The classes of
layers and their formulas are documented in the README, section "When are two tensors equal?".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from trtexp.definition import DTYPES, Array

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: dtype name -> the numpy dtype of its values (ml_dtypes where numpy has none).
VALUE_DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(storage)
    if name == storage
    else np.dtype({"bfloat16": ml_dtypes.bfloat16, "float8e4m3": ml_dtypes.float8_e4m3fn, "int4": ml_dtypes.int4}[name])
    for name, (storage, _, _) in DTYPES.items()
}
UNIT = {"float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8, "float8e4m3": 2.0**-4}
SMALLEST_NORMAL = {"float32": 2.0**-126, "float16": 2.0**-14, "bfloat16": 2.0**-126, "float8e4m3": 2.0**-6}
LARGEST = {name: float(ml_dtypes.finfo(VALUE_DTYPES[name]).max) for name in UNIT}
TF32_UNIT = 2.0**-11


def encode(values: Any, dtype: str) -> Array:
    """Round values to a dtype, to nearest, ties to even. Raises ValueError where an integer or bool does not fit."""
    source = np.asarray(values)
    target = VALUE_DTYPES[dtype]
    if dtype == "bool":
        if not np.isin(source, (0, 1)).all():
            raise ValueError("bool takes true, false, 0 and 1 only")
    elif dtype not in UNIT:
        info = ml_dtypes.iinfo(target)
        # float64 holds 2^63, and not 2^63 - 1
        small = source < float(int(info.max) + 1) if source.dtype.kind == "f" else source <= int(info.max)
        bad = ~((source >= int(info.min)) & small)
        if bad.any():
            raise ValueError(f"{source[bad][0]} is outside {dtype}, which takes {info.min} to {info.max}")
        if source.dtype.kind == "f" and (source != np.floor(source)).any():
            raise ValueError(f"{source[source != np.floor(source)][0]} is not a whole number, as {dtype} needs")
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = source.astype(target)
    if dtype == "int4":
        nibbles = rounded.astype(np.int8).reshape(-1).view(np.uint8) & 15
        nibbles = np.append(nibbles, np.zeros(nibbles.size % 2, np.uint8))
        return Array(dtype, source.shape, nibbles[0::2] | (nibbles[1::2] << 4))
    return Array(dtype, source.shape, rounded.reshape(-1).view(DTYPES[dtype][0]))


def decode(array: Array) -> np.ndarray:
    """The values of an array, in their own dtype and shape."""
    if array.dtype == "int4":
        nibbles = np.stack([array.bits & 15, array.bits >> 4], axis=-1).reshape(-1)[: array.size]
        signed = (nibbles.astype(np.int8) ^ 8) - 8
        return signed.astype(ml_dtypes.int4).reshape(array.shape)
    return array.bits.view(VALUE_DTYPES[array.dtype]).reshape(array.shape)


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


def lowest_bit(values: F64) -> NDArray[np.int64]:
    """Exponent of the lowest set bit of each value; a large positive number for 0 (it never limits)."""
    mantissa, exponent = np.frexp(values)
    whole = (np.abs(mantissa) * 2.0**53).astype(np.int64)
    low = np.where(whole == 0, 1, whole & -whole)
    shift = np.round(np.log2(low.astype(np.float64))).astype(np.int64)
    return np.where(whole == 0, 10_000, exponent - 53 + shift)


def significant_bits(values: F64) -> int:
    """The most significant bits that any of the values needs."""
    finite = values[np.isfinite(values) & (values != 0)]
    if finite.size == 0:
        return 0
    return int((np.frexp(finite)[1] - lowest_bit(finite)).max())


Apply = Callable[[F64, F64, "F64 | None"], F64]


def dot_product(apply: Apply, x: Bounded, w: Bounded, b: Bounded | None, arithmetic: Arithmetic) -> Bounded:
    """Convolution, deconvolution, matmul and their kin: bound, typical bound and certificate of a sum of products.

    `apply(x, w, b)` is the operator in float64; it must be linear in (x, b) and in (w, b), b being the terms that are
    added without a product. It runs on the values, on magnitudes, on squares and on indicators, and once on powers
    that give the lowest bit of each element's terms.
    """
    dtype = x.dtype
    bias = None if b is None else b.ref
    ref = apply(x.ref, w.ref, bias)
    ax, aw, ab = np.abs(x.ref) + x.bound, np.abs(w.ref) + w.bound, None if b is None else np.abs(b.ref) + b.bound
    m = apply(ax, aw, ab)
    positive, negative = (m + ref) / 2, (m - ref) / 2
    s = np.maximum(positive, negative)
    v = apply(ax**2, aw**2, None if ab is None else ab**2)
    n = np.rint(apply(*(None if a is None else (a != 0).astype(float) for a in (ax, aw, ab))))  # type: ignore[arg-type]

    narrow = dtype in ("float16", "bfloat16", "float8e4m3")
    cut = arithmetic.tf32 and dtype == "float32"
    rho = 2.0 if narrow or cut else 1.0
    u_acc = {"fp32": 2.0**-24, "fp16": 2.0**-11, "fp8acc": 2.0**-14}[arithmetic.acc]
    u_in = TF32_UNIT if cut else 0.0
    e = sum(2 * u_in for a in (x, w) if significant_bits(a.ref) > 11 or not a.exact)
    u_out = UNIT[dtype] if UNIT[dtype] > u_acc else 0.0
    tiny = np.where(m != 0, SMALLEST_NORMAL[dtype], 0.0)
    if not arithmetic.local:
        m = s = apply(np.full_like(ax, ax.max(initial=0.0)), aw, ab)
    own = (e + (e / 2) ** 2) * m + rho * u_acc * (m + n * s) / (1 - n * rho * u_acc) + u_out * np.abs(ref) + tiny
    typical = (
        arithmetic.lam * np.sqrt(2 / 3) * u_in * np.sqrt(v)
        + 2 * u_in * np.abs(ref)
        + arithmetic.lam * rho * u_acc * np.sqrt(n / 3) * s
        + u_out * np.abs(ref)
        + tiny
    )
    bound = own + _carried(apply, x, w, b, "bound")
    typical = np.minimum(typical + _carried(apply, x, w, b, "typical"), bound)

    bits = {"fp32": 24, "fp16": 11, "fp8acc": 12}[arithmetic.acc] - (
        2 if rho == 2.0 and arithmetic.acc == "fp32" else 0
    )
    exact_operands = x.exact and w.exact and (b is None or b.exact) and e == 0
    certified = np.zeros(ref.shape, bool)
    if exact_operands and arithmetic.local:
        q = _lowest_terms(apply, x.ref, w.ref, bias, n)
        largest = LARGEST["float16" if arithmetic.acc == "fp16" else "float32"]
        fits = s <= np.minimum(np.ldexp(1.0, np.clip(bits + q, -1000, 1000).astype(np.int32)), largest)
        certified = fits & (q >= -126) & (decode(encode(ref, dtype)).astype(np.float64) == ref)
        certified |= m == 0
    undetermined = np.zeros(ref.shape, bool)
    if x.undetermined.any() or w.undetermined.any():
        touched = apply(x.undetermined.astype(float), (w.ref != 0).astype(float), None)
        undetermined = (touched + apply((x.ref != 0).astype(float), w.undetermined.astype(float), None)) > 0
    # The last term pays for float64, in which author's decimals and device's inputs are told apart.
    slack = _carried(apply, x, w, b, "slack") + 2.0**-50 * m
    return Bounded(dtype, ref, bound, typical, slack, certified, undetermined, (m, n, s))


def _carried(apply: Apply, x: Bounded, w: Bounded, b: Bounded | None, kind: str) -> F64 | float:
    """The inputs' errors at the output: |dx| |w| + |x| |dw| + |dx| |dw| + |db|, summed as the operator sums."""
    dx, dw, db = getattr(x, kind), getattr(w, kind), None if b is None else getattr(b, kind)
    total: F64 | float = 0.0
    if dx.any():
        total = total + apply(dx, np.abs(w.ref) + dw, None)
    if dw.any() or (db is not None and db.any()):
        total = total + apply(np.abs(x.ref), dw, db)
    return total


def _lowest_terms(apply: Apply, x: F64, w: F64, b: F64 | None, n: F64) -> NDArray[np.int64]:
    """q per element: all its terms are multiples of 2**q.

    A maximum of exponents taken with a sum: term k becomes 2**(step * e_k) with more room in a step than there are
    terms, so the leading exponent of the sum is that of the largest. Where the exponents' spread does not fit into
    a float64 the cheap form is used: one q for the whole tensor.
    """
    step = int(np.ceil(np.log2(n.max(initial=1.0) + 1))) + 1
    qx, qw = lowest_bit(x), lowest_bit(w)
    top_x = int(qx[x != 0].max(initial=0)) if (x != 0).any() else 0
    top_w = int(qw[w != 0].max(initial=0)) if (w != 0).any() else 0
    low = int(qx.min(initial=10_000)) + int(qw.min(initial=10_000))
    qb = None if b is None else lowest_bit(b)
    if qb is not None:
        low = min(low, int(qb.min(initial=10_000)))
    if step * (top_x + top_w - low) > 900:
        return np.full(n.shape, low)

    def powers(q: NDArray[np.int64], values: F64, top: int) -> F64:
        return np.where(values != 0, np.ldexp(1.0, np.where(values != 0, step * (top - q), 0).astype(np.int32)), 0.0)

    powers_b = None if b is None or qb is None else powers(qb, b, top_x + top_w)
    total = apply(powers(qx, x, top_x), powers(qw, w, top_w), powers_b)
    exponent = np.where(total > 0, np.frexp(np.where(total > 0, total, 1.0))[1] - 1, 0)
    return np.where(total > 0, top_x + top_w - np.floor_divide(exponent, step), 10_000)


def rounded(x: Bounded, values: F64, ulps: float, dtype: str | None = None) -> Bounded:
    """A result that has its own rounding of `ulps` units in the last place on top of what `x` already carries."""
    dtype = dtype or x.dtype
    own = 2 * ulps * UNIT[dtype] * np.abs(values) + np.where(values != 0, SMALLEST_NORMAL[dtype] if ulps else 0.0, 0.0)
    certified = x.certified & (own == 0)
    return replace(x, dtype=dtype, ref=values, bound=own + x.bound, typical=own + x.typical, certified=certified)


_NUMBER = re.compile(r"[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$")


def half_unit(text: str, dtype: str) -> float:
    """Half a unit of the last printed digit of a literal: `98765.4` -> 0.05; 0 if the dtype holds it exactly."""
    match = _NUMBER.match(text)
    if not match or dtype not in UNIT:
        return 0.0
    with np.errstate(over="ignore", under="ignore"):
        held = float(np.float64(text).astype(VALUE_DTYPES[dtype]))
    last = int(match[3] or 0) - len(match[2])
    if not np.isfinite(held) or abs(last) > 400 or Decimal(held) == Decimal(text):
        return 0.0
    return float(Decimal(5).scaleb(last - 1))


def spacing(values: F64, dtype: str) -> F64:
    """The distance from |value| to the next larger number of the dtype: one ulp."""
    if dtype not in UNIT:
        return np.ones(values.shape)
    magnitude = np.maximum(np.abs(values), SMALLEST_NORMAL[dtype])
    return np.ldexp(2 * UNIT[dtype], np.frexp(magnitude)[1] - 1)
