"""What one shard of a run or of a campaign came to, as one file that any machine can read: facts of its own making, so
that only shards of one kind are put together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_implementation, python_version
from typing import Literal, TypeVar

from pydantic import Field, ValidationError

from trtexp import __version__
from trtexp.errors import BadUsage, DamagedRecord, NothingFound, OtherFormat
from trtexp.files.sealed import Damaged, read_sealed, write_sealed
from trtexp.files.sources import code
from trtexp.records.facts import Record, Spread
from trtexp.records.model import CaseRecord, ReleaseRecord

FORMAT: Literal[1] = 1
SUFFIX = ".shard"
MOST = 1000  # shards

Kind = Literal["run", "fuzz"]


class Maker(Record):
    """What made a shard. code: a digest by room of trtexp; python: the interpreter, with what its numbers depend on."""

    trtexp: str
    code: dict[str, str]
    python: str

    def unlike(self, other: Maker) -> str:
        """What makes other results of the same sources; empty if nothing does."""
        if self.trtexp != other.trtexp:
            return f"trtexp {self.trtexp} and {other.trtexp}"
        rooms = sorted(name for name in {*self.code, *other.code} if self.code.get(name) != other.code.get(name))
        return f"other code in {', '.join(rooms)}" if rooms else ""


class Shard(Record):
    """The part `number` of `count`, from 1. division: a digest of what each part has."""

    format: Literal[1] = FORMAT
    kind: Kind
    number: int = Field(ge=1, le=MOST)
    count: int = Field(ge=1, le=MOST)
    division: str
    maker: Maker

    @property
    def name(self) -> str:
        return f"{self.number}/{self.count}"


class Answered(Record):
    """A case of a shard. data: a digest of its tensors, empty if the case is not valid there; seconds: by phase."""

    record: CaseRecord
    data: str = ""
    seconds: dict[str, float] = {}
    spread: Spread | None = None


class ReleaseShard(Record):
    """What one release answered, by experiment."""

    release: ReleaseRecord
    driver: str | None
    cases: dict[str, list[Answered]]


class RunShard(Shard):
    """A part of a run. files: the sha256 of all experiments of the run, also of those of which this part has nothing,
    in their order; named: of the files that its own experiments name."""

    kind: Literal["run"] = "run"
    files: dict[str, str]
    named: dict[str, str]
    releases: list[ReleaseShard]


S = TypeVar("S", bound=Shard)


def maker() -> Maker:
    """This interpreter, with this trtexp."""
    needed = " ".join(f"{name} {_version(name)}" for name in ("numpy", "ml_dtypes", "hypothesis") if _version(name))
    return Maker(trtexp=__version__, code=code(), python=f"{python_implementation()} {python_version()}, {needed}")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def split_digest(parts: Mapping[str, int]) -> str:
    """parts: the shard of each case."""
    return hashlib.sha256(json.dumps(dict(parts), sort_keys=True).encode()).hexdigest()[:16]


def save(path: Path, shard: Shard) -> None:
    """Raises NoFile, OSError."""
    whole = {"format": FORMAT, "kind": shard.kind} | shard.model_dump(mode="json", exclude_defaults=True)
    write_sealed(path, json.dumps(whole) + "\n")


def kind_of(path: Path) -> Kind:
    """What a file holds a part of. Raises NothingFound, DamagedRecord, OSError."""
    return _head(_read(path))[0]


def load(path: Path, model: type[S]) -> S:
    """Raises NothingFound, DamagedRecord, NoFile, OSError."""
    text = _read(path)
    kind, found = _head(text)
    if found != FORMAT:
        what = f"a shard of format {found}, and this trtexp {__version__} reads {FORMAT}"
        raise OtherFormat(f"{path}: {what}; run it again")
    if kind != model.model_fields["kind"].default:
        raise BadUsage(f"{path}: a shard of trtexp {kind}; name those of one command")
    try:
        shard = model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise DamagedRecord(f"{path}: damaged shard: {where}: {first['msg']}; run it again") from error
    return shard


def _head(text: bytes) -> tuple[Kind, object]:
    """The kind and the format of a shard, those of a run of today where it says nothing."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    whole = found if isinstance(found, dict) else {}
    return "fuzz" if whole.get("kind") == "fuzz" else "run", whole.get("format", FORMAT)


def _read(path: Path) -> bytes:
    try:
        return read_sealed(path)
    except FileNotFoundError as error:
        raise NothingFound(f"{path}: no such file; trtexp run … --shard I/N writes one") from error
    except Damaged as error:
        raise DamagedRecord(f"{path}: no result of --shard, or damaged; copy it or run that shard again") from error
