"""Files that an experiment names: only those below its own folder are read."""

from __future__ import annotations

import stat
from pathlib import Path


def below(name: str, folder: Path, largest: int) -> Path:
    """A file of at most so many bytes. Raises ValueError, whose message names it; OSError where the disk does."""
    if not name.isprintable():
        raise ValueError(f"{name!r} is no file name; use characters that can be seen")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"{name} lies outside the experiment's folder; only files below it are read")
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise ValueError(f"{name} is not there") from error
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"{name!r} is no file")
    if status.st_size > largest:
        raise ValueError(f"{name} is larger than {largest} bytes")
    return path
