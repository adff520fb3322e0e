"""A planned file and a release -> what its report begins with, and its cases with what their results depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from trtexp import __version__
from trtexp.judging.guarded import Recorded, not_valid
from trtexp.records.model import ReleaseRecord, ReportRecord
from trtexp.running.journal import Key
from trtexp.running.plan import Planned
from trtexp.running.report_head import record_report
from trtexp.spec.case import Case, Experiment
from trtexp.spec.requirement import Target


@dataclass(frozen=True)
class Prepared:
    """head: the report without its cases; cases: those that are selected, in the order of the file, or the record of
    one that is not valid on this release."""

    head: ReportRecord
    cases: list[tuple[Case, Key] | Recorded]


def prepare(
    file: Planned, source: str, patterns: Sequence[str], target: Target, release: ReleaseRecord, driver: str | None
) -> Prepared:
    """The cases of a file that was checked, as they are for a target; may be done in another process. source: its path
    as the record has it."""
    parsed = file.file().unmade()
    try:
        return _prepared(parsed.sound(target), file, source, patterns, release, driver)
    except Exception as error:
        return _prepared(parsed.broken(error), file, source, patterns, release, driver)


def _prepared(
    experiment: Experiment,
    file: Planned,
    source: str,
    patterns: Sequence[str],
    release: ReleaseRecord,
    driver: str | None,
) -> Prepared:
    head = record_report(experiment, source, release, [])
    where = f"{release.model_dump_json()} {driver}"
    cases: dict[str, tuple[Case, Key] | Recorded] = {
        case.name: (case, _key(head, case, where)) for case in experiment.cases
    }
    cases |= {one.name: not_valid(one) for one in experiment.refused}
    return Prepared(head, [cases[name] for name in file.selected(patterns)])


def _key(head: ReportRecord, case: Case, release: str) -> Key:
    return Key(__version__, release, head.sha256, case.name, case.definition.hash, _tensors(case))


def _tensors(case: Case) -> str:
    """A digest of the tensors that go in and must come out."""
    digest = hashlib.sha256()
    expected = {f"{name} expected": made.made for name, made in case.expected.items() if made.made is not None}
    for name, made in (*case.inputs.items(), *expected.items()):
        digest.update(f"{name} {made.array.dtype} {made.array.shape} ".encode())
        digest.update(made.array.to_bytes())
    return digest.hexdigest()[:32]
