"""Finds and known differences, tried again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trtexp.engine.outcome import Outcome
from trtexp.errors import BadUsage
from trtexp.fuzz.asking import defined, release_of
from trtexp.fuzz.finds import head
from trtexp.fuzz.known import Known
from trtexp.fuzz.network import Answer, answered, declared
from trtexp.fuzz.oracle import Agreement, Sign, compared
from trtexp.fuzz.stages import judge
from trtexp.spec.load import load
from trtexp.spec.requirement import Target
from trtexp.workers import WorkerSpec


@dataclass(frozen=True)
class Again:
    """What came of another try: both answers, and what they come to now."""

    ours: Answer
    theirs: Outcome
    verdict: Sign | Agreement


def replay(path: Path, place: WorkerSpec) -> Again:
    """Try the find of a file again, as the file stands. Raises BadUsage, SpecError, OSError, NoGpu."""
    subject = head(path).layer
    flavour, _, version = release_of(place)[1].rpartition("-")
    experiment = load(path, Target(flavour, version))
    if len(experiment.cases) != 1:
        raise BadUsage(f"{path}: {len(experiment.cases)} cases; a find has one")
    case = experiment.cases[0]
    ours, theirs = answered(case.evaluation(), case.definition), defined(place, [case.definition])[0]
    return Again(ours, theirs, compared(case.layers, subject, ours, theirs, declared(case.definition)))


def known_again(entry: Known, place: WorkerSpec) -> bool | None:
    """Whether a known difference is still there; None where it is one of another release. Raises NoGpu."""
    release = release_of(place)[1]
    if entry.release != release:
        return None
    verdict = judge(place, "define", entry.shown_by, [entry.experiment])[0].verdict
    return isinstance(verdict, Sign) and entry.matches(verdict, release)
