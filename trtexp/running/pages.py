"""The page of one record, with the pictures beside it, as files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from trtexp.files.atomic import write_text
from trtexp.files.opening import files_below, remove, remove_empty
from trtexp.files.reading import holds
from trtexp.records.model import ReportRecord
from trtexp.report.markdown import render
from trtexp.report.navigation import Near
from trtexp.report.pictures.page import Pictures, pictures


def page_path(record: Path) -> Path:
    """The page that is rendered from a record."""
    return record.with_suffix(".md")


@dataclass(frozen=True)
class Page:
    """A page and its pictures. names: of the pictures, as they lie in the folder beside the page."""

    text: str
    drawn: Pictures

    def files(self, record: Path) -> dict[Path, str]:
        """Where all of it lies, with what is in it."""
        beside = {record.with_suffix("") / name: text for name, text in self.drawn.files.items()}
        return {page_path(record): self.text} | beside

    def stale(self, record: Path) -> list[Path]:
        """The pictures that lie there and that the page has no more."""
        return sorted(set(files_below(record.with_suffix(""), ".svg")) - self.files(record).keys())


def page_of(report: ReportRecord, near: Near) -> Page:
    """What is written of a report. near: the pages around it."""
    drawn = pictures(report)
    return Page(render(report, near, drawn), drawn)


def put(page: Path, text: str, check: bool) -> bool:
    """Write a page, or only check it; whether it is another now, or would be. Raises OSError."""
    if check:
        return not holds(page, text.encode("utf-8"))
    return write_text(page, text)


def delete(paths: Sequence[Path]) -> None:
    """Delete pictures, and their folder with the last one."""
    for path in paths:
        remove(path)
    for folder in {path.parent for path in paths}:
        with suppress(OSError):
            remove_empty(folder)
