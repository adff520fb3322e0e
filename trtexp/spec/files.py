"""Files that an experiment is or names: it lies in its project, and only what is in the project is read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from trtexp.files import paths
from trtexp.files.home import project
from trtexp.files.opening import NoFile
from trtexp.files.paths import real
from trtexp.files.reading import MOST, TooLarge, read_bytes
from trtexp.numerics.budget import Budget, current_limits
from trtexp.spec.errors import Fault, Mark, SpecError


def read_experiment(path: Path, shown: str, most: int | None = None) -> bytes:
    """The content of an experiment file. shown: its name in messages; most: bytes, None for what the environment
    allows. Raises SpecError where it is no file, too large, or a link out of its project; OSError."""
    try:
        return read_bytes(real(path), current_limits().bytes if most is None else most)
    except NoFile as error:
        more = ", which is what a file may have, or more by --limit bytes=N" if isinstance(error, TooLarge) else ""
        raise SpecError([Fault(Mark(shown, 1, 1), "", "", f"{error.what}{more}")]) from error


def read_named(name: str, folder: Path, most: int, budget: Budget) -> bytes:
    """The content of a file that an experiment names, from its folder; the budget notes it. Raises as `read_below`."""
    data = read_below(name, folder, most)
    budget.named[paths.shown(folder / name)] = hashlib.sha256(data).hexdigest()
    return data


def read_below(name: str, folder: Path, most: int = MOST) -> bytes:
    """The content of a file of at most so many bytes. Raises ValueError, whose message names it; OSError."""
    if not name.isprintable():
        raise ValueError(f"{name!r} is no file name; use characters that can be seen")
    path, root = Path(os.path.realpath(folder / name)), project(Path(os.path.realpath(folder)))
    if path.is_symlink():
        raise ValueError(f"{name} is a link that leads back to itself")
    if not path.is_relative_to(root):
        raise ValueError(f"{name} lies outside the project; only files below {root.name} are read")
    try:
        return read_bytes(path, most)
    except FileNotFoundError as error:
        raise ValueError(f"{name} is not there; a path begins at the folder of the experiment") from error
    except NoFile as error:
        raise ValueError(f"{name!r} {error.what}") from error
