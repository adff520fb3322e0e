"""Where records and pages lie below a report folder, and what a run does with it: held against other runs, tidied
before, and finished with the pages of all releases. No other file knows these places.

`<reports>/<release>/<name>.json` and `.md`; `README.md`, `FINDINGS.md` and `COVERAGE.md` are of all releases, as are
the diffs in `diff/`. A lock lies beside what it guards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from trtexp.files.atomic import sweep, write_text
from trtexp.files.locks import Lock
from trtexp.migration.columns import api_columns
from trtexp.records.diff import diff
from trtexp.records.files import load, to_json
from trtexp.records.model import ReportRecord
from trtexp.report.diff import FOLDER as DIFFS
from trtexp.report.diff import compared, render_diff
from trtexp.report.findings import render_findings
from trtexp.report.markdown import page_name, render
from trtexp.report.matrix import render_matrix
from trtexp.running import journal
from trtexp.running.plan import Plan

MATRIX, FINDINGS, COVERAGE = "README.md", "FINDINGS.md", "COVERAGE.md"


def record_path(folder: Path, release: str, name: str) -> Path:
    """name: of the file below its release, `layers/pooling`."""
    return folder / release / f"{name}.json"


def page_path(record: Path) -> Path:
    """The page that is rendered from a record."""
    return record.with_suffix(".md")


def record_paths(folder: Path, release: str = "*") -> list[Path]:
    """The records of all releases, or of one, in their order."""
    return sorted(folder.glob(f"{release}/**/*.json"))


def records(folder: Path, release: str = "*") -> dict[Path, ReportRecord]:
    """All records of a report folder, or those of one release. Raises OSError, DamagedRecord."""
    return {path: load(path, folder) for path in record_paths(folder, release)}


def releases(folder: Path) -> list[str]:
    """The releases that have records."""
    return sorted({path.relative_to(folder).parts[0] for path in record_paths(folder)})


def write(report: ReportRecord, folder: Path) -> Path:
    """Write the record of one file on one release, and its page, which is returned. Raises OSError."""
    record = record_path(folder, report.release.name, page_name(report.experiment))
    text = render(report)
    write_text(record, to_json(report))
    write_text(page_path(record), text)
    return page_path(record)


def leftovers(folder: Path, found: Mapping[Path, ReportRecord]) -> tuple[list[Path], list[Path], list[Path]]:
    """Pages without a record; pages that compare a release without one; records whose experiment is gone."""
    pages = [path for release in _release_folders(folder) for path in release.rglob("*.md")]
    there = set(releases(folder))
    lone = [page for page, names in compared(folder).items() if not there >= set(names)]
    gone = [path for path, record in found.items() if not (folder.parent / record.experiment).is_file()]
    return sorted(set(pages) - set(map(page_path, found))), lone, gone


def overviews(folder: Path, reports: Sequence[ReportRecord], changed: Collection[str] | None = None) -> dict[Path, str]:
    """The pages of all releases, those of which only the API is known included: the matrix, the findings, and the diffs
    that are kept and have their records. changed: releases with new records, only their diffs are made; None: all.
    Raises OSError.
    """
    sides: dict[str, list[ReportRecord]] = {}
    for report in reports:
        sides.setdefault(report.release.name, []).append(report)
    kept = {page: names for page, names in compared(folder).items() if sides.keys() >= set(names)}
    stale = {page: names for page, names in kept.items() if changed is None or set(names) & set(changed)}
    pages = {page: render_diff(diff(*(sides[name] for name in names))) for page, names in stale.items()}
    pages[folder / FINDINGS] = render_findings(reports)
    return pages | {folder / MATRIX: render_matrix(list(reports), list(kept.values()), api_columns(folder, reports))}


def write_overviews(folder: Path, changed: Collection[str] | None = None) -> None:
    """Write the pages of all releases from all records of a folder; see `overviews`. Raises OSError, DamagedRecord."""
    with overviews_lock(folder):
        sweep(folder, below=False)
        sweep(folder / DIFFS)
        for page, text in overviews(folder, list(records(folder).values()), changed).items():
            write_text(page, text)


def every_lock(folder: Path) -> list[Lock]:
    """The locks of all that lies in a report folder, to be taken in this order."""
    names = [path.name for path in _release_folders(folder)]
    return [*release_locks(folder, names), overviews_lock(folder)]


def release_locks(folder: Path, names: Iterable[str]) -> list[Lock]:
    """The locks of the folders of some releases, to be taken in this order."""
    return [Lock(folder / f".{name}.lock", str(folder / name)) for name in sorted(names)]


def overviews_lock(folder: Path) -> Lock:
    """The lock of the pages of all releases, to be taken after theirs."""
    return Lock(folder / f".{Path(MATRIX).stem}.lock", str(folder / MATRIX))


def _release_folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name != DIFFS)


@contextmanager
def held(plan: Plan, names: Sequence[str], wait: bool, say: Callable[[str], None]) -> Iterator[None]:
    """Be the one run that writes these releases' reports and journals. Raises Held, OSError with nothing changed."""
    folders = [folder for folder in (plan.reports, plan.journals) if folder is not None]
    with ExitStack() as stack:
        for lock in (lock for folder in folders for lock in release_locks(folder, names)):
            lock.take(wait, say)
            stack.callback(lock.release)
        if plan.reports is not None:
            for name in names:
                sweep(plan.reports / name)
        yield


def set_aside(plan: Plan, release: str) -> int:
    """Set aside the journals of a run that was broken off; how many results they hold. Raises OSError."""
    if plan.journals is None or plan.resume:
        return 0
    return sum(journal.set_aside(plan.journal(release, file)) for file in plan.files)


def finish(plan: Plan, names: Sequence[str]) -> None:
    """The reports are whole: write the pages of all releases, and delete the journals. Raises OSError."""
    if plan.reports is not None:
        write_overviews(plan.reports, names)
    if plan.journals is not None:
        for release in names:
            journal.delete((plan.journal(release, file) for file in plan.files), plan.journals)
