"""Whole files with a bound: whatever a name leads to, reading it ends."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class NoFile(ValueError):
    """What a path leads to cannot be read whole; the message has no subject: `is no file`."""


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a regular file of at most so many bytes; no pipe is waited for. Raises NoFile, OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise NoFile("is no file")
        if status.st_size <= most:
            with os.fdopen(handle, "rb", closefd=False) as file:
                data = file.read(most + 1)  # it may grow meanwhile
            if len(data) <= most:
                return data
        raise NoFile(f"is larger than {most} bytes")
    finally:
        os.close(handle)
