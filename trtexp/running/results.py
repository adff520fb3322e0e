"""What runs gave that wrote no reports, in `.trtexp/results`, and the last that is known of a file from there and from
its reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from trtexp.errors import DamagedRecord
from trtexp.files.home import REPORTS, RESULTS, SCRATCH
from trtexp.files.opening import entries, is_there, remove
from trtexp.files.paths import inside, report_name
from trtexp.files.signing import Foreign, read_signed, write_signed
from trtexp.records.files import load, to_json
from trtexp.records.model import ReportRecord
from trtexp.running.plan import Planned, kept_as

PURPOSE = "results"


def keep(file: Planned, report: ReportRecord) -> None:
    """Keep what a run gave, with what runs before it gave of other cases of the same text. Raises OSError."""
    path, run = _path(file.path, report.release.name), {case.name for case in report.cases}
    cases = list(report.cases)
    with suppress(FileNotFoundError, Foreign, DamagedRecord):
        before = _load(path)
        if (before.sha256, before.release) == (report.sha256, report.release):
            cases += [case for case in before.cases if case.name not in run]
    write_signed(path, PURPOSE, to_json(report.model_copy(update={"cases": cases})))


def drop(file: Planned, release: str) -> None:
    """Forget what was kept, since a report of all cases is newer. Raises OSError."""
    remove(_path(file.path, release))


def last_results(path: Path) -> Iterator[ReportRecord]:
    """What each release gave last of an experiment, as far as that is kept. Raises OSError, DamagedRecord."""
    reports, name = REPORTS if inside(path) else SCRATCH, report_name(path)
    found, kept = _records(reports, name), _records(RESULTS, kept_as(path))
    for release in sorted({*found, *kept}):
        if release in kept:
            with suppress(Foreign):
                yield _load(kept[release])
                continue
        if release in found:
            yield load(found[release], reports)


def _records(folder: Path, name: str) -> dict[str, Path]:
    """What a folder has of an experiment, by release."""
    each = {entry.path.name: entry.path / f"{name}.json" for entry in entries(folder) if entry.folder}
    return {release: path for release, path in each.items() if is_there(path)}


def _load(path: Path) -> ReportRecord:
    """Raises Foreign for what is not the user's own, DamagedRecord, OSError."""
    return load(path, RESULTS, read_signed(path, PURPOSE))


def _path(path: Path, release: str) -> Path:
    return RESULTS / release / f"{kept_as(path)}.json"
