"""Where records and pages lie below a report folder, and what a run does with it: held against other runs, tidied
before, and finished with the pages of all releases. No other file but `pages` knows these places.

`<reports>/<release>/<name>.json` and `.md`, with pictures in `<name>/*.svg`; `README.md`, `FINDINGS.md`, `COVERAGE.md`,
`SENSITIVITY.md` and `api.json` are of all releases, as are the diffs in `diff/`, and the pages of models in
`blame/`. A lock lies beside what it guards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from trtexp.errors import Held
from trtexp.files.atomic import sweep, write_text
from trtexp.files.locks import Lock
from trtexp.files.opening import entries, files_below
from trtexp.files.reading import read_bytes
from trtexp.migration.columns import RECORD as API
from trtexp.migration.columns import api_columns, api_counts
from trtexp.migration.columns import to_json as api_json
from trtexp.records.diff import diff
from trtexp.records.files import load, to_json
from trtexp.records.model import ReportRecord
from trtexp.report import navigation
from trtexp.report.diff import FOLDER as DIFFS
from trtexp.report.diff import compared, render_diff
from trtexp.report.findings import render_findings
from trtexp.report.markdown import page_name
from trtexp.report.matrix import render_matrix
from trtexp.report.navigation import MATRIX, Near
from trtexp.report.overview import ReportSummary
from trtexp.running import journal
from trtexp.running.blames import BLAMES, blames
from trtexp.running.pages import delete, page_of, page_path, put
from trtexp.running.plan import Plan
from trtexp.running.rendering import rendered
from trtexp.running.summaries import Summarized, summaries, summarized

FINDINGS, COVERAGE, SENSITIVITY = "FINDINGS.md", "COVERAGE.md", "SENSITIVITY.md"


def record_path(folder: Path, release: str, name: str) -> Path:
    """name: of the file below its release, `layers/pooling`."""
    return folder / release / f"{name}.json"


def record_paths(folder: Path, release: str = "*") -> list[Path]:
    """The records of all releases, or of one, in their order."""
    folders = _release_folders(folder) if release == "*" else [folder / release]
    return [path for each in folders for path in files_below(each, ".json")]


def records(folder: Path, release: str = "*") -> dict[Path, ReportRecord]:
    """All records of a report folder, or those of one release. Raises OSError, DamagedRecord."""
    return {path: load(path, folder) for path in record_paths(folder, release)}


def releases(folder: Path) -> list[str]:
    """The releases that have records."""
    return sorted({_name(path, folder)[0] for path in record_paths(folder)})


def nearby(folder: Path, records: Iterable[Path]) -> dict[Path, Near]:
    """What is near to the page of each record, if these are all that there are."""
    names = {path: _name(path, folder) for path in records}
    near = navigation.nearby(names.values())
    return {path: near[name] for path, name in names.items()}


def _name(record: Path, folder: Path) -> tuple[str, str]:
    """The release of a record, and the name of its page there."""
    release, _, name = record.relative_to(folder).with_suffix("").as_posix().partition("/")
    return release, name


def near_to_run(folder: Path, release: str, experiments: Iterable[str]) -> dict[Path, Near]:
    """What is near to each page once a run has written those of its experiments on a release, so that they may name
    each other before they are there and are written once.

    experiments: their paths as records have them.
    """
    written = (record_path(folder, release, page_name(experiment)) for experiment in experiments)
    return nearby(folder, {*record_paths(folder), *written})


def path_of(report: ReportRecord, folder: Path) -> Path:
    """Where a record lies."""
    return record_path(folder, report.release.name, page_name(report.experiment))


def write(report: ReportRecord, folder: Path, near: Near | None = None) -> tuple[ReportRecord, Path]:
    """Write the record of one file on one release, as far as it can be shown, its page and its pictures. Raises
    OSError.

    near: what is near to its page; if left out, what is there now.
    """
    record = path_of(report, folder)
    if near is None:
        near = nearby(folder, {*record_paths(folder), record})[record]
    report, page = rendered(report, partial(page_of, near=near))
    write_text(record, to_json(report))
    for path, text in page.files(record).items():
        write_text(path, text)
    delete(page.stale(record))
    return report, page_path(record)


@dataclass(frozen=True)
class Again:
    """A record whose page and pictures were rendered again. changed: the files that are others now, or would be if it
    is only checked; whole: whether all of the record can be shown."""

    changed: list[Path]
    summarized: Summarized
    whole: bool


def render_again(item: tuple[Path, Near], folder: Path, check: bool) -> Again:
    """Render the page of a record with what is near to it. May be done in another process. Raises OSError,
    DamagedRecord."""
    path, near = item
    data = read_bytes(path)
    report = load(path, folder, data)
    shown, page = rendered(report, partial(page_of, near=near))
    stale = page.stale(path)
    changed = [file for file, text in page.files(path).items() if put(file, text, check)]
    if not check:
        delete(stale)
    return Again(changed + stale, summarized(shown, data), shown is report)


def link_up(folder: Path, held: Collection[str], records: Sequence[Path]) -> None:
    """Render the pages that name other neighbours than they have, since pages came or went. Raises OSError,
    DamagedRecord.

    records: all that there are. held: releases whose locks this run holds. One that another run is writing is left to
    that run, which does the same when it is done.
    """
    near = nearby(folder, records)
    wrong = [path for path in records if not _linked(path, folder, near[path])]
    for release, paths in groupby(wrong, key=lambda path: _name(path, folder)[0]):
        with _free(folder, release, held) as free:
            for path in paths if free else ():
                render_again((path, near[path]), folder, check=False)


def _linked(record: Path, folder: Path, near: Near) -> bool:
    line = navigation.line(_name(record, folder)[1], near)
    try:
        return line.encode("utf-8") in read_bytes(page_path(record))
    except FileNotFoundError:
        return False


@contextmanager
def _free(folder: Path, release: str, held: Collection[str]) -> Iterator[bool]:
    """Whether a release can be written, and that no other run does meanwhile."""
    (lock,) = release_locks(folder, [release])
    if release in held:
        yield True
        return
    try:
        lock.take(wait=False)
    except Held:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def leftovers(folder: Path, found: Mapping[Path, ReportSummary]) -> tuple[list[Path], list[Path], list[Path]]:
    """Pages and pictures without a record; pages that compare a release without one; records without an experiment."""
    pages = [path for release in _release_folders(folder) for path in files_below(release, ".md")]
    lost = [path for release in _release_folders(folder) for path in files_below(release, ".svg") if not _drawn(path)]
    there = set(releases(folder))
    lone = [page for page, names in _diffs(folder).items() if not there >= set(names)]
    gone = [path for path, summary in found.items() if not (folder.parent / summary.experiment).is_file()]
    return [*sorted(set(pages) - set(map(page_path, found))), *sorted(lost)], lone, gone


def _drawn(picture: Path) -> bool:
    """Whether there is a record whose page a picture lies beside."""
    return picture.parent.with_name(f"{picture.parent.name}.json").is_file()


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
    kept = {page: names for page, names in _diffs(folder).items() if there >= set(names)}
    for page, names in kept.items():
        if changes is None or set(names) & set(changes.releases):
            yield page, render_diff(diff(*(list(records(folder, name).values()) for name in names)))
    yield folder / FINDINGS, render_findings(reports)
    experiments = {report.experiment for report in reports}
    counts = api_counts(folder, experiments, None if changes is None else changes.experiments)
    yield folder / API, api_json(counts)
    yield folder / MATRIX, render_matrix(reports, list(kept.values()), api_columns(reports, counts), blames(folder))


def write_overviews(folder: Path, changes: Changes | None = None) -> None:
    """Write what is of all releases; see `overviews`. Raises OSError, DamagedRecord."""
    with overviews_lock(folder):
        sweep(folder, below=False)
        sweep(folder / DIFFS)
        paths = record_paths(folder)
        for page, text in overviews(folder, list(summaries(folder, paths).values()), changes):
            write_text(page, text)
        link_up(folder, () if changes is None else changes.releases, paths)


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


def _diffs(folder: Path) -> dict[Path, tuple[str, str]]:
    """The pages that compare two releases, and their names."""
    return compared(entry.path for entry in entries(folder / DIFFS) if entry.path.suffix == ".md")


def _release_folders(folder: Path) -> list[Path]:
    return [entry.path for entry in entries(folder) if entry.folder and entry.path.name not in (DIFFS, BLAMES)]


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
