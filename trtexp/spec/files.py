"""Files that an experiment names, from its own folder: only those of its project are read."""

from __future__ import annotations

from pathlib import Path

from trtexp.files.home import project
from trtexp.files.reading import NoFile, read_bytes


def read_below(name: str, folder: Path, most: int) -> bytes:
    """The content of a file of at most so many bytes. Raises ValueError, whose message names it; OSError."""
    if not name.isprintable():
        raise ValueError(f"{name!r} is no file name; use characters that can be seen")
    try:
        path = (folder / name).resolve()
    except RuntimeError as error:  # before Python 3.13
        raise ValueError(f"{name} is a link that leads back to itself") from error
    if not path.is_relative_to(root := project(folder.resolve())):
        raise ValueError(f"{name} lies outside the project; only files below {root.name} are read")
    try:
        return read_bytes(path, most)
    except FileNotFoundError as error:
        raise ValueError(f"{name} is not there; a path begins at the folder of the experiment") from error
    except NoFile as error:
        raise ValueError(f"{name!r} {error}") from error
