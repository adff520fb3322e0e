"""What a release at work tells of itself, in no particular order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Union

from trtexp.records.facts import Spread
from trtexp.records.model import CaseRecord, ReportRecord


@dataclass(frozen=True)
class CaseDone:
    """release: the number of its ReleaseRun, as in all events. again: the record comes from the journal. data: a digest
    of its tensors, empty if it is not valid.

    What varies from run to run stands beside it: seconds by phase, and how far repeated results are apart.
    """

    release: int
    file: int
    position: int
    record: CaseRecord
    again: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)
    spread: Spread | None = None
    data: str = ""


@dataclass(frozen=True)
class FileDone:
    """A file whose cases all have a record. page: where it was written, None if no reports are."""

    release: int
    file: int
    report: ReportRecord
    page: Path | None


@dataclass(frozen=True)
class Beside:
    """A file some of whose cases are answered beside the others, so that it may be whole long after them."""

    release: int
    file: int


@dataclass(frozen=True)
class Note:
    """Something that the user should know and that is no result."""

    release: int
    text: str


@dataclass(frozen=True)
class ReleaseDone:
    release: int


@dataclass(frozen=True)
class ReleaseFailed:
    release: int
    error: BaseException


Event = Union[CaseDone, FileDone, Beside, Note, ReleaseDone, ReleaseFailed]
