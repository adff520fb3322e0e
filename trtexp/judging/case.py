"""What was expected of a case and what came -> its record: the one place that decides `as expected`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trtexp.engine.outcome import Outcome
from trtexp.judging.output import JudgedOutput, judge_output
from trtexp.judging.repeats import distinct, note
from trtexp.records.model import CaseRecord, Status
from trtexp.script.program import script
from trtexp.spec.case import Case
from trtexp.spec.patterns import occurs


@dataclass(frozen=True)
class Verdict:
    """Status, whether that is as expected, the verdict in a few words, and every expectation that was not met."""

    status: Status
    as_expected: bool
    headline: str
    problems: tuple[str, ...] = ()


def record_case(case: Case, outcome: Outcome | None) -> CaseRecord:
    """The record of a case; outcome None stands for the reference backend, which runs nothing. Of several results the
    first that is not as expected is recorded, else the first."""
    tried = [_judged(case, each) for each in _each(outcome)]
    outputs, verdict = next((one for one in tried if not one[1].as_expected), tried[0])
    refusal = case.evaluation().refusal
    notes = list(outcome.notes) if outcome else []
    if outcome is not None and (repeated := note(case, outcome, all(v.as_expected for _, v in tried))) is not None:
        notes.append(repeated)
    if outcome is None and refusal is not None:
        notes.append(f"trtexp's own model refuses {refusal.layer}: {refusal}")
    if case.definition.models:
        notes.append(
            f"no reference: TensorRT parses {', '.join(case.definition.models)}, and only what is expected counts"
        )
    told = outcome is None or outcome.status in ("ran", "built")
    location = next((o.expected.mark for o in outputs if o.expected and _wrong_literal(o)), case.mark)
    keep_script = case.finding is not None or (outcome is not None and not verdict.as_expected)
    return CaseRecord(
        name=case.name,
        about=case.about,
        location=str(location),
        differs=list(case.differs),
        status=verdict.status,
        as_expected=verdict.as_expected,
        headline=verdict.headline,
        problems=list(verdict.problems),
        phase=outcome.phase if outcome else None,
        message=outcome.message if outcome else "",
        outputs=[output.record() for output in outputs if output.known] if told and refusal is None else [],
        log=[f"{line.severity}: {line.text}" for line in outcome.log] if outcome else [],
        warnings=list(outcome.warnings) if outcome else [],
        notes=notes,
        finding=case.finding,
        reason=case.reason,
        issue=case.issue,
        definition=case.definition.hash,
        script=script(case.definition, case.feeds, case.name) if keep_script else None,
    )


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
    refusal = case.evaluation().refusal
    if case.crash is not None:
        return Verdict("unjudged", True, f"TensorRT is to crash in {case.crash[0]}: only TensorRT can tell")
    if case.error is not None:
        phase = case.error[0]
        also = "trtexp's own model refuses it, too" if refusal is not None else "only TensorRT can tell"
        return Verdict("unjudged", True, f"to be refused in {phase}: {also}")
    if refusal is not None:
        return Verdict("unjudged", True, "the model has no value for this: only TensorRT can tell")
    if _no_reference(outputs):
        return Verdict("unjudged", True, "no reference: only TensorRT can tell")
    problems = tuple(sentence for output in outputs for sentence in output.sentences())
    if problems:
        return Verdict("mismatch", False, "expected values differ from the reference", problems)
    if all(output.judged.verdict == "unjudged" for output in outputs):
        return Verdict("unjudged", True, "computed; no values are expected")
    return Verdict("pass", True, "expected values agree with the reference")


def _of_crash(case: Case, outcome: Outcome) -> Verdict:
    if outcome.status not in ("crashed", "timeout"):
        assert case.crash is not None
        phase, pattern = case.crash
        if outcome.status == "built" and phase == "run":
            return Verdict("built", True, "built; it must crash in the run, which was not tried")
        what = f"a crash that matches {pattern!r} was expected in {phase}, and none came"
        return Verdict("failed", False, f"no crash in {phase}", (what,))
    status: Status = "crashed" if outcome.status == "crashed" else "timeout"
    if status == "crashed" and case.crash is not None and case.crash[0] == outcome.phase:
        if occurs(case.crash[1], outcome.message):
            return Verdict("crashed", True, f"crashed in {outcome.phase}, as expected")
        what = f"{outcome.message} does not match {case.crash[1]!r}"
        return Verdict("crashed", False, f"crashed in {outcome.phase} otherwise than expected", (what,))
    return Verdict(status, False, f"{status} in {outcome.phase}", (outcome.message,))


def _of_unsupported(case: Case, outcome: Outcome) -> Verdict:
    if outcome.status != "unsupported":
        what = f"{case.unsupported} was expected to be missing from this release, and is there"
        return Verdict("failed", False, f"{case.unsupported} is there after all", (what,))
    headline = f"this release has no {outcome.missing}"
    if case.unsupported is None:
        return Verdict("unsupported", False, headline, (outcome.message,))
    if case.unsupported == outcome.missing:
        return Verdict("unsupported", True, f"{headline}, as expected")
    what = f"{case.unsupported} was expected to be missing, and {outcome.missing} is: {outcome.message}"
    return Verdict("unsupported", False, headline, (what,))


def _of_error(case: Case, outcome: Outcome) -> Verdict:
    came = f"{outcome.phase}: {outcome.message}"
    if case.error is None:
        return Verdict("failed", False, f"refused in {outcome.phase}", (came,))
    phase, pattern = case.error
    if outcome.status == "built" and phase == "run":
        return Verdict("built", True, "built; it must fail in the run, which was not tried")
    if outcome.status != "error":
        what = f"an error that matches {pattern!r} was expected in {phase}, and none came"
        return Verdict("failed", False, f"not refused in {phase}", (what,))
    if phase != outcome.phase:
        what = f"an error was expected in {phase} and came in {came}"
        return Verdict("failed", False, f"refused in {outcome.phase}, not in {phase}", (what,))
    texts = [outcome.message, *(line.text for line in outcome.log)]
    if not any(occurs(pattern, text) for text in texts):
        what = f"no message matches {pattern!r}; there is: {outcome.message}"
        return Verdict("failed", False, f"refused in {phase} with another message", (what,))
    unmet = tuple(_unmet(case, outcome))
    if unmet:
        return Verdict("failed", False, "other warnings or log lines than expected", unmet)
    return Verdict("pass", True, f"refused in {phase}, as expected")


def _unmet(case: Case, outcome: Outcome) -> Iterator[str]:
    """Expected warnings and log lines that did not come, and warnings that nobody expects."""
    for text in outcome.warnings:
        if not any(occurs(pattern, text) for pattern in case.warnings):
            yield f"a Python warning that is not expected: {text}"
    for patterns, texts, what in (
        (case.warnings, outcome.warnings, "Python warning"),
        (case.log, [line.text for line in outcome.log], "log line"),
    ):
        for pattern in patterns:
            if not any(occurs(pattern, text) for text in texts):
                yield f"no {what} matches {pattern!r}; there are: {' | '.join(texts) or 'none'}"


def _of_tensors(case: Case, outcome: Outcome, outputs: Sequence[JudgedOutput]) -> Verdict:
    unmet = tuple(_unmet(case, outcome))
    lost = [output.name for output in outputs if outcome.status == "ran" and output.actual is None]
    wrong = tuple(f"{name}: no tensor came back" for name in lost)
    wrong += tuple(fault for output in outputs for fault in (*output.form_faults(), *output.sentences()))
    if case.finding is not None and outcome.status == "ran":
        return _of_finding(outputs, wrong, unmet)
    if wrong:
        return Verdict("mismatch", False, "mismatch", (*wrong, *unmet))
    if unmet:
        return Verdict("failed", False, "other warnings or log lines than expected", unmet)
    if outcome.status == "built":
        also = "; no reference" * _no_reference(outputs)
        return Verdict("built", True, f"built ahead of time: shapes and types agree{also}")
    return Verdict("pass", True, _praise(outputs))


def _of_finding(outputs: Sequence[JudgedOutput], wrong: tuple[str, ...], unmet: tuple[str, ...]) -> Verdict:
    """A finding holds while TensorRT differs from the reference and, where values are given, gives just those."""
    pairs = [output.judged.actual_reference for output in outputs]
    if not any(output.judged.faults for output in outputs) and all(pair is None or pair.agrees for pair in pairs):
        what = "TensorRT agrees with the reference: take the finding out"
        return Verdict("failed", False, "the finding no longer holds", (what,))
    literals = [output.judged.actual_expected for output in outputs]
    if unmet or any(pair is not None and not pair.agrees for pair in literals):
        return Verdict("mismatch", False, "mismatch, beyond the finding", (*wrong, *unmet))
    return Verdict("mismatch", True, "differs from the reference, as found before")


def _no_reference(outputs: Sequence[JudgedOutput]) -> bool:
    """Whether nothing is computed that an output could be compared with."""
    return all(output.judged.reference is None for output in outputs)


def _praise(outputs: Sequence[JudgedOutput]) -> str:
    """`pass`, and how good it is."""
    judged = [output.judged for output in outputs]
    freedom = [note for j in judged for note in j.notes if note.endswith("accuracy")]
    if freedom:
        return f"pass, {freedom[0]}"
    if any(j.verdict == "wide" for j in judged):
        return "pass, wide: outside the typical bound"
    if all(j.verdict == "unjudged" for j in judged):
        return "ran; there is nothing to judge it by"
    if _no_reference(outputs):
        return "pass by the expected values alone: no reference"
    total = sum(j.reference.ref.size for j in judged if j.reference is not None)
    certified = sum(j.certified for j in judged)
    return f"pass, certified exact {certified} of {total}" if total and certified == total else "pass"
