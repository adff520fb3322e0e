"""What was expected of a case and what came -> its record: the one place that decides `as expected`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trtexp.engine.outcome import Outcome
from trtexp.judging.output import JudgedOutput, judge_output
from trtexp.judging.recording import record_output
from trtexp.judging.repeats import distinct, repeated
from trtexp.records.facts import Difference, Ending, Place, Refusal, Status, Unmet
from trtexp.records.model import CaseRecord
from trtexp.script.program import script
from trtexp.spec.case import Case
from trtexp.spec.errors import Mark
from trtexp.spec.patterns import occurs


@dataclass(frozen=True)
class Verdict:
    """Status, whether that is as expected, and how the case ended beside what was expected of it."""

    status: Status
    as_expected: bool
    ending: Ending


def record_case(case: Case, outcome: Outcome | None) -> CaseRecord:
    """The record of a case; outcome None stands for the reference backend, which runs nothing. Of several results the
    first that is not as expected is recorded, else the first."""
    tried = [_judged(case, each) for each in _each(outcome)]
    outputs, verdict = next((one for one in tried if not one[1].as_expected), tried[0])
    refusal = case.evaluation().refusal
    told = outcome is None or outcome.status in ("ran", "built")
    keep_script = case.finding is not None or (outcome is not None and not verdict.as_expected)
    return CaseRecord(
        name=case.name,
        about=case.about,
        place=place(next((o.expected.mark for o in outputs if o.expected and _wrong_literal(o)), case.mark)),
        differs=[Difference(path=list(path), value=value) for path, value in case.differs],
        status=verdict.status,
        as_expected=verdict.as_expected,
        ending=verdict.ending,
        phase=outcome.phase if outcome else None,
        message=outcome.message if outcome else "",
        outputs=[record_output(output) for output in outputs if output.known] if told and refusal is None else [],
        log=list(outcome.log) if outcome else [],
        warnings=list(outcome.warnings) if outcome else [],
        adapted=list(outcome.notes) if outcome else [],
        repeats=repeated(case, outcome, all(one.as_expected for _, one in tried)),
        refusal=None if outcome is not None or refusal is None else Refusal(layer=refusal.layer, message=str(refusal)),
        parsed=list(case.definition.models),
        finding=case.finding,
        reason=case.reason,
        issue=case.issue,
        definition=case.definition.hash,
        script=script(case.definition, case.feeds, case.name) if keep_script else None,
    )


def place(mark: Mark) -> Place:
    """The same for a record."""
    return Place(file=mark.file, line=mark.line, column=mark.column)


def not_as_expected(case: Case) -> CaseRecord | None:
    """The record of a case whose expected values the reference contradicts; None where it does not."""
    return None if _judged(case, None)[1].as_expected else record_case(case, None)


def _each(outcome: Outcome | None) -> list[Outcome | None]:
    """One outcome for each distinct result of builds and runs that were repeated."""
    if outcome is None or not outcome.repeats:
        return [outcome]
    return [replace(outcome, outputs=result) for result in distinct(outcome)]


def _judged(case: Case, outcome: Outcome | None) -> tuple[list[JudgedOutput], Verdict]:
    actual, inferred = (outcome.outputs, outcome.inferred) if outcome else ({}, {})
    outputs = [judge_output(case, name, actual.get(name), inferred.get(name)) for name in case.definition.outputs]
    return outputs, decide(case, outcome, outputs)


def decide(case: Case, outcome: Outcome | None, outputs: Sequence[JudgedOutput]) -> Verdict:
    """The verdict on a case. What a release lacks comes before errors, and errors before values."""
    if outcome is None:
        return _of_reference(case, outputs)
    if outcome.status in ("crashed", "timeout") or (case.crash is not None and case.unsupported is None):
        return _of_crash(case, outcome)
    if outcome.status == "unsupported" or case.unsupported is not None:
        return _of_unsupported(case, outcome)
    if outcome.status == "error" or case.error is not None:
        return _of_error(case, outcome)
    return _of_tensors(case, outcome, outputs)


def _wrong_literal(output: JudgedOutput) -> bool:
    pair = output.judged.expected_reference
    return bool(output.judged.faults) or (pair is not None and not pair.agrees)


def _of_reference(case: Case, outputs: Sequence[JudgedOutput]) -> Verdict:
    """Without TensorRT only the expected values can be judged."""
    if case.crash is not None:
        return Verdict("unjudged", True, Ending(kind="crash_untold", phase=case.crash[0]))
    if case.error is not None:
        return Verdict("unjudged", True, Ending(kind="refusal_untold", phase=case.error[0]))
    if case.evaluation().refusal is not None:
        return Verdict("unjudged", True, Ending(kind="no_model_value"))
    if _no_reference(outputs):
        return Verdict("unjudged", True, Ending(kind="no_reference"))
    if any(output.wrong for output in outputs):
        return Verdict("mismatch", False, Ending(kind="contradicted"))
    if all(output.judged.verdict == "unjudged" for output in outputs):
        return Verdict("unjudged", True, Ending(kind="computed"))
    return Verdict("pass", True, Ending(kind="confirmed"))


def _of_crash(case: Case, outcome: Outcome) -> Verdict:
    if outcome.status not in ("crashed", "timeout"):
        assert case.crash is not None
        phase, pattern = case.crash
        if outcome.status == "built" and phase == "run":
            return Verdict("built", True, Ending(kind="crash_untried", phase=phase))
        return Verdict("failed", False, Ending(kind="no_crash", phase=phase, pattern=pattern))
    status: Status = "crashed" if outcome.status == "crashed" else "timeout"
    if status == "crashed" and case.crash is not None and case.crash[0] == outcome.phase:
        phase, pattern = case.crash
        if occurs(pattern, outcome.message):
            return Verdict("crashed", True, Ending(kind="crashed", phase=phase))
        return Verdict("crashed", False, Ending(kind="crashed_otherwise", phase=phase, pattern=pattern))
    return Verdict(status, False, Ending(kind="died"))


def _of_unsupported(case: Case, outcome: Outcome) -> Verdict:
    declared, missing = case.unsupported, outcome.missing
    if outcome.status != "unsupported":
        return Verdict("failed", False, Ending(kind="not_missing", declared=declared))
    if declared is None:
        return Verdict("unsupported", False, Ending(kind="missing_undeclared", missing=missing))
    if declared == missing:
        return Verdict("unsupported", True, Ending(kind="missing", missing=missing))
    return Verdict("unsupported", False, Ending(kind="missing_other", missing=missing, declared=declared))


def _of_error(case: Case, outcome: Outcome) -> Verdict:
    if case.error is None:
        return Verdict("failed", False, Ending(kind="refused_unexpectedly"))
    phase, pattern = case.error
    if outcome.status == "built" and phase == "run":
        return Verdict("built", True, Ending(kind="refusal_untried", phase=phase))
    if outcome.status != "error":
        return Verdict("failed", False, Ending(kind="not_refused", phase=phase, pattern=pattern))
    if phase != outcome.phase:
        return Verdict("failed", False, Ending(kind="refused_elsewhere", phase=phase))
    texts = [outcome.message, *(line.text for line in outcome.log)]
    if not any(occurs(pattern, text) for text in texts):
        return Verdict("failed", False, Ending(kind="refused_otherwise", phase=phase, pattern=pattern))
    if unmet := list(_unmet(case, outcome)):
        return Verdict("failed", False, Ending(kind="other_lines", unmet=unmet))
    return Verdict("pass", True, Ending(kind="refused", phase=phase))


def _unmet(case: Case, outcome: Outcome) -> Iterator[Unmet]:
    """Expected warnings and log lines that did not come, and warnings that nobody expects."""
    for text in outcome.warnings:
        if not any(occurs(pattern, text) for pattern in case.warnings):
            yield Unmet(kind="unexpected_warning", text=text)
    for pattern in case.warnings:
        if not any(occurs(pattern, text) for text in outcome.warnings):
            yield Unmet(kind="warning", pattern=pattern)
    for pattern in case.log:
        if not any(occurs(pattern, line.text) for line in outcome.log):
            yield Unmet(kind="log", pattern=pattern)


def _of_tensors(case: Case, outcome: Outcome, outputs: Sequence[JudgedOutput]) -> Verdict:
    unmet = list(_unmet(case, outcome))
    lost = [output.name for output in outputs if outcome.status == "ran" and output.actual is None]
    if case.finding is not None and outcome.status == "ran":
        return _of_finding(outputs, lost, unmet)
    if lost or any(output.wrong for output in outputs):
        return Verdict("mismatch", False, Ending(kind="mismatch", lost=lost, unmet=unmet))
    if unmet:
        return Verdict("failed", False, Ending(kind="other_lines", unmet=unmet))
    if outcome.status == "built":
        return Verdict("built", True, Ending(kind="built"))
    return Verdict("pass", True, _praise(outputs))


def _of_finding(outputs: Sequence[JudgedOutput], lost: list[str], unmet: list[Unmet]) -> Verdict:
    """A finding holds while TensorRT differs from the reference and, where values are given, gives just those."""
    pairs = [output.judged.actual_reference for output in outputs]
    if not any(output.judged.faults for output in outputs) and all(pair is None or pair.agrees for pair in pairs):
        return Verdict("failed", False, Ending(kind="finding_gone"))
    literals = [output.judged.actual_expected for output in outputs]
    if unmet or any(pair is not None and not pair.agrees for pair in literals):
        return Verdict("mismatch", False, Ending(kind="beyond_finding", lost=lost, unmet=unmet))
    return Verdict("mismatch", True, Ending(kind="finding"))


def _no_reference(outputs: Sequence[JudgedOutput]) -> bool:
    """Whether nothing is computed that an output could be compared with."""
    return all(output.judged.reference is None for output in outputs)


def _praise(outputs: Sequence[JudgedOutput]) -> Ending:
    """How good a pass is."""
    judged = [output.judged for output in outputs]
    if any(j.granted is not None for j in judged):
        return Ending(kind="granted")
    if any(j.verdict == "wide" for j in judged):
        return Ending(kind="wide")
    if all(j.verdict == "unjudged" for j in judged):
        return Ending(kind="nothing_to_judge")
    if _no_reference(outputs):
        return Ending(kind="by_expectation")
    total = sum(j.reference.ref.size for j in judged if j.reference is not None)
    certified = sum(j.certified for j in judged)
    return Ending(kind="certified", certified=certified) if total and certified == total else Ending(kind="pass")
