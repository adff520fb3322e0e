"""Sums of products: how far any legal order of summation may be from the float64 result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trtexp.numerics.arithmetic import Arithmetic
from trtexp.numerics.bounded import Bounded
from trtexp.numerics.dtypes import (
    F64,
    LARGEST,
    OWN_ERROR,
    SMALLEST_NORMAL,
    TF32_UNIT,
    UNIT,
    decode,
    encode,
    lowest_bit,
    significant_bits,
)

Terms = tuple[F64, F64, "F64 | None"]
Apply = Callable[[F64, F64, "F64 | None"], F64]


def dot_product(
    apply: Apply, x: Bounded, w: Bounded, b: Bounded | None, arithmetic: Arithmetic, stacked: bool = False
) -> Bounded:
    """Convolution, deconvolution, matmul and their kin: bound, typical bound and certificate of a sum of products.

    `apply(x, w, b)` is the operator in float64; it must be linear in (x, b) and in (w, b), b being the terms that are
    added without a product. It runs on the values, on magnitudes, on squares and on indicators, then on powers that
    give the lowest bit of each element's terms and on the errors of the inputs. stacked: it takes all these at once,
    each argument with one more axis in front.
    """
    dtype = x.dtype
    ax, aw, ab = np.abs(x.ref) + x.bound, np.abs(w.ref) + w.bound, None if b is None else np.abs(b.ref) + b.bound
    ref, m, v, n = _each(
        apply,
        stacked,
        (x.ref, w.ref, None if b is None else b.ref),
        (ax, aw, ab),
        (ax**2, aw**2, None if ab is None else ab**2),
        ((ax != 0).astype(float), (aw != 0).astype(float), None if ab is None else (ab != 0).astype(float)),
    )
    n, s = np.rint(n), np.maximum(m + ref, m - ref) / 2

    narrow = dtype in ("float16", "bfloat16", "float8e4m3")
    cut = arithmetic.tf32 and dtype == "float32"
    rho = 2.0 if narrow or cut else 1.0
    u_acc = {"fp32": 2.0**-24, "fp16": 2.0**-11, "fp8acc": 2.0**-14}[arithmetic.acc]
    u_in = TF32_UNIT if cut else 0.0
    e = sum(2 * u_in for a in (x, w) if cut and (significant_bits(a.ref) > 11 or not a.exact))
    u_out = UNIT[dtype] if UNIT[dtype] > u_acc else 0.0
    tiny = np.where(m != 0, SMALLEST_NORMAL[dtype], 0.0)

    exact_operands = x.exact and w.exact and (b is None or b.exact) and e == 0 and arithmetic.local
    asked: dict[str, Terms] = {}
    lowest = _lowest_terms(x.ref, w.ref, None if b is None else b.ref, n) if exact_operands else None
    if lowest is not None and lowest.powers is not None:
        asked["powers"] = lowest.powers
    for kind in ("bound", "typical", "slack"):
        asked |= {f"{kind} {part}": terms for part, terms in _errors(x, w, b, kind)}
    if not arithmetic.local:
        asked["global"] = (np.full_like(ax, ax.max(initial=0.0)), aw, ab)
    if x.undetermined.any() or w.undetermined.any():
        none = None if b is None else np.zeros(b.ref.shape)
        asked["undetermined x"] = (x.undetermined.astype(float), (w.ref != 0).astype(float), none)
        asked["undetermined w"] = ((x.ref != 0).astype(float), w.undetermined.astype(float), none)
    made = dict(zip(asked, _each(apply, stacked, *asked.values()), strict=True))
    carried = {
        kind: sum((part for name, part in made.items() if name.startswith(kind)), np.zeros(ref.shape))
        for kind in ("bound", "typical", "slack", "undetermined")
    }

    m, s = (made["global"], made["global"]) if "global" in made else (m, s)
    own = (e + (e / 2) ** 2) * m + rho * u_acc * (m + n * s) / (1 - n * rho * u_acc) + u_out * np.abs(ref) + tiny
    typical = (
        arithmetic.lam * np.sqrt(2 / 3) * u_in * np.sqrt(v)
        + 2 * u_in * np.abs(ref)
        + arithmetic.lam * rho * u_acc * np.sqrt(n / 3) * s
        + u_out * np.abs(ref)
        + tiny
    )
    bound = own + carried["bound"]
    typical = np.minimum(typical + carried["typical"], bound)
    certified = np.zeros(ref.shape, bool)
    if lowest is not None:
        bits = {"fp32": 24, "fp16": 11, "fp8acc": 12}[arithmetic.acc]
        bits -= 2 if rho == 2.0 and arithmetic.acc == "fp32" else 0
        q = lowest.of(made.get("powers"))
        largest = LARGEST["float16" if arithmetic.acc == "fp16" else "float32"]
        fits = s <= np.minimum(np.ldexp(1.0, np.clip(bits + q, -1000, 1000).astype(np.int32)), largest)
        certified = fits & (q >= -126) & (decode(encode(ref, dtype)).astype(np.float64) == ref)
        certified |= m == 0
    # The last term pays for float64, in which author's decimals and device's inputs are told apart.
    slack = carried["slack"] + OWN_ERROR * m
    return Bounded(dtype, ref, bound, typical, slack, certified, carried["undetermined"] > 0, (m, n, s))


def _each(apply: Apply, stacked: bool, *variants: Terms) -> list[F64]:
    """The operator on each of the variants; in one call if it takes them stacked."""
    if not stacked or len(variants) < 2:
        return [
            apply(x[None], w[None], None if b is None else b[None])[0] if stacked else apply(x, w, b)
            for x, w, b in variants
        ]
    xs, ws, bs = zip(*variants, strict=True)
    return list(apply(np.stack(xs), np.stack(ws), None if bs[0] is None else np.stack(bs)))


def _errors(x: Bounded, w: Bounded, b: Bounded | None, kind: str) -> Iterator[tuple[str, Terms]]:
    """The inputs' errors at the output: |dx| |w| + |x| |dw| + |dx| |dw| + |db|, as terms for the operator."""
    dx, dw, db = getattr(x, kind), getattr(w, kind), None if b is None else getattr(b, kind)
    if dx.any():
        yield "of x", (dx, np.abs(w.ref) + dw, None if b is None else np.zeros(b.ref.shape))
    if dw.any() or (db is not None and db.any()):
        yield "of w and b", (np.abs(x.ref), dw, db)


@dataclass(frozen=True, eq=False)
class _Lowest:
    """How q per element is found: all its terms are multiples of 2**q.

    A maximum of exponents taken with a sum: term k becomes 2**(step * e_k) with more room in a step than there are
    terms, so the leading exponent of the sum is that of the largest. Where the exponents' spread does not fit into
    a float64 (powers is None) the cheap form is used: one q for the whole tensor.
    """

    powers: Terms | None
    step: int
    top: int
    everywhere: NDArray[np.int64]

    def of(self, total: F64 | None) -> NDArray[np.int64]:
        if total is None:
            return self.everywhere
        exponent = np.where(total > 0, np.frexp(np.where(total > 0, total, 1.0))[1] - 1, 0)
        return np.where(total > 0, self.top - np.floor_divide(exponent, self.step), 10_000)


def _lowest_terms(x: F64, w: F64, b: F64 | None, n: F64) -> _Lowest:
    step = int(n.max(initial=1.0)).bit_length() + 1
    qx, qw = lowest_bit(x), lowest_bit(w)
    top_x = int(qx[x != 0].max(initial=0)) if (x != 0).any() else 0
    top_w = int(qw[w != 0].max(initial=0)) if (w != 0).any() else 0
    low = int(qx.min(initial=10_000)) + int(qw.min(initial=10_000))
    qb = None if b is None else lowest_bit(b)
    if qb is not None:
        low = min(low, int(qb.min(initial=10_000)))
    if step * (top_x + top_w - low) > 900:
        return _Lowest(None, step, top_x + top_w, np.full(n.shape, low))

    def powers(q: NDArray[np.int64], values: F64, top: int) -> F64:
        return np.where(values != 0, np.ldexp(1.0, np.where(values != 0, step * (top - q), 0).astype(np.int32)), 0.0)

    powers_b = None if b is None or qb is None else powers(qb, b, top_x + top_w)
    terms = (powers(qx, x, top_x), powers(qw, w, top_w), powers_b)
    return _Lowest(terms, step, top_x + top_w, np.full(n.shape, low))
