"""What the reference alone says of a file: what it contradicts, and what it cannot judge."""

from __future__ import annotations

from dataclasses import dataclass

from trtexp.judging.case import JudgedCase, judge_case, record_case
from trtexp.records.model import CaseRecord
from trtexp.spec.case import Experiment


@dataclass(frozen=True)
class Checked:
    """wrong: the cases whose expected values are contradicted. noted: those that are right by the rules of some
    releases, or by the range of a type alone. cases: how many could not be judged; outputs: how many of the others."""

    wrong: tuple[CaseRecord, ...] = ()
    noted: tuple[CaseRecord, ...] = ()
    cases: int = 0
    outputs: int = 0


def check(experiment: Experiment) -> Checked:
    """Judge every case of a file by the reference."""
    judged = [judge_case(case, None) for case in experiment.cases]
    unjudged = [_unjudged(one) for one in judged]
    every = list(zip(experiment.cases, judged, strict=True))
    return Checked(
        wrong=tuple(record_case(case, None) for case, one in every if not one.as_expected),
        noted=tuple(record_case(case, None) for case, one in every if one.as_expected and _notable(one)),
        cases=sum(unjudged),
        outputs=sum(
            output.unjudged
            for one, none in zip(judged, unjudged, strict=True)
            if one.case.error is None and not none
            for output in one.outputs
        ),
    )


def _notable(judged: JudgedCase) -> bool:
    return judged.family is not None or any(output.judged.leaving for output in judged.outputs)


def _unjudged(judged: JudgedCase) -> bool:
    """Whether nothing at all is known of a case, of which something is expected."""
    if judged.verdict.ending.kind == "refusal_untold":
        return judged.case.evaluation().refusal is None
    return judged.verdict.ending.kind in (
        "crash_untold",
        "finding_untold",
        "no_model_value",
        "no_reference",
        "not_modelled",
        "undefined",
    )
