"""The project that a file belongs to: the folder that holds its experiments and all that they may read."""

from __future__ import annotations

from pathlib import Path

MARKS = ("experiments", ".git", "pyproject.toml")


def project(folder: Path) -> Path:
    """The nearest folder, at this one or above it, that holds a mark of a project; the folder itself if there is none,
    or only the home directory or the root of the disk has one."""
    start = folder.resolve()
    above = [path for path in (start, *start.parents) if path not in (Path.home(), Path(path.anchor))]
    return next((path for path in above if any((path / mark).exists() for mark in MARKS)), start)
