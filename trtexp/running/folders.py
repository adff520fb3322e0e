"""The folders that a run writes to: held against other runs, tidied before, and finished with the matrix."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from trtexp.files.locks import Lock
from trtexp.migration.columns import api_columns
from trtexp.records.model import ReportRecord, load
from trtexp.report import write
from trtexp.running import journal
from trtexp.running.release import Plan


def release_locks(folder: Path, releases: Iterable[str]) -> list[Lock]:
    """The locks of the folders of some releases, to be taken in this order."""
    return [Lock(folder / f".{name}.lock", str(folder / name)) for name in sorted(releases)]


def matrix_lock(folder: Path) -> Lock:
    """The lock of the page of all releases, to be taken after theirs."""
    return Lock(folder / ".README.lock", str(folder / "README.md"))


@contextmanager
def held(plan: Plan, releases: Sequence[str], wait: bool, say: Callable[[str], None]) -> Iterator[None]:
    """Be the one run that writes these releases' reports and journals. Raises Held, OSError with nothing changed."""
    folders = [folder for folder in (plan.reports, plan.journals) if folder is not None]
    with ExitStack() as stack:
        for lock in (lock for folder in folders for lock in release_locks(folder, releases)):
            lock.take(wait, say)
            stack.callback(lock.release)
        if plan.reports is not None:
            for name in releases:
                sweep(plan.reports / name)
        yield


def sweep(folder: Path) -> None:
    """Delete what a killed run left half written below a folder that is held."""
    for path in folder.rglob(".*.tmp"):
        with suppress(OSError):
            path.unlink()


def set_aside(plan: Plan, release: str) -> int:
    """Set aside the journals of a run that was broken off; how many results they hold. Raises OSError."""
    if plan.journals is None or plan.resume:
        return 0
    return sum(journal.set_aside(plan.journal(release, file)) for file in plan.files)


def finish(plan: Plan, releases: Sequence[str]) -> None:
    """The reports are whole: write the pages of all releases, and delete the journals. Raises OSError."""
    if plan.reports is not None:
        write_overviews(plan.reports, releases)
    if plan.journals is not None:
        for release in releases:
            journal.delete((plan.journal(release, file) for file in plan.files), plan.journals)


def write_overviews(folder: Path, changed: Collection[str] | None = None) -> None:
    """Write the pages of all releases from all records of a folder; see `overviews`. Raises OSError, DamagedRecord."""
    with matrix_lock(folder):
        for path in (*folder.glob(".*.md.*.tmp"), *folder.glob("diff/.*.tmp")):
            path.unlink(missing_ok=True)
        for page, text in overviews(folder, list(records(folder).values()), changed).items():
            write.replace(page, text)


def overviews(folder: Path, reports: Sequence[ReportRecord], changed: Collection[str] | None = None) -> dict[Path, str]:
    """The pages of all releases, those of which only the API is known included. changed: releases with new records, of
    whose diffs there is need; None: of all. Raises OSError."""
    return write.overviews(reports, folder, api_columns(folder, reports), changed)


def records(folder: Path, release: str = "*") -> dict[Path, ReportRecord]:
    """All records of a report folder, or those of one release. Raises OSError, DamagedRecord."""
    return {path: load(path, folder) for path in sorted(folder.glob(f"{release}/**/*.json"))}
