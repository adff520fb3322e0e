"""Tolerance -> verdict: expected, actual and reference, compared each with each.

Order: dtype, shape, values. Nothing is broadcast to fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from trtexp.definition.network import Array
from trtexp.judging.judgement import Judgement, Reading
from trtexp.judging.literal import ExpectedValues
from trtexp.judging.pairs import Pair, against, nearer, numbers, paired
from trtexp.judging.rules import by_element, strictest, tensor_wide
from trtexp.numerics import LARGEST, TINY, UNIT, Bounded, spacing
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import FormFault, Leaving, Measured, Side, Verdict

VACUOUS_LIMIT = 0.10  # of the root mean square of the reference
LONE = 12.0  # times the others' root mean square: an element by itself
NOTICEABLE = 0.5  # of the typical error: what a rounding by itself comes to is less
FEW = 16  # elements, of which nothing can be told from the others
SUSPECT = 2.0  # typical errors of a short accumulator, beyond which a bound that says little is not good enough


def judge(
    actual: Array | None, readings: Iterable[Reading], literal: ExpectedValues | None, rules: Sequence[Tolerance]
) -> Judgement:
    """Compare an output. readings: strictest first; the first that leaves nothing to say is taken, else the best."""
    first: Judgement | None = None
    best: Judgement | None = None
    for reading in readings:
        faults = tuple(_form_faults(actual, reading.reference, literal))
        if faults:
            return Judgement("mismatch", faults, reference=reading.reference)
        if best is not None and not any(best.disagreeing) and reading.granted == "transform_domain":
            break  # it would explain almost anything
        judged = _judged(None if actual is None else numbers(actual), reading, literal, rules, first)
        if first is None:
            first = judged
        elif reading.granted != "transform_domain":
            judged = _beyond(_lone(judged), first) if reading.short else _lone(judged)
        if best is None or _said(judged) < _said(best):
            best = judged
        if not any(_said(judged)):
            break
    return _without_reference(actual, literal, rules) if best is None else best


def _said(judged: Judgement) -> tuple[int, ...]:
    """What there is to say of a reading, the gravest first."""
    return (*judged.disagreeing, int(judged.verdict == "wide"))


def _lone(judged: Judgement) -> Judgement:
    """With the elements as bad ones that a freedom would explain, if it did not make all others so much better.

    Roundings of operands and of sums are everywhere in a tensor: where all elements but one are far closer to the
    reference than it may be in the light of that one, the freedom was not used.
    """
    legal, device = judged.reference, judged.actual_reference
    if legal is None or device is None or judged.typical is None:
        return judged
    counted = ~legal.certified & ~legal.anything & (legal.typical > 0) & np.isfinite(judged.typical)
    if counted.sum() < FEW:
        return judged
    squares = np.where(counted, judged.typical, 0.0) ** 2
    others = np.sqrt((squares.sum() - squares) / (counted.sum() - 1))
    lone = counted & (judged.typical > NOTICEABLE) & (judged.typical > LONE * others)
    if not lone.any():
        return judged
    return replace(judged, verdict="mismatch", actual_reference=replace(device, bad=device.bad | lone))


def _beyond(judged: Judgement, first: Judgement) -> Judgement:
    """Unjudged where more terms than a short accumulator is judged for are what explains an element.

    The typical error is that of these elements, too: how far off they are is all that can be said of them.
    """
    legal, strict, usual = judged.reference, first.actual_reference, first.reference
    if legal is None or strict is None or usual is None or judged.typical is None or any(judged.disagreeing):
        return judged
    needed = legal.anything & (strict.bad | (strict.error > usual.typical))
    if not needed.any():
        return judged
    ratio = replace(strict, allowed=legal.typical).ratio
    return replace(judged, verdict="unjudged", typical=np.where(needed, ratio, judged.typical))


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


def _judged(
    got: np.ndarray | None,
    reading: Reading,
    literal: ExpectedValues | None,
    rules: Sequence[Tolerance],
    first: Judgement | None,
) -> Judgement:
    """The comparisons of one reading; the typed world is asked where real numbers leave something to say.

    first: of the strictest reading, the only one that literals are held against which no device made.
    """
    reference = reading.reference
    values = None if literal is None else literal.values
    device = _device(got, reference, rules)
    author = literal.against(reference, rules) if literal is not None and values is not None else None
    if first is not None and literal is not None and not literal.computed:
        author = first.expected_reference
    leaving: tuple[Leaving, ...] = ()
    if any(pair is not None and not pair.agrees for pair in (device, author)):
        typed = reading.typed()
        if typed is not None and typed.reference.shape == reference.shape:
            wider = _better(device, _device(got, typed.reference, rules))
            wider_author = _better(author, literal.against(typed.reference, rules) if literal and author else None)
            if wider is not device or wider_author is not author:
                device, author, leaving = wider, wider_author, typed.leaving
    judged = Judgement("pass", granted=reading.granted, reference=reference, leaving=leaving)
    judged = replace(judged, actual_reference=device, expected_reference=author)
    if got is not None and literal is not None and author is not None and device is not None:
        judged = replace(judged, actual_expected=_device_and_author(got, literal, device, author, reference))
    return _with_verdict(judged, got, reading, literal, rules)


def _device(got: np.ndarray | None, legal: Bounded, rules: Sequence[Tolerance]) -> Pair | None:
    if got is None:
        return None
    return against(got, legal, lambda values: strictest(rules, values, legal.bound, legal.dtype))


def _better(real: Pair | None, typed: Pair | None) -> Pair | None:
    return real if real is None or typed is None else nearer(real, typed)


def _device_and_author(
    got: np.ndarray, literal: ExpectedValues, device: Pair, author: Pair, reference: Bounded
) -> Pair:
    """The device against the literals: each may be off in its own direction, or give another of the legal values.

    Where anything is legal, literals that were observed there decide; others say nothing.
    """
    assert literal.values is not None and literal.half is not None
    anything = reference.anything
    allowed = np.where(anything, literal.half, device.allowed + author.allowed)
    made = paired(got, literal.values, allowed, largest=LARGEST.get(reference.dtype, np.inf))
    made = _as_wished(replace(made, bad=made.bad & (device.bad | author.bad | anything)), got, literal)
    return made if literal.settles else made.without(anything)


def _as_wished(pair: Pair, got: np.ndarray, literal: ExpectedValues) -> Pair:
    """With what the author says of signs of zeros, and without the elements that are left out."""
    assert literal.values is not None
    if literal.signed_zero:
        signs = np.signbit(got) != np.signbit(literal.values)
        pair = replace(pair, bad=pair.bad | ((got == 0) & (literal.values == 0) & signs))
    return pair if literal.given is None else pair.without(~literal.given)


def _with_verdict(
    judged: Judgement,
    got: np.ndarray | None,
    reading: Reading,
    literal: ExpectedValues | None,
    rules: Sequence[Tolerance],
) -> Judgement:
    reference = reading.reference
    device, wrong, typical = judged.actual_reference, 0, None
    measured = list(_measured(judged, got, literal, rules))
    verdict: Verdict = "pass"
    if device is not None:
        wrong = int((reference.certified & (device.error > 0)).sum())
        typical = replace(device, allowed=reference.typical).ratio
        auto = any(rule.kind == "auto" for rule in rules)
        if auto and reference.dtype in UNIT and (device.error > reference.typical).any():
            verdict = "wide"
        near = reading.short and not (device.error > SUSPECT * reference.typical).any()
        if auto and len(rules) == 1 and _vacuous(reference) and not near:
            verdict = "vacuous"
        if verdict == "wide" and any(rule.fail_typical for rule in rules):
            verdict = "mismatch"
    if any(judged.disagreeing) or not all(found.enough for found in measured):
        verdict = "mismatch"
    elif not _anything_judged(judged, reference, literal):
        verdict = "unjudged"
    settled = judged.actual_expected is not None and literal is not None and literal.settles
    return replace(
        judged,
        verdict=verdict,
        typical=typical,
        certified=int(reference.certified.sum()),
        certified_wrong=wrong,
        undetermined=int(reference.undetermined.sum()),
        unsettled=0 if settled else int(reference.anything.sum()),
        measured=tuple(measured),
    )


def _measured(
    judged: Judgement, got: np.ndarray | None, literal: ExpectedValues | None, rules: Sequence[Tolerance]
) -> Iterator[Measured]:
    """What rules for the whole tensor find of the device; and of the literals, if no other rule says anything."""
    reference = judged.reference
    assert reference is not None
    skipped = reference.anything
    if judged.actual_reference is not None and got is not None:
        want = judged.actual_reference.want
        yield from tensor_wide("actual", np.where(skipped, want, got), want, rules)
    author = judged.expected_reference
    if author is not None and literal is not None and literal.values is not None and not by_element(rules):
        skipped = skipped if literal.given is None else skipped | ~literal.given
        yield from tensor_wide("expected", np.where(skipped, author.want, literal.values), author.want, rules)


def _anything_judged(judged: Judgement, reference: Bounded, literal: ExpectedValues | None) -> bool:
    """Whether any element was compared with anything that decides; an empty tensor was."""
    given = np.ones(reference.shape, bool) if literal is None or literal.given is None else literal.given
    known = ~reference.anything
    masks = []
    if judged.actual_reference is not None:
        masks.append(known)
    if judged.expected_reference is not None:
        masks.append(known & given)
    if judged.actual_expected is not None and literal is not None and literal.settles:
        masks.append(given)
    return any(mask.any() or not mask.size for mask in masks)


def _vacuous(reference: Bounded) -> bool:
    """A bound that says nothing: over a tenth of the size of the values.

    A tensor of zeros has no size, nor has one of numbers that a device may take as 0. An element with several legal
    values may be wide for that reason, so that its bound tells nothing of the arithmetic.
    """
    finite = np.isfinite(reference.ref) & np.isfinite(reference.bound) & ~reference.undetermined
    if reference.dtype not in UNIT or not finite.any():
        return False
    size = float(np.sqrt(np.mean(reference.ref[finite] ** 2)))
    return bool(size > TINY[reference.dtype] and reference.bound[finite].max() > VACUOUS_LIMIT * size)


def _without_reference(actual: Array | None, literal: ExpectedValues | None, rules: Sequence[Tolerance]) -> Judgement:
    """Only the literals are there to judge by: half a unit, and the rule applied to the literal itself."""
    faults = tuple(_form_faults(actual, None, literal))
    if faults:
        return Judgement("mismatch", faults)
    if actual is None or literal is None or literal.values is None or literal.half is None:
        return Judgement("unjudged")
    got, values, dtype = numbers(actual), literal.values, actual.dtype
    own = spacing(values, dtype) / 2 if dtype in UNIT else np.zeros(got.shape)
    pair = _as_wished(paired(got, values, strictest(rules, values, own, dtype) + literal.half), got, literal)
    left_out = np.zeros(got.shape, bool) if literal.given is None else ~literal.given
    measured = tuple(tensor_wide("actual", np.where(left_out, values, got), values, rules))
    enough = pair.agrees and all(found.enough for found in measured)
    return Judgement("pass" if enough else "mismatch", actual_expected=pair, measured=measured)
