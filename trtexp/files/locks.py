"""One run at a time per folder: a lock that says who holds it and dies with its process."""

from __future__ import annotations

import fcntl
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from trtexp.errors import Held
from trtexp.files.opening import NoFile, open_file, status


class Lock:
    """An exclusive flock on a file beside what it guards. The file stays: to delete it would open a gap."""

    def __init__(self, path: Path, guards: str) -> None:
        self.path = path
        self.guards = guards
        self._handle: int | None = None

    def take(self, wait: bool = True, say: Callable[[str], None] | None = None) -> None:
        """Take the lock; if another process has it, say so (to stderr) and wait, or raise Held. Raises NoFile,
        OSError."""
        told = False
        while self._handle is None:
            handle = self._open()
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = self._holder(handle)
                if not wait:
                    os.close(handle)
                    raise Held(f"{self.guards} is in use by {holder}") from None
                if not told:
                    (say or _to_stderr)(f"waiting for {holder}, which holds {self.guards}")
                told = True
                self._wait(handle)
            if self._still_there(handle):
                self._handle = handle
                self._sign(f"{os.getpid()} {_command()}")
            else:
                os.close(handle)

    def release(self) -> None:
        if self._handle is not None:
            self._sign("")
            fcntl.flock(self._handle, fcntl.LOCK_UN)  # a child on its way to exec may still have the descriptor
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Lock:
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _open(self) -> int:
        try:
            return open_file(self.path, os.O_RDWR | os.O_CREAT, make=True)
        except NoFile:
            raise
        except OSError as error:
            message = f"{self.path.parent}: cannot be written: {error.strerror or error}; nothing was run"
            raise OSError(error.errno, message) from error

    @staticmethod
    def _wait(handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except BaseException:
            os.close(handle)
            raise

    def _still_there(self, handle: int) -> bool:
        """Whether the file that is locked is the one that others will find; someone may have deleted it."""
        try:
            return os.path.samestat(os.fstat(handle), status(self.path))
        except FileNotFoundError:
            return False

    def _sign(self, text: str) -> None:
        """Leave word of who holds the lock; that a full disk has no room for it does not hurt."""
        assert self._handle is not None
        with suppress(OSError):
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, text.encode("utf-8", "replace"), 0)

    @staticmethod
    def _holder(handle: int) -> str:
        process, _, command = os.pread(handle, 4096, 0).decode("utf-8", "replace").partition(" ")
        return f"process {process} ({command})" if command else "another process"


def _command() -> str:
    return shlex.join(["trtexp", *sys.argv[1:]])


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
