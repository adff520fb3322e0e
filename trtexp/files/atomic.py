"""Whole old files or whole new ones, and nothing touched that has not changed."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_text(path: Path, text: str) -> bool:
    """Make this text, in UTF-8, the file's content; True if it changed. Raises OSError, the old file left whole."""
    return write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> bool:
    """Make these bytes the file's content; True if it changed. Raises OSError, the old file left whole."""
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _swap(path, data)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{path}: cannot be written: {reason}; the old file, if any, is unchanged"
        raise OSError(error.errno, message) from error
    return True


def sweep(folder: Path, below: bool = True) -> None:
    """Delete what a killed process left half written in a folder that no other process writes to, and below it."""
    for path in folder.rglob(".*.tmp") if below else folder.glob(".*.tmp"):
        with suppress(OSError):
            path.unlink()


def _swap(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
