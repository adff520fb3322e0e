"""A planned file and a release -> what its report begins with, and its cases with what their results depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from trtexp import __version__
from trtexp.records.model import ReleaseRecord, ReportRecord
from trtexp.running.journal import Key
from trtexp.running.plan import Planned
from trtexp.running.report_head import record_report
from trtexp.spec.case import Case
from trtexp.spec.requirement import Target


@dataclass(frozen=True)
class Prepared:
    """head: the report without its cases; cases: those that are selected, in the order of the file."""

    head: ReportRecord
    cases: list[tuple[Case, Key]]


def prepare(
    file: Planned, patterns: Sequence[str], target: Target, release: ReleaseRecord, driver: str | None
) -> Prepared:
    """The cases of a file that was checked, as they are for a target; may be done in another process."""
    experiment = file.file().unmade().experiment(target)
    head = record_report(experiment, f"experiments/{file.name}.yaml", release, [])
    chosen = set(file.selected(patterns))
    where = f"{release.model_dump_json()} {driver}"
    return Prepared(head, [(case, _key(head, case, where)) for case in experiment.cases if case.name in chosen])


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
