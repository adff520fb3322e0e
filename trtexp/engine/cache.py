"""What TensorRT made, on disk: engines, refusals and timing caches, so that a warm run needs no builder.

A file is: magic, format, HMAC-SHA256 of all that follows, the length of a JSON text, that text (the whole key and the
Outcome), and the engine. It is written beside its place and then moved there, so that a reader sees a whole file or
none and needs no lock. A file that is anything else, or was not written with the user's key, is deleted and made again:
no engine is taken from others.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import pkgutil
import re
import stat
import struct
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from trtexp.engine.failure import is_transient
from trtexp.engine.outcome import Outcome, Release
from trtexp.engine.wire import pack_outcome, unpack_outcome
from trtexp.files.atomic import replace as replace_file
from trtexp.files.opening import entries, named, remove, touch
from trtexp.files.reading import read_bytes

DEFAULT_LIMIT = 2 << 30
FORMAT = 2
_MAGIC = b"trtexp\r\n"
_HEAD = struct.Struct("<8sI32s")  # magic, format, digest
_LENGTH = struct.Struct("<Q")
_NAME = re.compile(r"\.?[0-9a-f]{64}\.(entry|timing)(\.[0-9a-f]+\.tmp)?")
_ABANDONED = 3600  # seconds after which nobody is still writing a temporary file

#: The modules that shape an Outcome up to the build: what other versions of them made is not found.
_RECIPE = ("build", "attempt", "differences", "failure", "log", "network", "parser", "plugins", "session")


@dataclass(frozen=True)
class CacheKey:
    """All that changes the result of a build.

    target: what is built for ahead of time. definition: its hash; empty for the timing cache, which serves them all.
    """

    release: str
    gpu: str | None
    compute_capability: str | None
    driver: str | None
    target: str | None = None
    definition: str = ""
    recipe: str = ""

    @property
    def path(self) -> Path:
        """Where it lies in the cache's folder."""
        text = json.dumps([FORMAT, asdict(self)], sort_keys=True)
        return Path(self.release, f"{hashlib.sha256(text.encode()).hexdigest()}.{self.kind}")

    @property
    def kind(self) -> str:
        return "entry" if self.definition else "timing"


def timing_key(release: Release) -> CacheKey:
    return CacheKey(release.name, release.gpu, release.compute_capability, release.driver)


def entry_key(release: Release, target: str | None, definition: str) -> CacheKey:
    return replace(timing_key(release), target=target, definition=definition, recipe=recipe())


@lru_cache
def recipe() -> str:
    """A digest of the modules that make what is kept, wherever they were imported from."""
    digest = hashlib.sha256()
    for name in _RECIPE:
        source = pkgutil.get_data("trtexp.engine", f"{name}.py")
        if source is None:
            raise RuntimeError(f"the source of trtexp.engine.{name} is not to be had, and so no entry can be trusted")
        digest.update(source)
    return digest.hexdigest()


class Cache:
    """A folder that several processes may use at once. secret: the user's key for it; limit: bytes, and the least
    recently used go first.

    No method raises for what the disk does. said: what the user should know, a sentence each; full: nothing more is
    written.
    """

    def __init__(self, folder: str | Path, secret: bytes, limit: int = DEFAULT_LIMIT) -> None:
        self.folder = named(str(folder))
        self.limit = limit
        self.said: list[str] = []
        self.full = self.foreign = False
        self._secret = secret
        self._unseen = limit  # bytes written since the folder was last looked through

    def entry(self, key: CacheKey) -> tuple[Outcome, bytes] | None:
        """The Outcome up to the build and the engine, which is empty for a refusal; None where there is none."""
        found = self._read(key)
        if found is None:
            return None
        try:
            return unpack_outcome(found[0]["outcome"]), found[1]
        except Exception:  # it was not written here
            self.drop(key)
            return None

    def keep(self, key: CacheKey, outcome: Outcome, plan: bytes = b"") -> None:
        """Keep an engine or a refusal, unless it may come out otherwise the next time."""
        told = [line.text for line in outcome.log if not plan or line.severity != "WARNING"]
        if not is_transient([outcome.message, *told]):
            self._write(key, pack_outcome(replace(outcome, outputs={}, seconds={}, repeats=(), network=None)), plan)

    def timing(self, key: CacheKey) -> bytes | None:
        found = self._read(key)
        return None if found is None else found[1]

    def keep_timing(self, key: CacheKey, timing: bytes) -> None:
        self._write(key, None, timing)

    def drop(self, key: CacheKey) -> None:
        with suppress(OSError):
            remove(self.folder / key.path)

    def _read(self, key: CacheKey) -> tuple[dict[str, Any], bytes] | None:
        path = self.folder / key.path
        try:
            found = self._parse(read_bytes(path, self.limit), key)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except Exception:  # truncated, foreign, unreadable, of another key: whatever it is, it is no entry
            self.drop(key)
            if not self.foreign:
                self.said.append(
                    f"the cache {self.folder} holds what is not of this user's key, or damaged; built again"
                )
            self.foreign = True
            return None
        with suppress(OSError):  # the folder may belong to somebody else
            touch(path)  # used now: it goes last
        return found

    def _write(self, key: CacheKey, outcome: dict[str, Any] | None, content: bytes) -> None:
        text = json.dumps({"key": asdict(key), "outcome": outcome}).encode()
        length = _LENGTH.pack(len(text))
        size = _HEAD.size + len(length) + len(text) + len(content)
        if self.full or size > self.limit:
            return
        head = _HEAD.pack(_MAGIC, FORMAT, self._digest(length + text, content))
        try:
            replace_file(self.folder / key.path, (head, length, text, content), lasting=False)
        except OSError as error:
            self.full = True
            self.said.append(f"the cache {self.folder} takes nothing more in this run: {error.strerror or error}")
            return
        self._unseen += size
        if self._unseen > self.limit // 64:
            self._unseen = 0
            self._trim()

    def _trim(self) -> None:
        """Delete what was used longest ago until the rest is within the limit, and what writers that died left."""
        files = sorted(_files(self.folder))
        total = sum(size for _, size, _ in files)
        for used, size, path in files:
            being_written = path.suffix == ".tmp"
            if being_written and used > (time.time() - _ABANDONED) * 1e9:
                continue
            if being_written or total > self.limit:
                total -= size
                with suppress(OSError):
                    remove(path)

    def _digest(self, *parts: bytes | memoryview) -> bytes:
        found = hmac.new(self._secret, digestmod="sha256")
        for part in parts:
            found.update(part)
        return found.digest()

    def _parse(self, data: bytes, key: CacheKey) -> tuple[dict[str, Any], bytes]:
        """The JSON text and the content. Raises all sorts of exceptions for what is no entry of this key."""
        magic, version, digest = _HEAD.unpack_from(data)
        body = memoryview(data)[_HEAD.size :]
        if (magic, version) != (_MAGIC, FORMAT) or not hmac.compare_digest(self._digest(body), digest):
            raise ValueError("no entry, or a damaged one, or another user's")
        end = _LENGTH.size + _LENGTH.unpack_from(body)[0]
        meta = json.loads(bytes(body[_LENGTH.size : end]))
        if meta["key"] != asdict(key):
            raise ValueError("an entry of another key")
        return meta, bytes(body[end:])


@dataclass(frozen=True)
class Usage:
    """What a cache holds of one release. size: bytes, the timing cache included."""

    release: str
    entries: int
    size: int


def usage(folder: str | Path) -> tuple[Usage, ...]:
    """By release, in order of their names; empty where there is no cache."""
    releases: dict[str, list[tuple[int, Path]]] = {}
    for _, size, path in _files(named(str(folder))):
        releases.setdefault(path.parent.name, []).append((size, path))
    return tuple(
        Usage(name, sum(path.suffix == ".entry" for _, path in files), sum(size for size, _ in files))
        for name, files in sorted(releases.items())
    )


def clear(folder: str | Path) -> None:
    """Delete all that a cache wrote there, and nothing else. Raises OSError."""
    for _, _, path in _files(named(str(folder))):
        remove(path)


def _files(folder: Path) -> list[tuple[int, int, Path]]:
    """(last used in ns, bytes, path) of every file that a cache wrote; what vanishes meanwhile is left out."""
    found = []
    with suppress(OSError):
        for release in entries(folder):
            if stat.S_ISDIR(release.status.st_mode):
                with suppress(OSError):
                    for path, status, _ in entries(release.path):
                        if _NAME.fullmatch(path.name):
                            found.append((status.st_mtime_ns, status.st_size, path))
    return found
