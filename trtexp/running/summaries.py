"""The summaries of a report folder's records, kept until a record or the code changes: `.trtexp/summaries.json`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from trtexp.files.home import of_reports
from trtexp.files.reading import read_bytes
from trtexp.files.signing import read_signed, write_signed
from trtexp.files.sources import digest
from trtexp.records.facts import Record
from trtexp.records.files import load
from trtexp.records.model import ReportRecord
from trtexp.report.overview import ReportSummary, summarize

PURPOSE = "summaries"
ROOMS = ("definition", "numerics", "records", "report")  # what a summary depends on beside its record


class Summarized(Record):
    """A summary, and the sha256 of the text of its record."""

    sha256: str
    summary: ReportSummary


class _Store(Record):
    """code: a digest of what the summaries were made with; records: by their paths below the reports."""

    code: str
    records: dict[str, Summarized]


def summaries(folder: Path, paths: Sequence[Path]) -> dict[Path, ReportSummary]:
    """Those of these records of a folder; only records that changed are read in full. Raises OSError, DamagedRecord."""
    kept, found = _load(_store(folder)), dict[Path, Summarized]()
    for path in paths:
        data = read_bytes(path)
        before = kept.get(_name(path, folder))
        same = before is not None and before.sha256 == _sha256(data)
        found[path] = before if before is not None and same else summarized(load(path, folder, data), data)
    keep(folder, found, kept)
    return {path: one.summary for path, one in found.items()}


def summarized(report: ReportRecord, data: bytes) -> Summarized:
    """data: the record's text."""
    return Summarized(sha256=_sha256(data), summary=summarize(report))


def keep(folder: Path, found: Mapping[Path, Summarized], kept: Mapping[str, Summarized] | None = None) -> None:
    """Keep the summaries of all records of a folder. kept: what is kept already, if that is known. Raises OSError."""
    records = {_name(path, folder): one for path, one in found.items()}
    before = {} if kept is None else kept
    if records.keys() != before.keys() or any(before[name] is not one for name, one in records.items()):
        store = _Store(code=digest(*ROOMS), records=records)
        write_signed(_store(folder), PURPOSE, store.model_dump_json(exclude_defaults=True) + "\n")


def _store(folder: Path) -> Path:
    return of_reports(folder) / "summaries.json"


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _load(path: Path) -> dict[str, Summarized]:
    """What was kept and still holds; nothing if it is not there, damaged or another user's."""
    try:
        store = _Store.model_validate_json(read_signed(path, PURPOSE))
    except (OSError, ValueError):  # Foreign and ValidationError are ValueErrors
        return {}
    return store.records if store.code == digest(*ROOMS) else {}
