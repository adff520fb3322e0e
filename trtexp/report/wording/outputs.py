"""An output in words: what is wrong with it, how large its errors are, what it was measured by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trtexp.errors import plural
from trtexp.numerics.arithmetic import Freedom
from trtexp.numerics.format import rounded, shape_text
from trtexp.numerics.origin import Origin
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import Comparison, Deviation, FormFault, Leaving, Mark, Measured, Number, Terms
from trtexp.records.model import CaseRecord, OutputRecord, RuntimeRecord
from trtexp.report.escape import code

FREEDOMS: dict[Freedom, str] = {
    "tf32": "TF32 accuracy",
    "half": "half accuracy",
    "half_accumulator": "half accumulator",
    "fp8_accumulator": "FP8 accumulator of 13 bits",
    "transform_domain": "transform-domain accuracy",
}
_VERDICTS = {
    "wide": "**wide**: inside the hard bound, outside the typical one",
    "vacuous": "**vacuous**: the bound is too wide for these values to say much",
}


def sentences(output: OutputRecord) -> list[str]:
    """What is wrong, the worst element first; empty if nothing is."""
    return [f"{output.name}{text}" for text in _sentences(output)]


def _sentences(output: OutputRecord) -> Iterator[str]:
    for fault in output.faults:
        yield f": {form_fault(fault)}"
    for mark in output.marks[:1]:
        yield f"{index_text(mark.index)}: {_element(mark)}; {output.disagreeing} of {output.elements} elements"
    low = [found for found in output.measured if not found.enough]
    for found in low:
        yield f": too low: {measured(found)}"
    if output.verdict == "vacuous":
        yield ": the bound is over a tenth of the values' size; name snr_db, or judge layer by layer"
    own = [fault for fault in output.faults if fault.inferred is None]
    if output.verdict == "mismatch" and not (own or output.marks or low):
        yield ": outside the typical bound, which this case demands"


def _element(mark: Mark) -> str:
    sides = (("expected", mark.expected), ("actual", mark.actual), ("reference", mark.reference))
    values = ", ".join(f"{side} {value}" for side, value in sides if value is not None)
    blame = odd(mark) if mark.odd == "all" else f"{odd(mark)} is the odd one out"
    instead = "" if mark.write is None else f"; right is {mark.write}"
    return f"{values}; {deviation(mark.off)}; {blame}{instead}"


def index_text(index: Sequence[int]) -> str:
    """`[0, 2]`."""
    return f"[{', '.join(map(str, index))}]"


def odd(mark: Mark) -> str:
    """Who is the odd one out, for a table."""
    return "all differ" if mark.odd == "all" else mark.odd


def deviation(off: Deviation) -> str:
    """`off by 1, 0.5 allowed (2 bounds)`."""
    bounds = "" if off.ratio is None else f" ({rounded(off.ratio, 3)} bounds)"
    return f"off by {rounded(off.error, 3)}, {rounded(off.allowed, 3)} allowed{bounds}"


def form_fault(fault: FormFault) -> str:
    """A dtype or a shape in which the sides differ."""
    if fault.inferred is not None:
        return f"TensorRT infers {fault.what} {_form(fault.inferred)}, expected {_form(fault.expected)}"
    sides = (("expected", fault.expected), ("actual", fault.actual), ("reference", fault.reference))
    return f"{fault.what}: {', '.join(f'{side} {_form(form)}' for side, form in sides if form is not None)}"


def _form(form: str | list[int] | None) -> str:
    return shape_text(form) if isinstance(form, list) else str(form)


def tolerance(rules: Sequence[Tolerance]) -> str:
    """All rules of an output."""
    return " and ".join(map(rule, rules))


def rule(rule: Tolerance) -> str:
    """A rule in short, `4 ulp`."""
    return {
        "ulp": f"{rule.limit:g} ulp",
        "close": f"atol {rule.atol:g}, rtol {rule.rtol:g}",
        "snr_db": f"at least {rule.limit:g} dB",
        "cosine": f"cosine at least {rule.limit:g}",
    }.get(rule.kind, rule.kind)


def measured(found: Measured) -> str:
    """What a tensor-wide rule found: `snr 41.2 dB, at least 40 dB`."""
    value = f"snr {rounded(found.value, 4)} dB" if found.rule.kind == "snr_db" else f"cosine {rounded(found.value, 6)}"
    return f"{'expected values: ' if found.of == 'expected' else ''}{value}, {rule(found.rule)}"


def terms(found: Terms) -> str:
    """The sum behind an element."""
    largest, total = rounded(found.largest_partial, 3), rounded(found.magnitude, 3)
    return f"{plural(found.count, 'term')}, Σ|terms| = {total}, largest partial sum {largest}"


def origin(found: Origin) -> str:
    """`observed tensorrt-8.6.0 NVIDIA H100`."""
    return " ".join(part for part in (found.kind, found.release, found.gpu) if part)


def assumptions(output: OutputRecord) -> list[str]:
    """What the verdict rests on, a sentence each."""
    said = [] if output.granted is None else [FREEDOMS[output.granted]]
    said += [leaving(each) for each in output.leaving]
    said += [measured(found) for found in output.measured if found.enough]
    if output.certified_wrong:
        covered = f"{output.certified_wrong} of {output.certified} elements"
        said.append(f"{covered} that the certificate covers are not exact")
    if output.reference is None and output.actual_expected is not None:
        said.append("no reference: judged by the expected values alone")
    return [*said, *(f"{rule(each)}: {each.reason}" for each in output.tolerance if each.reason)]


def leaving(found: Leaving) -> str:
    """A tensor in between whose range decides."""
    return f"{found.tensor} leaves {found.dtype}"


def worst(case: CaseRecord) -> str:
    """The largest error of the case's outputs in bounds: of what disagrees, if anything does."""
    judged = [c for output in case.outputs for c in _deciding(output)]
    ratios = [c.ratio for c in [c for c in judged if not c.agrees] or judged if c.ratio is not None]
    return _ratio(max(ratios, key=_size)) if ratios else ""


def _size(value: Number) -> float:
    return float("inf") if isinstance(value, str) or value != value else value


def _ratio(value: Number) -> str:
    return rounded(value, 3 if _size(value) >= 10 else 2)


def _deciding(output: OutputRecord) -> list[Comparison]:
    """The comparisons that decide: the device's with the reference, and those that disagree."""
    there = [c for _, c in _comparisons(output)]
    return [c for i, c in enumerate(there) if i == 0 or not c.agrees]


def _comparisons(output: OutputRecord) -> list[tuple[str, Comparison]]:
    """Those that were made, each with whom it compares; the device's with the reference first."""
    every = {
        "Actual and reference": output.actual_reference,
        "Expected and reference": output.expected_reference,
        "Actual and expected": output.actual_expected,
    }
    return [(sides, comparison) for sides, comparison in every.items() if comparison is not None]


def errors(output: OutputRecord) -> str:
    """One paragraph of Markdown: the worst error where there is agreement, what is certified, what was measured."""
    parts = list(_parts(output))
    return f"{'; '.join(parts)}." if parts else ""


def _parts(output: OutputRecord) -> Iterator[str]:
    found = next(((sides, c) for sides, c in _comparisons(output) if c.agrees), None)
    exact = output.certified and output.certified == output.elements and not output.certified_wrong
    if found is not None:
        sides, comparison = found
        plain = comparison is output.actual_reference and output.verdict != "mismatch"
        error = _error(comparison, output)
        if exact or not plain or error != "exact":
            text = error[0].upper() + error[1:] if plain else f"{sides} agree: {error}"
            yield text + (", certified for every element" if exact else "")
    if output.certified and not (found and exact):
        wrong = f", {output.certified_wrong} of these not equal" if output.certified_wrong else ""
        yield f"{output.certified} of {output.elements} elements certified exact{wrong}"
    if output.undetermined:
        yield f"{output.undetermined} of {output.elements} elements undetermined{_unsettled(output)}"
    if output.verdict in _VERDICTS:
        yield _VERDICTS[output.verdict]
    if any(each.kind != "auto" for each in output.tolerance):
        yield f"tolerance {code(tolerance(output.tolerance))}"


def _unsettled(output: OutputRecord) -> str:
    """How many of the elements with more than one legal value may be anything."""
    if not output.unsettled:
        return ""
    return ", and not judged" if output.unsettled == output.undetermined else f", {output.unsettled} not judged"


def exact(comparison: Comparison | None, output: OutputRecord) -> bool:
    """Whether two of the three are known to be equal everywhere."""
    return comparison is not None and (_off(comparison) == 0 or not output.elements)


def runtime(said: RuntimeRecord, output: OutputRecord) -> str:
    """What ONNX Runtime says of an output of a model, beside the three that are judged."""
    name = f"ONNX Runtime {said.version} on a CPU"
    if said.compared is None:
        return f"{name} says otherwise"
    if exact(said.compared, output):
        return f"{name} says the same as the reference"
    where = "within" if said.compared.agrees else "outside"
    error, ratio = rounded(_off(said.compared) or 0, 3), said.compared.ratio
    share = "" if ratio is None else f", {rounded(ratio, 2)} of the bound"
    return f"{name} is {where} the reference's bound: off by {error}{share}"


def _off(comparison: Comparison) -> Number | None:
    """The error that is told of; records of old have only one of the two."""
    return comparison.max_error if comparison.error is None else comparison.error


def _error(comparison: Comparison, output: OutputRecord) -> str:
    error = _off(comparison)
    if not error:
        return "exact" if error is not None else "within tolerance"
    text = f"worst error {rounded(error, 3)}"
    if comparison.index:
        text += f" at {code(index_text(comparison.index))}"
    if output.terms is not None and comparison is output.actual_reference:
        text += f" ({terms(output.terms)})"
    if comparison.ratio is not None:
        of = "the bound" if comparison is output.actual_reference else "what is allowed"
        text += f", {_ratio(comparison.ratio)} of {of}"
    if output.typical is not None and comparison is output.actual_reference:
        rms = "" if output.rms_typical is None else f" (rms {_ratio(output.rms_typical)})"
        text += f", {_ratio(output.typical)} of the typical error{rms}"
    return text
