"""What the reference alone says of a file: what it contradicts, and what it cannot judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trtexp.judging.case import JudgedCase, judge_case, record_case
from trtexp.judging.guarded import not_judged
from trtexp.numerics import Family
from trtexp.records.model import CaseRecord
from trtexp.spec.case import Case, Experiment
from trtexp.spec.elsewhere import refused_elsewhere
from trtexp.spec.errors import Fault
from trtexp.spec.load import ExperimentFile


@dataclass(frozen=True)
class Checked:
    """wrong: the cases whose expected values are contradicted, or that cannot be judged. noted: those that are right by
    the rules of some releases, or by the range of a type alone. cases: how many could not be judged; outputs: how many
    of the others. traces: case -> the traceback where trtexp itself failed. elsewhere: the faults that releases
    of a family alone would tell."""

    wrong: tuple[CaseRecord, ...] = ()
    noted: tuple[CaseRecord, ...] = ()
    cases: int = 0
    outputs: int = 0
    traces: Mapping[str, str] = field(default_factory=dict)
    elsewhere: tuple[tuple[Family, Fault], ...] = ()


def check(experiment: Experiment, file: ExperimentFile | None = None) -> Checked:
    """Judge every case of a file by the reference; never raises. file: its text, for what some releases say of it."""
    every = [_check(case) for case in experiment.cases]
    return Checked(
        wrong=tuple(record for one in every for record in one.wrong),
        noted=tuple(record for one in every for record in one.noted),
        cases=sum(one.cases for one in every),
        outputs=sum(one.outputs for one in every),
        traces={case: trace for one in every for case, trace in one.traces.items()},
        elsewhere=() if file is None else tuple(refused_elsewhere(file, experiment)),
    )


def _check(case: Case) -> Checked:
    """What is to be said of one case."""
    try:
        judged = judge_case(case, None)
        if not judged.as_expected:
            return Checked(wrong=(record_case(case, None),))
        noted = (record_case(case, None),) if _notable(judged) else ()
        unjudged = _unjudged(judged)
        counted = () if unjudged or judged.case.error is not None else judged.outputs
        return Checked((), noted, int(unjudged), sum(output.unjudged for output in counted))
    except Exception as error:
        found = not_judged(case, None, error)
        return Checked(wrong=(found.record,), traces={case.name: found.trace} if found.trace else {})


def _notable(judged: JudgedCase) -> bool:
    """Whether what is expected is right by the rules of some releases, or by the range of a tensor in between."""
    by_family = judged.family is not None and bool(judged.case.expected)
    return by_family or any(output.judged.leaving for output in judged.outputs)


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
