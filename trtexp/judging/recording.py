"""A judged output -> its record."""

from __future__ import annotations

from typing import Any

import numpy as np

from trtexp.judging.judgement import Judgement, odd_one_out
from trtexp.judging.literal import passing
from trtexp.judging.output import JudgedOutput
from trtexp.judging.pairs import Pair
from trtexp.judging.picture import picture
from trtexp.numerics import UNIT, Bounded, Mask, decode
from trtexp.numerics.format import number
from trtexp.records.facts import Comparison, Deviation, Mark, Terms
from trtexp.records.model import OutputRecord
from trtexp.records.tensors import REFERENCE_DIGITS, TensorRecord, is_whole, short, summarised, tensor_record
from trtexp.spec.make import Made

MOST_MARKS = 20


def record_output(output: JudgedOutput, called: str | None = None) -> OutputRecord:
    """All that a report may want to say of an output. called: its name in the model that it was imported from."""
    judged, reference, expected = output.judged, output.judged.reference, output.expected
    made = expected.made if expected else None
    dtype, shape = _form(output)
    small = reference is not None and is_whole(reference.shape)
    ratios = judged.typical[~reference.certified] if reference is not None and judged.typical is not None else None
    bad = _bad(judged)
    return OutputRecord(
        name=output.name,
        verdict=judged.verdict,
        dtype=dtype,
        shape=list(shape),
        faults=[*output.inferred_faults(), *judged.faults],
        expected=_expected_record(made) if made else None,
        origin=expected.origin if expected else None,
        note=expected.note if expected else None,
        actual=tensor_record(output.actual) if output.actual else None,
        reference=_reference_record(reference) if reference is not None else None,
        bound=short(reference.bound, 3) if small and reference is not None else None,
        tolerance=list(output.rules),
        granted=judged.granted,
        measured=list(judged.measured),
        actual_reference=comparison(judged.actual_reference),
        actual_expected=comparison(judged.actual_expected),
        expected_reference=comparison(judged.expected_reference),
        elements=int(np.prod(shape, dtype=np.int64)),
        disagreeing=0 if bad is None else int(bad.sum()),
        certified=judged.certified,
        certified_wrong=judged.certified_wrong,
        undetermined=judged.undetermined,
        unsettled=judged.unsettled,
        leaving=list(judged.leaving),
        terms=_terms(judged),
        typical=short(ratios.max(), 3) if ratios is not None and ratios.size else None,
        rms_typical=short(np.sqrt(np.mean(ratios**2)), 3) if ratios is not None and ratios.size else None,
        marks=marks(output),
        picture=picture(output),
        called=called,
    )


def marks(output: JudgedOutput) -> list[Mark]:
    """The elements at which any two of the three disagree, the worst first."""
    bad = _bad(output.judged)
    if bad is None or not bad.any():
        return []
    worst = next(pair for pair in output.judged.pairs if not pair.agrees).worst
    others = (tuple(int(i) for i in index) for index in np.argwhere(bad)[: MOST_MARKS + 1])
    return [_mark(output, index) for index in [worst, *(index for index in others if index != worst)][:MOST_MARKS]]


def _bad(judged: Judgement) -> Mask | None:
    """The elements at which any two of the three disagree; None where nothing was compared."""
    return np.logical_or.reduce([pair.bad for pair in judged.pairs]) if judged.pairs else None


def _mark(output: JudgedOutput, index: tuple[int, ...]) -> Mark:
    judged, reference = output.judged, output.judged.reference
    pair = next(pair for pair in judged.pairs if pair.bad[index])
    compared = judged.expected_reference is not None or judged.actual_expected is not None
    return Mark(
        index=list(index),
        expected=_expected_text(output, index) if compared else None,
        actual=None if output.actual is None else _text(decode(output.actual)[index]),
        reference=None if reference is None else _reference_text(reference, index),
        off=_deviation(float(pair.error[index]), float(pair.allowed[index])),
        odd=odd_one_out(judged, index),
        write=_write(output, index),
    )


def _write(output: JudgedOutput, index: tuple[int, ...]) -> str | None:
    """What would pass in place of a literal that the reference contradicts; of what a generator made there is none."""
    expected, judged = output.expected, output.judged
    pair = judged.expected_reference
    if pair is None or not pair.bad[index] or judged.reference is None or expected is None or expected.made is None:
        return None
    return passing(judged.reference, index, expected.exact_digits) if expected.made.text is not None else None


def _reference_text(reference: Bounded, index: tuple[int, ...]) -> str:
    """The legal values of an element, each to the digits that the bound makes meaningful, and two more."""
    if reference.anything[index]:
        return "anything"
    values = [reference.ref[index], *(other.values[index] for other in reference.also if other.where[index])]
    if reference.dtype not in UNIT:
        return " or ".join(dict.fromkeys(str(int(value)) for value in values))
    bound = float(reference.bound[index]) / 100
    return " or ".join(dict.fromkeys(number(float(value), bound) for value in values))


def _expected_record(made: Made) -> TensorRecord:
    """The literals; elements that are left out are null."""
    record = tensor_record(made.array, made.made, made.text)
    if made.given is None or record.values is None:
        return record
    values = np.array(record.values, dtype=object)
    values[~made.given] = None
    return record.model_copy(update={"values": values.tolist()})


def _deviation(error: float, allowed: float) -> Deviation:
    ratio = short(error / allowed, 3) if 0 < allowed < np.inf and np.isfinite(error) else None
    return Deviation(error=short(error, 3), allowed=short(allowed, 3), ratio=ratio)


def _expected_text(output: JudgedOutput, index: tuple[int, ...]) -> str | None:
    """The literal as it was written; of what a generator made the number."""
    if output.expected is None or output.expected.made is None:
        return None
    made = output.expected.made
    if made.text is None:
        return _text(decode(made.array)[index])
    flat = np.array(made.text, dtype=object).reshape(-1)  # it may be nested less deeply than the shape
    return str(flat[int(np.ravel_multi_index(index, made.array.shape))])


def _form(output: JudgedOutput) -> tuple[str, tuple[int, ...]]:
    """dtype and shape: of what came, else as TensorRT infers it, else of the reference or of what is expected."""
    if output.actual is not None:
        return output.actual.dtype, output.actual.shape
    if output.inferred is not None:
        return output.inferred
    reference, expected = output.judged.reference, output.expected
    if reference is None and expected is not None and expected.made is not None:
        return expected.made.array.dtype, expected.made.array.shape
    return (reference.dtype, reference.shape) if reference is not None else ("unknown", ())


def record_reference(name: str, reference: Bounded) -> OutputRecord:
    """A tensor of the reference alone."""
    return OutputRecord(
        name=name,
        verdict="unjudged",
        dtype=reference.dtype,
        shape=list(reference.shape),
        reference=_reference_record(reference),
        bound=short(reference.bound, 3) if is_whole(reference.shape) else None,
        elements=int(reference.ref.size),
    )


def _terms(judged: Judgement) -> Terms | None:
    """How many terms make the worst element, and how large they are; None if there is no error."""
    reference, pair = judged.reference, judged.actual_reference
    if reference is None or pair is None or reference.terms is None:
        return None
    if judged.verdict == "unjudged" and judged.typical is not None and judged.typical.any():
        worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(judged.typical)), judged.typical.shape))
    elif pair.error.any():
        worst = pair.worst
    else:
        return None
    magnitude, count, largest = (float(part[worst]) for part in reference.terms)
    return Terms(count=round(count), magnitude=short(magnitude, 3), largest_partial=short(largest, 3))


def _text(value: Any) -> str:
    if value.dtype.kind in "bi" or value.dtype.name == "int4":
        return number(bool(value) if value.dtype.kind == "b" else int(value))
    return number(float(value), 0.0, str(value.dtype))


def _reference_record(reference: Bounded) -> TensorRecord:
    shape = list(reference.shape)
    if is_whole(shape):
        return TensorRecord(dtype="float64", shape=shape, values=short(reference.ref, REFERENCE_DIGITS))
    return TensorRecord(dtype="float64", shape=shape, summary=summarised(reference.ref) if reference.ref.size else None)


def comparison(pair: Pair | None) -> Comparison | None:
    if pair is None:
        return None
    if not pair.error.size:
        return Comparison(agrees=True, bad=0)
    worst, ratio = pair.worst, pair.ratio
    return Comparison(
        agrees=pair.agrees,
        bad=int(pair.bad.sum()),
        ratio=short(ratio[worst], 3),
        index=list(worst),
        error=short(pair.error[worst], 3),
        max_error=short(pair.error.max(), 3),
    )
