"""A case in words: its symbol, its headline, and every expectation that was not met."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from trtexp.definition.facts import Adaptation, Phase
from trtexp.errors import plural
from trtexp.numerics import Family
from trtexp.numerics.format import rounded
from trtexp.records.facts import OF_TRTEXP, Difference, EndingKind, Repeats, Spread, Unmet
from trtexp.records.model import CaseRecord
from trtexp.report.wording.outputs import FREEDOMS, leaving, sentences
from trtexp.report.wording.values import parsed, refused

#: symbol -> its meaning, in the order of the legend
LEGEND = {
    "✅": "as expected",
    "🔨": "built as expected, not run",
    "◆": "a finding: TensorRT differs from its documentation or from another release, and the experiment says so",
    "➖": "not supported by this release, as expected",
    "❔": "not judged: there is neither an expected value nor a reference",
    "❌": "not as expected",
}
RELEASES: dict[Family, str] = {
    "tensorrt<10": "TensorRT 8.x",
    "tensorrt>=10": "TensorRT 10.x and later",
    "tensorrt-rtx": "TensorRT-RTX",
}
PHASES: dict[Phase | None, str] = {
    "define": "while the network is defined",
    "build": "while building",
    "run": "while running",
}


class Headline(NamedTuple):
    """The verdict in a few words. word: how it begins, if that is the word of a status too."""

    word: str
    joint: str
    rest: str

    def __str__(self) -> str:
        return f"{self.word}{self.joint}{self.rest}"

    def after(self, status: str) -> str:
        """What is left to say behind the word of a status."""
        return self.rest if self.word and self.word == status.lower() else str(self)


#: What each ending is called; names in braces are those of `_facts`.
_HEADLINES: dict[EndingKind, Headline] = {
    "crash_untold": Headline("", "", "TensorRT is to crash in {phase}: only TensorRT can tell"),
    "refusal_untold": Headline("", "", "to be refused in {phase}: {who}"),
    "finding_untold": Headline("", "", "a finding: only TensorRT can tell"),
    "no_model_value": Headline("", "", "the model has no value for this: only TensorRT can tell"),
    "no_reference": Headline("", "", "no reference: only TensorRT can tell"),
    "not_modelled": Headline("", "", "an attribute changes the numbers and is not modelled: only TensorRT can tell"),
    "contradicted": Headline("", "", "expected values differ from the reference"),
    "confirmed": Headline("", "", "expected values agree with the reference{as_family}"),
    "computed": Headline("", "", "computed; no values are expected"),
    "undefined": Headline("", "", "any value is legal: only TensorRT can tell"),
    "crash_untried": Headline("built", "; ", "it must crash in the run, which was not tried"),
    "refusal_untried": Headline("built", "; ", "it must fail in the run, which was not tried"),
    "built": Headline("built", " ", "ahead of time: shapes and types agree{no_reference}"),
    "crashed": Headline("crashed", " ", "in {phase}, as expected"),
    "crashed_otherwise": Headline("crashed", " ", "in {phase} otherwise than expected"),
    "died": Headline("{status}", " ", "in {came}"),
    "no_crash": Headline("", "", "no crash in {phase}"),
    "missing": Headline("", "", "this release has no {missing}, as expected"),
    "missing_undeclared": Headline("", "", "this release has no {missing}"),
    "missing_other": Headline("", "", "this release has no {missing}"),
    "not_missing": Headline("", "", "{declared} is there after all"),
    "refused": Headline("refused", " ", "in {phase}, as expected"),
    "refused_unexpectedly": Headline("refused", " ", "in {came}"),
    "refused_elsewhere": Headline("refused", " ", "in {came}, not in {phase}"),
    "refused_otherwise": Headline("refused", " ", "in {phase} with another message"),
    "not_refused": Headline("", "", "not refused in {phase}"),
    "other_lines": Headline("", "", "other warnings or log lines than expected"),
    "finding": Headline("", "", "differs from the reference, as found before"),
    "beyond_finding": Headline("mismatch", ", ", "beyond the finding"),
    "finding_gone": Headline("", "", "the finding no longer holds"),
    "mismatch": Headline("mismatch", "", ""),
    "pass": Headline("pass", "", ""),
    "granted": Headline("pass", ", ", "{freedom}"),
    "beyond_accumulator": Headline("unjudged", ": ", "{freedom}, {beyond}"),
    "wide": Headline("pass", ", ", "wide: outside the typical bound"),
    "certified": Headline("pass", ", ", "certified exact {certified} of {certified}"),
    "by_expectation": Headline("pass", " ", "by the expected values alone: no reference"),
    "nothing_to_judge": Headline("", "", "ran; there is nothing to judge it by"),
    "not_valid": Headline("", "", "not valid on this release"),
    "beyond_limits": Headline("", "", "too much to judge"),
    "internal": Headline("internal", " ", "error of trtexp"),
}

#: Why an ending is not as expected, where the headline does not say it all.
_WHY: dict[EndingKind, str] = {
    "crashed_otherwise": "the crash does not match {pattern!r}",
    "no_crash": "a crash that matches {pattern!r} was expected in {phase}, and none came",
    "missing_other": "{declared} was expected to be missing, and {missing} is",
    "not_missing": "{declared} was expected to be missing from this release, and is there",
    "refused_elsewhere": "an error was expected in {phase} and came in {came}",
    "refused_otherwise": "no message matches {pattern!r}",
    "not_refused": "an error that matches {pattern!r} was expected in {phase}, and none came",
    "finding_gone": "TensorRT agrees with the reference: take the finding out",
}

#: How the message is told with that.
_TOLD: dict[EndingKind, str] = {
    "crashed_otherwise": "{why}: {message}",
    "died": "{message}",
    "missing_undeclared": "{message}",
    "missing_other": "{why}: {message}",
    "refused_unexpectedly": "{came}: {message}",
    "refused_elsewhere": "{why}: {message}",
    "refused_otherwise": "{why}; there is: {message}",
    "not_valid": "{message}",
    "beyond_limits": "{message}",
    "internal": "{message}",
}
_ABOUT_OUTPUTS: tuple[EndingKind, ...] = ("contradicted", "mismatch", "beyond_finding")


def symbol(case: CaseRecord) -> str:
    """The symbol of the legend."""
    if not case.as_expected:
        return "❌"
    if case.finding is not None:
        return "◆"
    return {"built": "🔨", "unsupported": "➖", "unjudged": "❔"}.get(case.status, "✅")


def headline(case: CaseRecord) -> Headline:
    """The verdict in a few words."""
    facts = _facts(case)
    return Headline(*(part.format_map(facts) for part in _HEADLINES[case.ending.kind]))


def beside_outputs(case: CaseRecord) -> list[str]:
    """Every expectation that was not met, without the message and without what the outputs say themselves."""
    return [*filter(None, [_why(case)]), *_lost(case), *_unmet(case)]


def problems(case: CaseRecord) -> list[str]:
    """Every expectation that was not met, a sentence each."""
    said = [sentence for output in case.outputs for sentence in sentences(output)]
    return [*_first(case), *_lost(case), *(said if case.ending.kind in _ABOUT_OUTPUTS else []), *_unmet(case)]


def beside_tables(case: CaseRecord) -> list[str]:
    """What went wrong in whole sentences, without the outputs whose elements stand in a table."""
    outputs = [output for output in case.outputs if not output.marks]
    told = [] if case.ending.kind in _TOLD or not case.message else [case.message]
    return [*problems(case.model_copy(update={"outputs": outputs})), *told]


def _first(case: CaseRecord) -> list[str]:
    told = _TOLD.get(case.ending.kind, "{why}").format_map(_facts(case) | {"why": _why(case)})
    return [told] if told else []


def _why(case: CaseRecord) -> str:
    return _WHY.get(case.ending.kind, "").format_map(_facts(case))


def _facts(case: CaseRecord) -> dict[str, str | int | None]:
    """What the tables above name."""
    ending = case.ending
    without = all(output.reference is None for output in case.outputs)
    freedom = next((output.granted for output in case.outputs if output.granted is not None), None)
    return {
        "phase": ending.phase,
        "came": case.phase or "an unknown phase",
        "pattern": ending.pattern,
        "missing": ending.missing,
        "declared": ending.declared,
        "certified": ending.certified,
        "status": case.status,
        "message": case.message,
        "who": "only TensorRT can tell" if case.refusal is None else "trtexp's own model refuses it, too",
        "no_reference": "; no reference" if without else "",
        "freedom": FREEDOMS[freedom] if freedom else "",
        "beyond": _beyond(case),
        "as_family": "" if case.family is None else f", as {RELEASES[case.family]}",
    }


def _beyond(case: CaseRecord) -> str:
    """Why the first output that a short accumulator leaves unjudged is so, and how far off it is."""
    output = next((each for each in case.outputs if each.verdict == "unjudged" and each.granted), None)
    if output is None or output.terms is None or output.typical is None:
        return ""
    if isinstance(output.typical, str):
        return "of which a partial sum may overflow"
    return f"K = {output.terms.count}; {rounded(output.typical, 2)} of the typical error"


def _lost(case: CaseRecord) -> list[str]:
    return [lost(name) for name in case.ending.lost]


def lost(output: str) -> str:
    """An output of which nothing came, though the case ran."""
    return f"{output}: no tensor came back"


def _unmet(case: CaseRecord) -> list[str]:
    return [unmet(each, case) for each in case.ending.unmet]


def unmet(each: Unmet, case: CaseRecord) -> str:
    """A line that did not come, beside those that did; or one that nobody expects."""
    if each.kind == "unexpected_warning":
        return f"a Python warning that is not expected: {each.text}"
    what, texts = ("Python warning", case.warnings) if each.kind == "warning" else ("log line", _log(case))
    return f"no {what} matches {each.pattern!r}; there are: {' | '.join(texts) or 'none'}"


def _log(case: CaseRecord) -> list[str]:
    return [line.text for line in case.log]


def came(case: CaseRecord) -> str:
    """How the case ended: the start of a sentence whose rest is the message."""
    phase = f" {PHASES[case.phase]}" if case.phase in PHASES else ""
    if case.ending.kind in OF_TRTEXP:
        return str(headline(case)).capitalize()
    ends = {"crashed": "Crashed", "timeout": "No answer in time", "unsupported": "Not supported"}
    return ends.get(case.status, "Refused" if case.as_expected else "Failed") + phase


def notes(case: CaseRecord) -> list[str]:
    """What else there is to know of a case, a sentence each."""
    said = [adaptation(each) for each in case.adapted]
    if case.repeats is not None:
        said.append(repeats(case.repeats))
    if case.family is not None:
        said.append(f"by the rules of {RELEASES[case.family]}; other releases have others")
    if case.refusal is not None:
        said.append(refused(case.refusal.layer, case.refusal.message))
    if case.parsed:
        said.append(parsed(case.parsed, any(output.reference is not None for output in case.outputs)))
    return said


def granted(case: CaseRecord) -> list[str]:
    """What had to be granted so that it is as expected: the rules of some releases, the range of tensors in between."""
    said = [] if case.family is None else [f"as {RELEASES[case.family]}"]
    return [*said, *(f"{output.name}: {leaving(each)}" for output in case.outputs for each in output.leaving)]


def refused_elsewhere(faults: Iterable[tuple[Family, object]]) -> list[str]:
    """A line for each fault that releases of some families alone tell of a file."""
    names: dict[str, list[str]] = {}
    for family, fault in faults:
        names.setdefault(str(fault), []).append(RELEASES[family])
    return [f"{fault}; refused by {' and '.join(families)} alone" for fault, families in names.items()]


def adaptation(each: Adaptation) -> str:
    """What the engine did otherwise to suit the release."""
    return {
        "flag_left_out": f"flag {each.subject} is left out: this release takes all types from the network",
        "timed_tactics": "no engine could be built from the first tactics, so TensorRT chose by timing",
        "timed_kernels": f"the kernels of {each.subject} are chosen by timing, as TensorRT compiles it as a whole; "
        "their last bits may change from build to build",
        "not_read_back": f"{each.subject} cannot be read back: {each.reason}",
    }[each.kind]


def repeats(each: Repeats) -> str:
    """What came of builds and runs that were repeated."""
    many = f"more than one result, {'all within the bound' if each.fine else 'not all as expected'}"
    return f"{_times(each)}: {'one result' if each.alike else many}"


def spread(each: Spread) -> str:
    """How often each result came, and how far they are apart."""
    apart = ", ".join(f"{name} by up to {rounded(distance, 3)}" for name, distance in each.apart.items())
    counts = " + ".join(map(str, each.counts))
    return f"{_times(each)}: {len(each.counts)} different results ({counts}), apart in {apart}"


def _times(each: Repeats | Spread) -> str:
    return f"{plural(each.builds, 'build')} × {plural(each.runs, 'run')}"


def difference(each: Difference, layer: str | None = None) -> str:
    """What a case changes in the file's base: `deconv.padding_nd: [1, 1]`. layer: one that need not be named."""
    named = len(each.path) > 1 and each.path[0] == layer
    return f"{'.'.join(each.path[named:])}: {each.value}"


def defect(case: CaseRecord) -> str:
    """What is known to be wrong with TensorRT: a finding, or a crash that was expected."""
    return case.finding or f"The process ends {PHASES.get(case.phase, PHASES['run'])}: {case.message}."
