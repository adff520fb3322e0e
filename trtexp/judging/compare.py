"""Tolerance -> verdict: expected, actual and reference, compared each with each.

Order: dtype, shape, values. Nothing is broadcast to fit. NaN meets NaN only, and an infinity its own sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from trtexp.definition.network import Array
from trtexp.numerics import F64, LARGEST, UNIT, Bounded, Mask, decode, spacing
from trtexp.numerics.similarity import cosine, snr_db
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import FormFault, Freedom, Measured, Side, Verdict
from trtexp.records.tensors import short

UNDETERMINED_LIMIT = 0.01  # of the elements
VACUOUS_LIMIT = 0.10  # of the root mean square of the reference


@dataclass(frozen=True, eq=False)
class ExpectedValues:
    """What an output is expected to be: values as their author wrote them, None if only the form is expected.

    values are int64 where the output is. half: half a unit of the last digit, per element. computed: the
    numbers come from a device (a document's printout, an earlier run) and have its rounding, too.
    """

    values: np.ndarray | None
    half: F64 | None
    dtype: str | None = None
    shape: tuple[int, ...] | None = None
    computed: bool = False
    signed_zero: bool = False


@dataclass(frozen=True, eq=False)
class Pair:
    """Two of the three, element by element: which are too far apart, by how much, and what is allowed."""

    bad: Mask
    error: F64
    allowed: F64

    @property
    def agrees(self) -> bool:
        return not self.bad.any()

    @property
    def ratio(self) -> F64:
        """error / allowed; 0 where there is no error, infinite where none is allowed."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.error / self.allowed
        return np.where(self.error == 0, 0.0, np.where(self.allowed == 0, np.inf, ratio))

    @property
    def worst(self) -> tuple[int, ...]:
        """Index of the element that is furthest off, measured by what is allowed; bad elements come first."""
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(self.ratio + self.bad)), self.bad.shape))


@dataclass(frozen=True, eq=False)
class Judgement:
    """The verdict on one output.

    faults: dtypes and shapes that differ; the pairs are None where a side is missing or of another shape.
    granted: the freedom that the bound had to grant. typical: error / T per element. measured: what tensor-wide rules
    found.
    """

    verdict: Verdict
    faults: tuple[FormFault, ...] = ()
    granted: Freedom | None = None
    actual_reference: Pair | None = None
    actual_expected: Pair | None = None
    expected_reference: Pair | None = None
    reference: Bounded | None = None
    typical: F64 | None = None
    certified: int = 0
    certified_wrong: int = 0
    undetermined: int = 0
    measured: tuple[Measured, ...] = ()

    @property
    def pairs(self) -> list[Pair]:
        """The comparisons that were made, that of the device with the reference first."""
        pairs = (self.actual_reference, self.actual_expected, self.expected_reference)
        return [pair for pair in pairs if pair is not None]


def judge(
    actual: Array | None,
    attempts: Sequence[tuple[Freedom | None, Bounded]],
    literal: ExpectedValues | None,
    rules: Sequence[Tolerance],
) -> Judgement:
    """Compare an output. attempts: the reference with its bound, strictest first, each with the freedom it grants."""
    faults = tuple(_form_faults(actual, attempts[0][1] if attempts else None, literal))
    if faults:
        return Judgement("mismatch", faults, reference=attempts[0][1] if attempts else None)
    got = None if actual is None else _numbers(actual)
    if not attempts:
        return _without_reference(got, actual, literal, rules)
    granted, reference = attempts[0]
    pair = _against_reference(got, reference, rules)
    for freedom, looser in attempts[1:]:
        if pair is None or pair.agrees:
            break
        granted, reference = freedom, looser
        pair = _against_reference(got, reference, rules)
    judged = Judgement("pass", reference=reference, actual_reference=pair, granted=granted)
    judged = _with_literal(judged, got, reference, literal, rules)
    return _with_verdict(judged, got, reference, rules)


def _form_faults(actual: Array | None, reference: Bounded | None, literal: ExpectedValues | None) -> list[FormFault]:
    """dtype and shape of the three, where they differ."""
    faults = []
    sides: dict[Side, tuple[str | None, tuple[int, ...] | None]] = {
        "expected": (literal.dtype, literal.shape) if literal else (None, None),
        "actual": (actual.dtype, actual.shape) if actual else (None, None),
        "reference": (reference.dtype, reference.shape) if reference else (None, None),
    }
    dtypes = {side: dtype for side, (dtype, _) in sides.items() if dtype is not None}
    if len(set(dtypes.values())) > 1:
        faults.append(FormFault(what="dtype", **dtypes))
    shapes = {side: list(shape) for side, (_, shape) in sides.items() if shape is not None}
    if len(set(map(tuple, shapes.values()))) > 1:
        faults.append(FormFault(what="shape", **shapes))
    return faults


def _numbers(actual: Array) -> np.ndarray:
    """What came: int64 as it is, since float64 does not hold all of it, everything else as float64."""
    values = decode(actual)
    return values if values.dtype == np.int64 else values.astype(np.float64)


def _distance(a: np.ndarray, b: np.ndarray) -> F64:
    """|a - b|, of two int64 without rounding or overflow before it is a float."""
    if a.dtype == b.dtype == np.int64:
        return (np.maximum(a, b).astype(np.uint64) - np.minimum(a, b).astype(np.uint64)).astype(np.float64)
    return np.abs(a - b)


def _pair(
    got: np.ndarray, want: np.ndarray, allowed: F64, signed_zero: bool = False, threshold: float = np.inf
) -> Pair:
    """threshold: a finite `want` that may reach it may also have become an infinity of its sign."""
    with np.errstate(invalid="ignore", over="ignore"):
        error = _distance(got, want)
        same = (np.isnan(got) & np.isnan(want)) | (got == want)
        overflow = np.isinf(got) & (np.sign(got) == np.sign(want)) & (np.abs(want) + allowed >= threshold)
        error = np.where(same | overflow, 0.0, np.where(np.isnan(error), np.inf, error))
        bad = (error != 0) & ~(np.isfinite(error) & (error <= allowed))
    if signed_zero:
        bad |= (got == 0) & (want == 0) & (np.signbit(got) != np.signbit(want))
    return Pair(bad, error, allowed)


def _allowed(rule: Tolerance, reference: F64, bound: F64, dtype: str) -> F64:
    """What a rule allows per element; tensor-wide rules allow everything here and are judged apart."""
    if rule.kind == "auto":
        return bound
    if rule.kind == "exact":
        return np.zeros(reference.shape)
    if rule.kind == "ulp":
        return rule.limit * spacing(reference, dtype)
    if rule.kind == "close":
        return rule.atol + rule.rtol * np.abs(reference)
    return np.full(reference.shape, np.inf)


def _strictest(rules: Sequence[Tolerance], reference: F64, bound: F64, dtype: str) -> F64:
    allowed: F64 = np.minimum.reduce([_allowed(rule, reference, bound, dtype) for rule in rules])
    return allowed


def _against_reference(got: np.ndarray | None, reference: Bounded, rules: Sequence[Tolerance]) -> Pair | None:
    if got is None:
        return None
    allowed = _strictest(rules, reference.ref, reference.bound, reference.dtype)
    pair = _pair(got, reference.ref, allowed, threshold=LARGEST.get(reference.dtype, np.inf))
    return replace(pair, bad=pair.bad & ~reference.undetermined)


def _with_literal(
    judged: Judgement,
    got: np.ndarray | None,
    reference: Bounded,
    literal: ExpectedValues | None,
    rules: Sequence[Tolerance],
) -> Judgement:
    """The two comparisons with the literals: they are good to half a unit and to the author's decimals."""
    if literal is None or literal.values is None or literal.half is None:
        return judged
    own = literal.half + reference.slack
    allowed = _strictest(rules, reference.ref, reference.bound, reference.dtype) + own
    allowed = np.where(np.isfinite(allowed), allowed, reference.bound + own)
    certain = ~reference.undetermined
    with_actual = None
    if got is not None:
        largest = LARGEST.get(reference.dtype, np.inf)
        with_actual = _pair(got, literal.values, allowed, literal.signed_zero, largest)
        with_actual = replace(with_actual, bad=with_actual.bad & certain)
    with_reference = _pair(literal.values, reference.ref, allowed if literal.computed else own)
    with_reference = replace(with_reference, bad=with_reference.bad & certain)
    return replace(judged, actual_expected=with_actual, expected_reference=with_reference)


def _with_verdict(
    judged: Judgement, got: np.ndarray | None, reference: Bounded, rules: Sequence[Tolerance]
) -> Judgement:
    undetermined = int(reference.undetermined.sum())
    certified = int(reference.certified.sum())
    wrong, typical, measured = 0, None, list[Measured]()
    verdict: Verdict = "pass"
    if judged.actual_reference is not None and got is not None:
        error = np.where(reference.undetermined, 0.0, judged.actual_reference.error)
        wrong = int((reference.certified & (error > 0)).sum())
        typical = replace(judged.actual_reference, error=error, allowed=reference.typical).ratio
        auto = any(rule.kind == "auto" for rule in rules)
        if auto and reference.dtype in UNIT and (error > reference.typical).any():
            verdict = "wide"
        measured = list(_tensor_wide(got, reference.ref, rules))
        if auto and len(rules) == 1 and _vacuous(reference):
            verdict = "vacuous"
        if verdict == "wide" and any(rule.fail_typical for rule in rules):
            verdict = "mismatch"
        if not all(found.enough for found in measured):
            verdict = "mismatch"
    if undetermined > UNDETERMINED_LIMIT * max(reference.ref.size, 1):
        verdict = "undetermined"
    if not all(pair.agrees for pair in judged.pairs):
        verdict = "mismatch"
    elif not judged.pairs:
        verdict = "unjudged"
    return replace(
        judged,
        verdict=verdict,
        typical=typical,
        certified=certified,
        certified_wrong=wrong,
        undetermined=undetermined,
        measured=tuple(measured),
    )


def _vacuous(reference: Bounded) -> bool:
    """A bound that says nothing: over a tenth of the size of the values (a tensor of zeros has no size)."""
    finite = np.isfinite(reference.ref) & np.isfinite(reference.bound)
    if reference.dtype not in UNIT or not finite.any():
        return False
    size = float(np.sqrt(np.mean(reference.ref[finite] ** 2)))
    return bool(size > 0 and reference.bound[finite].max() > VACUOUS_LIMIT * size)


def _tensor_wide(got: np.ndarray, reference: F64, rules: Sequence[Tolerance]) -> Iterator[Measured]:
    """What the rules for the whole tensor find; a value that is no number is not enough."""
    for rule in rules:
        if rule.kind in ("snr_db", "cosine"):
            value = (snr_db if rule.kind == "snr_db" else cosine)(got, reference)
            digits = 4 if rule.kind == "snr_db" else 6
            yield Measured(rule=rule, value=short(value, digits), enough=value >= rule.limit)


def _without_reference(
    got: np.ndarray | None, actual: Array | None, literal: ExpectedValues | None, rules: Sequence[Tolerance]
) -> Judgement:
    """Only the literals are there to judge by: half a unit, and the rule applied to the literal itself."""
    if got is None or actual is None or literal is None or literal.values is None or literal.half is None:
        return Judgement("unjudged")
    own = spacing(literal.values, actual.dtype) / 2 if actual.dtype in UNIT else np.zeros(got.shape)
    allowed = _strictest(rules, literal.values, own, actual.dtype) + literal.half
    pair = _pair(got, literal.values, allowed, literal.signed_zero)
    return Judgement("pass" if pair.agrees else "mismatch", actual_expected=pair)


def odd_one_out(judged: Judgement, index: tuple[int, ...]) -> Side | Literal["all"]:
    """Who disagrees at an element with the others, which agree; `all` where no two do."""
    sides = {"ar": judged.actual_reference, "ae": judged.actual_expected, "er": judged.expected_reference}
    bad = {name: pair is not None and bool(pair.bad[index]) for name, pair in sides.items()}
    if judged.actual_reference is None:
        return "actual" if judged.expected_reference is None else "expected"
    if judged.expected_reference is None:
        return "actual"
    if not bad["ar"]:
        return "expected"
    if not bad["er"]:
        return "actual"
    return "all" if bad["ae"] else "reference"
