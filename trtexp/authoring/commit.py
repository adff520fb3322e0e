"""What is accepted is written into all its files or into none: all of it is on the disk before the first is written.

A process that is killed in between leaves that in `.trtexp/accept.json`, and the next command finishes it; one that is
stopped, or for which a disk has no room, takes back what it wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from trtexp.authoring.accept import Accepted
from trtexp.errors import Held, plural
from trtexp.files.atomic import leftovers, write_bytes
from trtexp.files.home import ACCEPTING, HOME, PENDING
from trtexp.files.locks import Lock
from trtexp.files.opening import NoFile, is_there, remove
from trtexp.files.paths import real
from trtexp.files.reading import read_bytes
from trtexp.files.signing import Foreign, read_signed, write_signed
from trtexp.running.pending import Name, Pending, settle

PURPOSE = "accept"
MOST = 2**30  # bytes of the journal


class Change(NamedTuple):
    """A file, its text as it was, and as it is to be."""

    path: str
    before: str
    after: str


class Commit(NamedTuple):
    """All that an accept does. done: the cases that are decided then."""

    changes: Sequence[Change]
    done: Sequence[Name]


def write(files: Sequence[Accepted], done: Sequence[Pending]) -> None:
    """Write what was accepted, and forget that it was pending. Raises OSError, with no file changed."""
    commit = Commit([Change(str(file.path), file.before, file.text) for file in files], [one.key for one in done])
    write_signed(ACCEPTING, PURPOSE, json.dumps(commit))
    _finish(commit)


@contextmanager
def alone() -> Iterator[None]:
    """Be the only one that accepts, after what was broken off is finished. Raises OSError."""
    with Lock(HOME / ".accept.lock", "what is pending"):
        _recover()
        yield


def recover() -> list[str]:
    """Finish what was broken off, unless another process is at it; what was done, or why it cannot be, a line each."""
    if not is_there(ACCEPTING):
        return []
    lock = Lock(HOME / ".accept.lock", "what is pending")
    try:
        lock.take(wait=False)
    except Held:
        return []
    try:
        return _recover()
    except OSError as error:
        return [f"{ACCEPTING}: an accept was broken off and cannot be finished: {error.strerror or error}"]
    finally:
        lock.release()


def _recover() -> list[str]:
    try:
        changes, done = json.loads(read_signed(ACCEPTING, PURPOSE, MOST))
    except (FileNotFoundError, Foreign):
        return []
    commit = Commit([Change(*change) for change in changes], [Name(*name) for name in done])
    edited = [change.path for change in commit.changes if not _is_either(change)]
    for change in commit.changes:
        for path in leftovers(Path(change.path)):
            remove(path)
    _finish(Commit([change for change in commit.changes if change.path not in edited], commit.done))
    count = plural(len(commit.changes) - len(edited), "file")
    return [
        f"an accept was broken off; it is finished now: {count} written",
        *(f"{path}: was changed since; it is left as it is" for path in edited),
    ]


def _finish(commit: Commit) -> None:
    """Write all files, then forget what is decided. What ends it among the files takes back those before."""
    written: list[Change] = []
    try:
        for change in commit.changes:
            written.append(change)
            _write(change.path, change.after)
    except BaseException:
        for change in reversed(written):
            _write(change.path, change.before)
        remove(ACCEPTING)
        raise
    settle(PENDING, commit.done, {one.path: (_digest(one.before), _digest(one.after)) for one in commit.changes})
    remove(ACCEPTING)


def _write(path: str, text: str) -> None:
    write_bytes(real(Path(path)), text.encode("utf-8"))


def _is_either(change: Change) -> bool:
    """Whether a file has one of its two texts."""
    try:
        found = read_bytes(real(Path(change.path)))
    except (FileNotFoundError, NoFile):
        return False
    return found in (change.before.encode("utf-8"), change.after.encode("utf-8"))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8")).hexdigest()
