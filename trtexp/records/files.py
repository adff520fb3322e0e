"""Records as JSON text and files: written for people's diffs, read back whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trtexp import __version__
from trtexp.errors import DamagedRecord, OtherFormat
from trtexp.files.reading import read_bytes
from trtexp.records.model import FORMAT, ReportRecord

_LINE = 100  # characters of an object that stands on one line


def to_json(report: ReportRecord) -> str:
    """The record as JSON text for people's diffs: an indented tree in which what is short stands on one line."""
    return layout(_plain(report)) + "\n"


def all_to_json(reports: Sequence[ReportRecord], ended: str | None = None) -> str:
    """All results of a run as one JSON text. ended: why it ended too early, if it did."""
    whole = {"trtexp": __version__, "format": FORMAT, "ended": ended or "finished"}
    return layout(whole | {"reports": [_plain(report) for report in reports]}) + "\n"


def _plain(report: ReportRecord) -> dict[str, Any]:
    return {"format": FORMAT} | report.model_dump(mode="json", exclude_defaults=True)


def from_json(text: str | bytes, name: str, folder: str | None = None) -> ReportRecord:
    """Read a record. name: of the file, for the message; folder: what to upgrade with it. Raises DamagedRecord."""
    try:
        return ReportRecord.model_validate_json(text)
    except ValidationError as error:
        _check_format(text, name, folder or name)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DamagedRecord(
            f"{name}: damaged record: {where}: {first['msg']}; run the experiment again to replace it"
        ) from error


def _check_format(text: str | bytes, name: str, folder: str) -> None:
    """Raises OtherFormat for a record of another format; nothing is said of any other text."""
    found = format_of(text)
    if found is None or found == FORMAT:
        return
    if found > FORMAT:
        raise OtherFormat(f"{name}: record format {found}, and this trtexp {__version__} reads {FORMAT}; update trtexp")
    raise OtherFormat(
        f"{name}: record format {found}, and this trtexp reads {FORMAT}; "
        f"upgrade with: python -m trtexp.records.upgrade {folder}"
    )


def format_of(text: str | bytes) -> int | None:
    """The format that a record names; None where the text is no record."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    number = found.get("format") if isinstance(found, dict) and "cases" in found else None
    return number if isinstance(number, int) and number > 0 else None


def load(path: Path, folder: Path, data: bytes | None = None) -> ReportRecord:
    """Read a record below a folder of releases, which says what to run again. data: its text, if that was read before.
    Raises DamagedRecord, NoFile, OSError."""
    parts = path.relative_to(folder).with_suffix(".yaml").parts
    try:
        report = from_json(read_bytes(path) if data is None else data, str(path), str(folder))
    except OtherFormat:
        raise
    except DamagedRecord as error:
        raise DamagedRecord(f"{error}: trtexp run {Path('experiments', *parts[1:]).as_posix()}") from error
    if report.release.name != parts[0]:  # pages are named by it
        what = f"it is of the release {report.release.name!r}, and lies in the folder of {parts[0]}; delete it"
        raise DamagedRecord(f"{path}: damaged record: {what}")
    return report


_encode = json.JSONEncoder(ensure_ascii=False).encode


def layout(value: Any, depth: int = 0) -> str:
    """JSON text of plain data; the innermost lists, and objects that are short, stand on one line."""
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(value, dict) and value and not _short(value):
        items = (f"{pad}{_encode(k)}: {layout(v, depth + 1)}" for k, v in value.items())
        return "{\n" + ",\n".join(items) + f"\n{end}}}"
    if isinstance(value, list) and any(isinstance(v, (list, dict)) and v for v in value):
        return "[\n" + ",\n".join(pad + layout(v, depth + 1) for v in value) + f"\n{end}]"
    return _encode(value)


def _short(value: dict[str, Any]) -> bool:
    return len(value) <= _LINE // 4 and len(_encode(value)) <= _LINE
