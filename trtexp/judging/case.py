"""What was expected of a case and what came -> its record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trtexp.definition.script.program import script
from trtexp.engine.outcome import Outcome
from trtexp.judging.output import JudgedOutput, judge_output
from trtexp.judging.recording import record_output
from trtexp.judging.repeats import distinct, repeated
from trtexp.judging.verdict import Verdict, decide
from trtexp.numerics import FAMILIES, Family
from trtexp.records.facts import Difference, Place, Refusal
from trtexp.records.model import CaseRecord
from trtexp.spec.case import Case
from trtexp.spec.errors import Mark


@dataclass(frozen=True, eq=False)
class JudgedCase:
    """A case with one result of it, by the rules of a family of releases, None for those that all share."""

    case: Case
    outputs: tuple[JudgedOutput, ...]
    verdict: Verdict

    @property
    def as_expected(self) -> bool:
        return self.verdict.as_expected

    @property
    def family(self) -> Family | None:
        return self.case.family

    @property
    def unsettled(self) -> tuple[int, int]:
        """How much could not be judged: outputs without a reference, then elements that may be anything."""
        judged = [output.judged for output in self.outputs]
        return sum(each.reference is None for each in judged), sum(each.unsettled for each in judged)


def record_case(case: Case, outcome: Outcome | None) -> CaseRecord:
    """The record of a case; outcome None stands for the reference backend, which runs nothing. Of several results the
    first that is not as expected is recorded, else the first."""
    tried = [judge_case(case, each) for each in _each(outcome)]
    judged = next((one for one in tried if not one.as_expected), tried[0])
    outputs, verdict, refusal = judged.outputs, judged.verdict, judged.case.evaluation().refusal
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
        outputs=[record_output(output, called(case, output.name)) for output in outputs if told and output.known],
        log=list(outcome.log) if outcome else [],
        warnings=list(outcome.warnings) if outcome else [],
        adapted=list(outcome.notes) if outcome else [],
        repeats=repeated(case, outcome, all(one.as_expected for one in tried)),
        refusal=Refusal(layer=refusal.layer, message=str(refusal)) if told and refusal is not None else None,
        family=None if case.family is not None else judged.family,
        parsed=list(case.definition.models),
        finding=case.finding,
        reason=case.reason,
        issue=case.issue,
        definition=case.definition.hash,
        script=script(case.definition, case.feeds, case.name) if keep_script else None,
    )


def called(case: Case, output: str) -> str | None:
    """What the model calls an output that the experiment was imported from."""
    layer = case.layers.get(output)
    return None if layer is None or layer.origin is None else layer.origin.tensor or None


def place(mark: Mark) -> Place:
    """The same for a record."""
    return Place(file=mark.file, line=mark.line, column=mark.column)


def judge_case(case: Case, outcome: Outcome | None) -> JudgedCase:
    """Compare all outputs of a case.

    Where no release is known, families of releases are asked one by one if what they share does not settle all: it is
    right if one of them gives it, by the one that settles most, and wrong if none does.
    """
    shared = _judged(case, outcome)
    told = case.finding is None if outcome is None else outcome.status in ("ran", "built")
    told = told and case.error is None and case.crash is None
    if case.family is not None or not told or (shared.as_expected and not any(shared.unsettled)):
        return shared
    each = [_judged(replace(case, family=family), outcome) for family in FAMILIES]
    right = [one for one in each if one.as_expected]
    if not right:
        return min(each, key=lambda one: one.unsettled) if shared.as_expected else shared
    best = min(right, key=lambda one: one.unsettled)
    return best if not shared.as_expected or best.unsettled < shared.unsettled else shared


def _each(outcome: Outcome | None) -> list[Outcome | None]:
    """One outcome for each distinct result of builds and runs that were repeated."""
    if outcome is None or not outcome.repeats:
        return [outcome]
    return [replace(outcome, outputs=result) for result in distinct(outcome)]


def _judged(case: Case, outcome: Outcome | None) -> JudgedCase:
    actual, inferred = (outcome.outputs, outcome.inferred) if outcome else ({}, {})
    names = case.definition.outputs
    outputs = tuple(judge_output(case, name, actual.get(name), inferred.get(name)) for name in names)
    return JudgedCase(case, outputs, decide(case, outcome, outputs))


def _wrong_literal(output: JudgedOutput) -> bool:
    pair = output.judged.expected_reference
    return bool(output.judged.faults) or (pair is not None and not pair.agrees)
