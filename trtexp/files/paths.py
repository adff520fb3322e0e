"""Experiment files on disk: which are meant, what they are called in messages, where their reports go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from trtexp.errors import NothingFound
from trtexp.files.opening import NoFile

SUFFIXES = (".yaml", ".yml")


def collect(given: Iterable[str]) -> list[Path]:
    """The experiment files of files and directories, sorted within each directory. Raises NothingFound."""
    found: list[Path] = []
    for text in given:
        path = Path(text)
        if path.is_dir():
            inside = sorted(p for p in _below(path) if p.suffix in SUFFIXES and not p.is_dir())
            if not inside:
                raise NothingFound(f"{text}: no experiment in this directory; an experiment is a .yaml file")
            found += inside
        elif not os.path.lexists(path):
            raise NothingFound(f"{text}: no such file or directory")
        elif path.suffix not in SUFFIXES:
            raise NothingFound(f"{text}: not an experiment; an experiment is a .yaml file")
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def real(path: Path) -> Path:
    """Where an experiment lies behind links, which is in its own project. Raises NoFile."""
    found, project = Path(os.path.realpath(path)), _project(path)
    if found.is_symlink():
        raise NoFile(path, "is a link that leads back to itself")
    if path.is_symlink() and not found.exists():
        raise NoFile(path, "is a link that leads nowhere")
    if not found.is_relative_to(project):
        raise NoFile(path, f"is a link that leads to {found}, out of {project}; name that file, or copy it")
    return found


def _project(path: Path) -> Path:
    """The working directory, if a path is below it; else what holds its folder `experiments`; else its own folder."""
    here, given = Path.cwd(), Path(os.path.normpath(path.absolute()))
    if given.is_relative_to(here):
        return here
    named = next((folder.parent for folder in given.parents if folder.name == "experiments"), given.parent)
    return Path(os.path.realpath(named))


def _below(folder: Path) -> Iterator[Path]:
    """What is not hidden, and in no hidden folder below the one that was named (.venv, .git), however deep; folders
    that are links are not entered."""
    folders = [folder]
    while folders:
        with suppress(PermissionError), os.scandir(folders.pop()) as items:
            for item in items:
                if item.name.startswith("."):
                    continue
                if item.is_dir(follow_symlinks=False):
                    folders.append(Path(item.path))
                else:
                    yield Path(item.path)


def report_name(path: Path) -> str:
    """`experiments/layers/pooling.yaml` -> `layers/pooling`: the path below the folder `experiments`, or the stem."""
    parts = Path(os.path.realpath(path)).with_suffix("").parts
    if "experiments" in parts[:-1]:
        start = len(parts) - 1 - parts[::-1].index("experiments")
        return str(PurePosixPath(*parts[start + 1 :]))
    return path.stem


def shown(path: Path) -> str:
    """A path as messages name it: relative to the working directory where it lies below it."""
    try:
        return str(PurePosixPath(*Path(os.path.realpath(path)).relative_to(Path.cwd()).parts))
    except ValueError:
        return str(path)
