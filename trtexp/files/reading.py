"""Whole files with a bound: whatever a name leads to, reading it ends."""

from __future__ import annotations

import os
from pathlib import Path

from trtexp.files.opening import NoFile, open_file

MOST = 2**26  # bytes of a file that trtexp wrote itself


class TooLarge(NoFile):
    """A file that holds more than is read."""


def read_bytes(path: Path, most: int = MOST) -> bytes:
    """The content of a regular file of at most so many bytes; no link is followed, no pipe is waited for. Raises
    NoFile, OSError."""
    handle = open_file(path, os.O_RDONLY)
    try:
        size = os.fstat(handle).st_size
        if size <= most:
            with os.fdopen(handle, "rb", closefd=False) as file:
                data = file.read(size + 1)
                if len(data) > size:  # it grew meanwhile
                    data += file.read(most + 1 - len(data))
            if len(data) <= most:
                return data
        raise TooLarge(path, f"is larger than {most} bytes")
    finally:
        os.close(handle)


def holds(path: Path, data: bytes) -> bool:
    """Whether this is the content of a file. Raises NoFile, OSError."""
    try:
        return read_bytes(path, len(data)) == data
    except (FileNotFoundError, TooLarge):
        return False
