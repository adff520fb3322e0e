"""The words of a verdict: a symbol that needs no colour, what came of a case, and errors measured in bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trtexp.numerics.format import rounded
from trtexp.records.model import CaseRecord, Comparison, OutputRecord
from trtexp.report.escape import code, inline

#: symbol -> its meaning, in the order of the legend
LEGEND = {
    "✅": "as expected",
    "🔨": "built as expected, not run",
    "◆": "a finding: TensorRT differs from its documentation or from another release, and the experiment says so",
    "➖": "not supported by this release, as expected",
    "❔": "not judged: there is neither an expected value nor a reference",
    "❌": "not as expected",
}
PHASES = {"define": "while the network is defined", "build": "while building", "run": "while running"}


def symbol(case: CaseRecord) -> str:
    if not case.as_expected:
        return "❌"
    if case.finding is not None:
        return "◆"
    return {"built": "🔨", "unsupported": "➖", "unjudged": "❔"}.get(case.status, "✅")


def index_text(index: list[int]) -> str:
    return f"[{', '.join(map(str, index))}]"


def came(case: CaseRecord) -> str:
    """How the case ended: the start of a sentence whose rest is the message."""
    phase = f" {PHASES[case.phase]}" if case.phase in PHASES else ""
    ends = {"crashed": "Crashed", "timeout": "No answer in time", "unsupported": "Not supported"}
    return ends.get(case.status, "Refused" if case.as_expected else "Failed") + phase


def worst(case: CaseRecord) -> str:
    """The largest error of the case's outputs in bounds: of what disagrees, if anything does."""
    judged = [c for output in case.outputs for c in _judged(output)]
    ratios = [c.ratio for c in [c for c in judged if not c.agrees] or judged if c.ratio is not None]
    return _ratio(max(ratios, key=_size)) if ratios else ""


def _size(value: float | str) -> float:
    return float("inf") if isinstance(value, str) or value != value else value


def _ratio(value: float | str) -> str:
    return rounded(value, 3 if _size(value) >= 10 else 2)


def _judged(output: OutputRecord) -> list[Comparison]:
    """The comparisons that decide: the device's with the reference, and those that disagree."""
    comparisons = [output.actual_reference, output.expected_reference, output.actual_expected]
    there = [c for c in comparisons if c is not None]
    return [c for i, c in enumerate(there) if i == 0 or not c.agrees]


def errors(output: OutputRecord) -> str:
    """One paragraph: worst error against the bound where there is agreement, what is certified, what was assumed."""
    parts = list(_parts(output))
    return f"{'; '.join(parts)}." if parts else ""


def _parts(output: OutputRecord) -> Iterator[str]:
    names = ["actual_reference", "expected_reference", "actual_expected"]
    found = next(((name, c) for name in names if (c := getattr(output, name)) is not None and c.agrees), None)
    exact = output.certified and output.certified == output.elements and not output.certified_wrong
    if found is not None:
        name, comparison = found
        plain = name == "actual_reference" and output.verdict != "mismatch"
        start = "" if plain else f"{' and '.join(name.split('_')).capitalize()} agree: "
        text = start + _error(comparison, output)
        if exact or not plain or text != "exact":
            yield text[0].upper() + text[1:] + (", certified for every element" if exact else "")
    if output.certified and not (found and exact):
        wrong = f", {output.certified_wrong} of these not equal" if output.certified_wrong else ""
        yield f"{output.certified} of {output.elements} elements certified exact{wrong}"
    if output.undetermined:
        yield f"{output.undetermined} of {output.elements} elements undetermined"
    if output.verdict in _VERDICTS:
        yield _VERDICTS[output.verdict]
    if output.tolerance not in ("auto", ""):
        yield f"tolerance {code(output.tolerance)}"


_VERDICTS = {
    "wide": "**wide**: inside the hard bound, outside the typical one",
    "vacuous": "**vacuous**: the bound is too wide for these values to say much",
    "undetermined": "**undetermined**: too many elements lie where both answers are right",
}


def _error(comparison: Comparison, output: OutputRecord) -> str:
    error = comparison.max_error if comparison.error is None else comparison.error
    if not error:
        return "exact" if error is not None else "within tolerance"
    text = f"worst error {rounded(error, 3)}"
    if comparison.index:
        text += f" at {code(index_text(comparison.index))}"
    if output.terms is not None and comparison is output.actual_reference:
        text += f" ({output.terms})"
    if comparison.ratio is not None:
        of = "the bound" if comparison is output.actual_reference else "what is allowed"
        text += f", {_ratio(comparison.ratio)} of {of}"
    if output.typical is not None and comparison is output.actual_reference:
        rms = "" if output.rms_typical is None else f" (rms {_ratio(output.rms_typical)})"
        text += f", {_ratio(output.typical)} of the typical error{rms}"
    return text


def marks_table(output: OutputRecord, limit: int) -> tuple[list[str], list[list[str]]]:
    """Column names and rows of the marked elements, Markdown."""

    def row(index: list[int], *values: Any) -> list[str]:
        return [code(index_text(index)), *("" if v is None else inline(str(v)) for v in values)]

    rows = [row(m.index, m.expected, m.actual, m.reference, m.allowed, m.odd) for m in output.marks[:limit]]
    return ["element", "expected", "actual", "reference", "error", "odd one out"], rows


def disagreeing(output: OutputRecord) -> int:
    """How many elements disagree in the worst of the three comparisons."""
    comparisons = (output.actual_reference, output.actual_expected, output.expected_reference)
    return max([len(output.marks), *(c.bad for c in comparisons if c is not None)])
