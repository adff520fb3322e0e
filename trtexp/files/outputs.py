"""What a user names as an output: a file is written whole, a pipe, a device or a stream is written into."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path

from trtexp.files.atomic import replace
from trtexp.files.opening import STREAM, Link, NoFile, folder_of, open_file, status

READER = 10.0  # seconds that a pipe may be without anybody who reads it
_INTO = os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY


def check_output(path: Path) -> None:
    """Raises NoFile where an output could not be written when the time comes: over a folder, or through a link."""
    if STREAM.fullmatch(str(path)) is None:
        with suppress(FileNotFoundError):
            found = status(path).st_mode
            if stat.S_ISDIR(found):
                raise NoFile(path, "this is a directory; name a file")
            if stat.S_ISLNK(found):
                raise Link(path)


def write_output(path: Path, content: str | bytes) -> None:
    """Make this a file's content, or write it into what is there and is no file. Raises NoFile, OSError."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    check_output(path)
    try:
        if (stream := STREAM.fullmatch(str(path))) is not None:
            _write_into(_opened(stream), data)
        elif _is_special(path):
            _write_into(_open_special(path), data)
        else:
            replace(path, (data,))
    except (NoFile, BrokenPipeError):
        raise
    except OSError as error:
        raise OSError(error.errno, f"{path}: cannot be written: {error.strerror or error}") from error


def append_output(path: Path, text: str) -> None:
    """Add a text to a file. Raises NoFile, OSError."""
    _write_into(open_file(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, make=True), text.encode("utf-8"))


def _opened(stream: re.Match[str]) -> int:
    """A stream of this process, to be written where it is now."""
    for each in (sys.stdout, sys.stderr):
        each.flush()
    return os.dup({"stdout": 1, "stderr": 2}.get(stream[1] or "", int(stream[2] or 0)))


def _is_special(path: Path) -> bool:
    """A pipe, a device or a socket; links and folders are none."""
    with suppress(FileNotFoundError):
        mode = status(path).st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode))
    return False


def _open_special(path: Path) -> int:
    """Opened for writing once somebody reads it. Raises NoFile, OSError."""
    end = time.monotonic() + READER
    with folder_of(path) as (folder, name):
        while True:
            try:
                handle = os.open(name, _INTO, dir_fd=folder)
                os.set_blocking(handle, True)
                return handle
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                if time.monotonic() > end:
                    raise NoFile(path, "nobody reads this pipe") from error
            time.sleep(0.01)


def _write_into(handle: int, data: bytes) -> None:
    with os.fdopen(handle, "wb", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
