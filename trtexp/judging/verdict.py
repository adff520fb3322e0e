"""What came of a case beside what was expected of it: its status, and whether that is as expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trtexp.engine.outcome import Outcome
from trtexp.judging.output import JudgedOutput
from trtexp.records.facts import Ending, EndingKind, Status, Unmet
from trtexp.spec.case import Case
from trtexp.spec.patterns import occurs


@dataclass(frozen=True)
class Verdict:
    """Status, whether that is as expected, and how the case ended beside what was expected of it."""

    status: Status
    as_expected: bool
    ending: Ending


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


def _of_reference(case: Case, outputs: Sequence[JudgedOutput]) -> Verdict:
    """Without TensorRT only the expected values can be judged."""
    if case.crash is not None:
        return Verdict("unjudged", True, Ending(kind="crash_untold", phase=case.crash[0]))
    if case.error is not None:
        return Verdict("unjudged", True, Ending(kind="refusal_untold", phase=case.error[0]))
    if case.finding is not None:
        return Verdict("unjudged", True, Ending(kind="finding_untold"))
    if any(output.wrong for output in outputs):
        return Verdict("mismatch", False, Ending(kind="contradicted"))
    if any(output.judged.verdict != "unjudged" for output in outputs):
        return Verdict("pass", True, Ending(kind="confirmed"))
    return Verdict("unjudged", True, Ending(kind=_why_unjudged(case, outputs)))


def _why_unjudged(case: Case, outputs: Sequence[JudgedOutput]) -> EndingKind:
    """Why nothing was said of any output."""
    if any(output.name in case.evaluation().unmodelled for output in outputs):
        return "not_modelled"
    if _no_reference(outputs):
        return "no_reference" if case.evaluation().refusal is None else "no_model_value"
    return "undefined" if any(output.unjudged for output in outputs) else "computed"


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
    found = case.finding is not None
    if lost or any(output.inferred_faults(found) if found else output.wrong for output in outputs):
        return Verdict("mismatch", False, Ending(kind="mismatch", lost=lost, unmet=unmet))
    if unmet:
        return Verdict("failed", False, Ending(kind="other_lines", unmet=unmet))
    if outcome.status == "built":
        return Verdict("built", True, Ending(kind="built"))
    if any(output.judged.verdict == "unjudged" and output.judged.granted is not None for output in outputs):
        return Verdict("unjudged", True, Ending(kind="beyond_accumulator"))
    return Verdict("pass", True, _praise(outputs))


def _of_finding(outputs: Sequence[JudgedOutput], lost: list[str], unmet: list[Unmet]) -> Verdict:
    """A finding holds while TensorRT differs from the reference, or gives what is found where anything is legal, and
    gives, where values are given, just those."""
    pairs = [output.judged.actual_reference for output in outputs]
    settled = any(output.judged.undetermined > output.judged.unsettled for output in outputs)
    differs = any(output.judged.faults for output in outputs) or any(pair and not pair.agrees for pair in pairs)
    if not (differs or settled):
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
