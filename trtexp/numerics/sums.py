"""Sums of products: how far any legal order of summation may be from the float64 result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trtexp.numerics.accumulators import Accumulator, Sums, certified, most_blocks, sum_error, widest
from trtexp.numerics.allowed import grant
from trtexp.numerics.arithmetic import Arithmetic
from trtexp.numerics.bounded import Bounded, settled
from trtexp.numerics.choices import Apply as Apply
from trtexp.numerics.choices import over_choices
from trtexp.numerics.dtypes import (
    F64,
    OWN_ERROR,
    TINY,
    UNIT,
    Mask,
    decode,
    encode,
    lowest_bit,
    significant_bits,
)
from trtexp.numerics.plenty import Plenty, hopeless

Terms = tuple[F64, F64, "F64 | None"]


def dot_product(
    apply: Apply,
    x: Bounded,
    w: Bounded,
    b: Bounded | None,
    arithmetic: Arithmetic,
    stacked: bool = False,
    runs: tuple[int, int] | None = None,
    plenty: Plenty | None = None,
) -> Bounded:
    """Convolution, deconvolution, matmul and their kin: bound, typical bound and certificate of a sum of products.

    `apply(x, w, b)` is the operator in float64; it must be linear in (x, b) and in (w, b), b being the terms that are
    added without a product. It runs on the values, on magnitudes, on squares and on indicators, then on powers that
    give the lowest bit of each element's terms and on the errors of the inputs. stacked: it takes all these at once,
    each argument with one more axis in front. runs: of a product of matrices, how many runs of neighbouring products
    there are, the taps, and how long one is; None for other sums. plenty: how it is computed where there are very many
    products. A sum that is NaN or infinite has no error. Operands that may be one thing or another make sums that may.
    """
    if not any(part is not None and part.also for part in (x, w, b)):
        return _dot_product(apply, x, w, b, arithmetic, stacked, runs, plenty)

    def product(x: Bounded, w: Bounded, b: Bounded | None) -> Bounded:
        return _dot_product(apply, x, w, b, arithmetic, stacked, runs, plenty)

    def plain(x: F64, w: F64, b: F64 | None) -> F64:
        return plenty.apply(x, w, b) if plenty else _each(apply, stacked, (x, w, b))[0]

    return over_choices(product, plain, (x, w, b))


def _dot_product(
    apply: Apply,
    x: Bounded,
    w: Bounded,
    b: Bounded | None,
    arithmetic: Arithmetic,
    stacked: bool,
    runs: tuple[int, int] | None,
    plenty: Plenty | None,
) -> Bounded:
    allowed = grant(x.dtype, arithmetic, runs is not None)
    cut = sum(allowed.cut for a in (x, w) if allowed.cut and (significant_bits(a.ref) > CUT_BITS or not a.exact))
    transformed = arithmetic.grants("transform_domain")
    sums = _sums(apply, x, w, b, stacked) if plenty is None else plenty.sums(x, w, b)
    exact = x.exact and w.exact and (b is None or b.exact) and not cut and not transformed
    exact = exact and (plenty is None or not hopeless(x.ref, w.ref))
    lowest = _lowest_terms(x.ref, w, None if b is None else b.ref, sums.n) if exact else None
    asked = _further(x, w, b, lowest, transformed)
    if plenty is None:
        made = dict(zip(asked, _each(apply, stacked, *asked.values()), strict=True))
    else:
        made = {n: (plenty.apply if n == "powers" else plenty.positive)(*terms) for n, terms in asked.items()}
    if transformed:
        sums = replace(sums, m=made["global"], s=made["global"])
    errors = [
        sum_error(each, sums, None if transformed else _blocks(each, runs, b), arithmetic.lam)
        for each in allowed.accumulators
    ]
    error = widest(errors)
    last = UNIT[x.dtype] * np.abs(sums.right) * (UNIT[x.dtype] > UNIT["float32"]) + TINY[x.dtype] * (sums.m != 0)
    own = 0.0 if plenty is None else plenty.own * sums.m
    hard = (cut + (cut / 2) ** 2) * sums.m + error.hard + last + own
    usual = arithmetic.lam * np.sqrt(1 / 24) * cut * np.sqrt(sums.squares) + cut / 2 * np.abs(sums.right)
    carried = {
        kind: sum((part for name, part in made.items() if name.startswith(kind)), np.zeros(sums.right.shape))
        for kind in ("bound", "typical", "slack", "undetermined")
    }
    bound = hard + carried["bound"]
    typical = np.minimum(usual + error.typical + last + own + carried["typical"], bound)
    certain = _certified(allowed.accumulators, sums, lowest.of(made.get("powers")), x.dtype) if lowest else sums.m == 0
    # The last term pays for float64, in which author's decimals and device's inputs are told apart.
    slack = carried["slack"] + OWN_ERROR * sums.m + own
    unsure = ~(error.judged & ~error.overflows) & ~certain
    finite, terms = np.isfinite(sums.right), (sums.m, sums.n, sums.s)
    unsure = (carried["undetermined"] > 0) | (unsure & finite)
    bound, typical, slack = (_told(error, finite) for error in (bound, typical, slack))
    return settled(Bounded(x.dtype, sums.right, bound, typical, slack, certain & ~unsure, unsure, terms))


CUT_BITS = 11  # that an operand has when it is cut


def _told(error: F64, finite: Mask) -> F64:
    """An error where sums are finite, without an end where it is no number; elsewhere there is none."""
    if finite.all() and np.isfinite(error).all():
        return error
    return np.where(finite, np.nan_to_num(error, nan=np.inf, posinf=np.inf), 0.0)


def _sums(apply: Apply, x: Bounded, w: Bounded, b: Bounded | None, stacked: bool) -> Sums:
    """The sums themselves, of magnitudes and squares, and how many terms there are."""
    ax, aw, ab = np.abs(x.ref) + x.bound, w.magnitude, None if b is None else np.abs(b.ref) + b.bound
    ref, m, squares, n = _each(
        apply,
        stacked,
        (x.ref, w.ref, None if b is None else b.ref),
        (ax, aw, ab),
        (ax**2, aw**2, None if ab is None else ab**2),
        ((ax != 0).astype(float), w.there, None if ab is None else (ab != 0).astype(float)),
    )
    return Sums(ref, m, squares, np.rint(n), np.maximum(m + ref, m - ref) / 2)


def _further(x: Bounded, w: Bounded, b: Bounded | None, lowest: _Lowest | None, transformed: bool) -> dict[str, Terms]:
    """All else that the operator is asked of, by name: `powers`, the inputs' errors, `global`, what is unsure."""
    asked: dict[str, Terms] = {}
    if lowest is not None and lowest.powers is not None:
        asked["powers"] = lowest.powers
    for kind in ("bound", "typical", "slack"):
        asked |= {f"{kind} {part}": terms for part, terms in _errors(x, w, b, kind)}
    if transformed:
        ax, ab = np.abs(x.ref) + x.bound, None if b is None else np.abs(b.ref) + b.bound
        asked["global"] = (np.full_like(ax, ax.max(initial=0.0)), np.abs(w.ref) + w.bound, ab)
    if x.undetermined.any() or w.undetermined.any():
        none = None if b is None else np.zeros(b.ref.shape)
        asked["undetermined x"] = (x.undetermined.astype(float), (w.ref != 0).astype(float), none)
        asked["undetermined w"] = ((x.ref != 0).astype(float), w.undetermined.astype(float), none)
    return asked


def _blocks(accumulator: Accumulator, runs: tuple[int, int] | None, b: Bounded | None) -> int | None:
    """The most blocks that a product of matrices fills; the bias is one more term by itself."""
    if runs is None:
        return None
    count, length = runs
    return most_blocks(count * length, length, accumulator.block) + (b is not None)


def _certified(accumulators: Sequence[Accumulator], sums: Sums, lowest: NDArray[np.int64], dtype: str) -> Mask:
    """Whether no order of summation rounds, in any of the accumulators, and the type has the result."""
    held: Mask = decode(encode(sums.right, dtype)).astype(np.float64) == sums.right
    fits = np.logical_and.reduce([certified(each, lowest, sums.s) for each in accumulators])
    return (fits & (lowest >= -126) & held) | (sums.m == 0)


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


def _lowest_terms(x: F64, of_w: Bounded, b: F64 | None, n: F64) -> _Lowest:
    step = int(n.max(initial=1.0)).bit_length() + 1
    w, qx, qw = of_w.ref, lowest_bit(x), of_w.lowest
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
