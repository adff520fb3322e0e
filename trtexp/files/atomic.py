"""Whole old files or whole new ones, and nothing touched that has not changed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from trtexp.files.opening import NoFile, entries, files_below, folder_of, regular, remove
from trtexp.files.reading import holds


def write_text(path: Path, text: str) -> bool:
    """Make this text, in UTF-8, the file's content; True if it changed. Raises NoFile, OSError, the old file left
    whole."""
    return write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> bool:
    """Make these bytes the file's content; True if it changed. Raises NoFile, OSError, the old file left whole."""
    try:
        if holds(path, data):
            return False
        replace(path, (data,))
    except NoFile:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{path}: cannot be written: {reason}; the old file, if any, is unchanged"
        raise OSError(error.errno, message) from error
    return True


def replace(path: Path, parts: Iterable[bytes], lasting: bool = True) -> None:
    """Make these bytes the file's content at once. lasting: they are on the disk then. Raises NoFile, OSError."""
    with folder_of(path, make=True) as (folder, name):
        new = f".{name}.{secrets.token_hex(4)}.tmp"
        try:
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=folder)
            with os.fdopen(handle, "wb") as file:
                for part in parts:
                    file.write(part)
                with suppress(FileNotFoundError):
                    old = regular(path, os.stat(name, dir_fd=folder, follow_symlinks=False))
                    os.fchmod(handle, old.st_mode & 0o777)
                if lasting:
                    file.flush()
                    os.fsync(handle)
            os.replace(new, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(new, dir_fd=folder)
            raise


def leftovers(path: Path) -> list[Path]:
    """What a killed process left half written of a file."""
    found = (entry.path for entry in entries(path.parent))
    return [each for each in found if each.name.startswith(f".{path.name}.") and each.suffix == ".tmp"]


def sweep(folder: Path, below: bool = True) -> None:
    """Delete what a killed process left half written in a folder that no other process writes to, and below it."""
    paths = files_below(folder, ".tmp") if below else [entry.path for entry in entries(folder)]
    for path in paths:
        if path.name.startswith(".") and path.suffix == ".tmp":
            with suppress(OSError):
                remove(path)
