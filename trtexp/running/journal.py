"""The journal of a run: each result is on disk before its worker takes the next case, so that a killed run goes on.

One append-only file per experiment and release, one line a result, each with its keyed digest. A result is taken
again only where everything it depends on is the same: its key. A line that is torn, damaged or of another user is worth
nothing and costs its case alone.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path
from typing import Any, NamedTuple

from trtexp.errors import plural
from trtexp.files.atomic import write_bytes
from trtexp.files.opening import NoFile, open_file, remove, remove_empty
from trtexp.files.reading import read_bytes
from trtexp.files.signing import digest, note_foreign
from trtexp.records.model import FORMAT, CaseRecord

PREVIOUS = ".previous"
PURPOSE = "journal"
MOST = 2**30  # bytes of a journal
_OPENING, _MIDDLE, _END = b'{"hmac": "', b'", "entry": ', b"}\n"
_HEAD = len(_OPENING) + 64 + len(_MIDDLE)


class Key(NamedTuple):
    """What a result depends on. experiment: sha256 of the YAML; data: of the tensors, some of which lie in other files;
    release: its name, GPU and driver in one text."""

    trtexp: str
    release: str
    experiment: str
    case: str
    definition: str
    data: str


class Contents(NamedTuple):
    """entries: the whole lines, the later of two with one key; size: bytes up to the end of the last whole line;
    damaged: numbers of the lines that are neither whole nor torn; other: whole lines of another record format."""

    entries: dict[Key, CaseRecord]
    size: int
    damaged: list[int]
    other: list[bytes]


class Journal:
    """The journal of one experiment on one release; may be written by several threads.

    resume: keep what is there, in `found`; else the file must not be there (see `set_aside`). Raises OSError, also
    when written; its message says what to do.
    """

    def __init__(self, path: Path, resume: bool = False) -> None:
        self.path = path
        self.found: dict[Key, CaseRecord] = {}
        self.notes: list[str] = []  # what could not be taken, a sentence each
        self._lock = threading.Lock()
        self._handle: int | None = None
        self._size = 0
        if resume:
            for part in (previous(path), path):
                contents = read(part)
                self.found |= contents.entries
                if contents.damaged:
                    count, first = plural(len(contents.damaged), "result"), contents.damaged[0]
                    what = f"{count} not of this user's key, or damaged; run again"
                    self.notes.append(f"{part}:{first}: {what}")
                if contents.other:
                    count = plural(len(contents.other), "result")
                    self.notes.append(f"{part}: {count} of another record format dropped; run again")
                self._size = contents.size

    def append(self, key: Key, record: CaseRecord) -> None:
        """Write one result; it is on the disk when this returns. Raises OSError, with the lines before it whole."""
        data = line(key, record)
        with self._lock:
            try:
                if self._handle is None:
                    self._handle = open_file(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, make=True)
                    os.ftruncate(self._handle, self._size)  # a torn last line
                rest = memoryview(data)
                while rest:  # a disk that fills up takes a part first
                    rest = rest[os.write(self._handle, rest) :]
                os.fsync(self._handle)
                self._size += len(data)
            except NoFile:
                raise
            except OSError as error:
                self._take_back()
                message = f"{self.path}: cannot be written: {error.strerror or error}; the results before are kept"
                raise OSError(error.errno, message) from error

    def _take_back(self) -> None:
        """A line that is not whole must not stand before later ones."""
        if self._handle is not None:
            with suppress(OSError):
                os.ftruncate(self._handle, self._size)

    def close(self) -> None:
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None


def line(key: Key, record: CaseRecord) -> bytes:
    """One result as a line of JSON that begins with the keyed digest of its entry."""
    entry = {"format": FORMAT, "key": list(key), "record": record.model_dump(mode="json", exclude_defaults=True)}
    return _signed(json.dumps(entry).encode())


def read(path: Path) -> Contents:
    """All that is whole in a journal; a file that is not there is an empty one. Raises OSError."""
    try:
        data = read_bytes(path, MOST)
    except FileNotFoundError:
        return Contents({}, 0, [], [])
    entries: dict[Key, CaseRecord] = {}
    size = end = 0
    damaged: list[int] = []
    other: list[bytes] = []
    for number, raw in enumerate(data.splitlines(keepends=True), 1):
        end += len(raw)
        entry = _entry(raw)
        result = None if entry is None else _result(entry)
        if entry is not None and entry.get("format") != FORMAT:
            other.append(raw)
        elif result is not None:
            entries[result[0]] = result[1]
        else:
            damaged += [number] * raw.endswith(b"\n")  # else it is torn
            continue
        size = end
    return Contents(entries, size, damaged, other)


def _entry(raw: bytes) -> dict[str, Any] | None:
    """What a line says; None if it is not whole."""
    text = raw[_HEAD : -len(_END)]
    return json.loads(text) if compare_digest(_signed(text), raw) else None


def _signed(text: bytes) -> bytes:
    return b"".join((_OPENING, digest(PURPOSE, text), _MIDDLE, text, _END))


def _result(entry: dict[str, Any]) -> tuple[Key, CaseRecord] | None:
    """None if it is no result of today's format."""
    try:
        return Key(*entry["key"]), CaseRecord.model_validate_json(json.dumps(entry["record"]))
    except (ValueError, KeyError, TypeError, RecursionError):  # ValidationError is a ValueError
        return None


def previous(path: Path) -> Path:
    """Where `set_aside` puts a journal."""
    return path.with_name(path.name + PREVIOUS)


def set_aside(path: Path) -> int:
    """Add a journal to those set aside before it, for a later --resume; how many results were in it. Raises OSError."""
    found = read(path)
    if found.damaged:
        note_foreign(path)
    if found.entries or found.other:
        before = read(previous(path))
        kept = [line(key, record) for key, record in (before.entries | found.entries).items()]
        write_bytes(previous(path), b"".join([*before.other, *found.other, *kept]))
    remove(path)
    return len(found.entries)


def delete(paths: Iterable[Path], root: Path) -> None:
    """Delete journals and what was set aside of them, and the folders below `root` that are empty then."""
    for path in paths:
        for part in (path, previous(path)):
            remove(part)
        with suppress(OSError):  # not empty
            for folder in path.parents:
                if folder == root:
                    break
                remove_empty(folder)
