"""Where records and pages lie below a report folder, and what a run does with it: held against other runs, tidied
before, and finished with the pages of all releases. No other file knows these places.

`<reports>/<release>/<name>.json` and `.md`; `README.md`, `FINDINGS.md`, `COVERAGE.md`, `SENSITIVITY.md` and `api.json`
are of all releases, as are the diffs in `diff/`. A lock lies beside what it guards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from trtexp.files.atomic import sweep, write_text
from trtexp.files.locks import Lock
from trtexp.migration.columns import RECORD as API
from trtexp.migration.columns import api_columns, api_counts
from trtexp.migration.columns import to_json as api_json
from trtexp.records.diff import diff
from trtexp.records.files import load, to_json
from trtexp.records.model import ReportRecord
from trtexp.report.diff import FOLDER as DIFFS
from trtexp.report.diff import compared, render_diff
from trtexp.report.findings import render_findings
from trtexp.report.markdown import page_name, render
from trtexp.report.matrix import render_matrix
from trtexp.report.overview import ReportSummary
from trtexp.running import journal
from trtexp.running.plan import Plan
from trtexp.running.rendering import rendered
from trtexp.running.summaries import Summarized, summaries, summarized

MATRIX, FINDINGS, COVERAGE, SENSITIVITY = "README.md", "FINDINGS.md", "COVERAGE.md", "SENSITIVITY.md"


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


def write(report: ReportRecord, folder: Path) -> tuple[ReportRecord, Path]:
    """Write the record of one file on one release, as far as it can be shown, and its page. Raises OSError."""
    record = record_path(folder, report.release.name, page_name(report.experiment))
    report, text = rendered(report, render)
    write_text(record, to_json(report))
    write_text(page_path(record), text)
    return report, page_path(record)


def render_again(path: Path, folder: Path, check: bool) -> tuple[bool, Summarized, bool]:
    """Render the page of a record; whether it is another now, or if it is only to be checked, would be, and whether all
    of it can be shown. May be done in another process. Raises OSError, DamagedRecord."""
    data = path.read_bytes()
    report, page = load(path, folder, data), page_path(path)
    shown, text = rendered(report, render)
    return put(page, text, check), summarized(shown, data), shown is report


def put(page: Path, text: str, check: bool) -> bool:
    """Write a page, or only check it; whether it is another now, or would be. Raises OSError."""
    if check:
        return not page.is_file() or page.read_text(encoding="utf-8") != text
    return write_text(page, text)


def leftovers(folder: Path, found: Mapping[Path, ReportSummary]) -> tuple[list[Path], list[Path], list[Path]]:
    """Pages without a record; pages that compare a release without one; records whose experiment is gone."""
    pages = [path for release in _release_folders(folder) for path in release.rglob("*.md")]
    there = set(releases(folder))
    lone = [page for page, names in compared(folder).items() if not there >= set(names)]
    gone = [path for path, summary in found.items() if not (folder.parent / summary.experiment).is_file()]
    return sorted(set(pages) - set(map(page_path, found))), lone, gone


@dataclass(frozen=True)
class Changes:
    """What a run wrote new records of."""

    releases: Collection[str]
    experiments: Collection[str]


def overviews(
    folder: Path, reports: Sequence[ReportSummary], changes: Changes | None = None
) -> Iterator[tuple[Path, str]]:
    """What is of all releases: the diffs that are kept and have their records, the findings, the record of the API, and
    the matrix. changes: only their diffs and their API are looked at again; None: all.

    Raises OSError, DamagedRecord.
    """
    there = {report.release.name for report in reports}
    kept = {page: names for page, names in compared(folder).items() if there >= set(names)}
    for page, names in kept.items():
        if changes is None or set(names) & set(changes.releases):
            yield page, render_diff(diff(*(list(records(folder, name).values()) for name in names)))
    yield folder / FINDINGS, render_findings(reports)
    experiments = {report.experiment for report in reports}
    counts = api_counts(folder, experiments, None if changes is None else changes.experiments)
    yield folder / API, api_json(counts)
    yield folder / MATRIX, render_matrix(reports, list(kept.values()), api_columns(reports, counts))


def write_overviews(folder: Path, changes: Changes | None = None) -> None:
    """Write what is of all releases; see `overviews`. Raises OSError, DamagedRecord."""
    with overviews_lock(folder):
        sweep(folder, below=False)
        sweep(folder / DIFFS)
        reports = list(summaries(folder, record_paths(folder)).values())
        for page, text in overviews(folder, reports, changes):
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
    folders = [*plan.folders, *([] if plan.journals is None else [plan.journals])]
    with ExitStack() as stack:
        for lock in (lock for folder in folders for lock in release_locks(folder, names)):
            lock.take(wait, say)
            stack.callback(lock.release)
        for folder in plan.folders:
            for name in names:
                sweep(folder / name)
        yield


def set_aside(plan: Plan, release: str) -> int:
    """Set aside the journals of a run that was broken off; how many results they hold. Raises OSError."""
    if plan.journals is None or plan.resume:
        return 0
    return sum(journal.set_aside(plan.journal(release, file)) for file in plan.files)


def finish(plan: Plan, names: Sequence[str]) -> None:
    """The reports are whole: write the pages of all releases, and delete the journals. Raises OSError."""
    for folder, files in plan.folders.items():
        write_overviews(folder, Changes(names, [plan.source(file) for file in files]))
    if plan.journals is not None:
        for release in names:
            journal.delete((plan.journal(release, file) for file in plan.files), plan.journals)
