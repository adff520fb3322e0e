"""Experiment files on disk: which are meant, what they are called in messages, where their reports go."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from trtexp.errors import NothingFound
from trtexp.files.atomic import write_bytes
from trtexp.files.home import EXPERIMENTS, REPORTS, STANDARD_INPUT
from trtexp.files.opening import NoFile

SUFFIXES = (".yaml", ".yml")
CASE = "::"  # between a file and one of its cases

#: Which cases of each file are meant, by shell patterns of their names; all of them if there are none.
Chosen = Mapping[Path, tuple[str, ...]]


def choose(given: Iterable[str]) -> Chosen:
    """The files of `PATH` and `PATH::CASE`, in the order of `collect`, with the cases that are meant. A file that is
    also named without a case is meant as a whole. Raises NothingFound."""
    found: dict[Path, tuple[str, ...]] = {}
    for text in given:
        name, pattern = split_case(text)
        for path in collect([name]):
            before = found.get(path)
            whole = not pattern or before == ()
            found[path] = () if whole else tuple(dict.fromkeys([*(before or ()), pattern]))
    return found


def split_case(text: str) -> tuple[str, str]:
    """`FILE::CASE` as a path and a pattern, which is empty where none is given."""
    name, _, pattern = (text, "", "") if Path(text).exists() else text.partition(CASE)
    return name, pattern


def meant(name: str, *groups: Sequence[str]) -> bool:
    """Whether a case is meant by each group of patterns: one of the group matches its name, or there are none."""
    return all(not patterns or any(fnmatchcase(name, pattern) for pattern in patterns) for patterns in groups)


def collect(given: Iterable[str]) -> list[Path]:
    """The experiment files of files and directories, sorted within each directory; `-` is standard input. Raises
    NothingFound, OSError."""
    found: list[Path] = []
    for text in dict.fromkeys(given):
        path = _standard_input() if text == "-" else _guessed(Path(text))
        if path.is_dir():
            inside = sorted(p for p in _below(path) if p.suffix in SUFFIXES and not p.is_dir())
            if not inside:
                raise NothingFound(f"{text}: no experiment in this directory; an experiment is a .yaml file")
            found += inside
        elif not os.path.lexists(path):
            raise NothingFound(f"{text}: no such file or directory{_nearest(path)}")
        elif path.suffix not in SUFFIXES:
            raise NothingFound(f"{text}: not an experiment; an experiment is a .yaml file")
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _standard_input() -> Path:
    """The experiment that is read from standard input, as a file that messages can name."""
    write_bytes(STANDARD_INPUT, sys.stdin.buffer.read())
    return STANDARD_INPUT


def _guessed(path: Path) -> Path:
    """A path as it was given, or with the suffix that was left out or mistaken."""
    stem = path.with_suffix("") if path.suffix in SUFFIXES else path
    others = [stem.with_name(f"{stem.name}{suffix}") for suffix in SUFFIXES] if stem.name else []
    return path if path.exists() else next(filter(Path.is_file, others), path)


def _nearest(path: Path) -> str:
    """What to write instead, where an experiment beside it has almost this name."""
    there = {other.name: other for other in path.parent.glob("*") if other.suffix in SUFFIXES or other.is_dir()}
    close = get_close_matches(path.name, there, n=1)
    return f"; did you mean {there[close[0]]}?" if close else ""


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


def report_name(path: Path, reports: Path = REPORTS) -> str:
    """`experiments/layers/pooling.yaml` -> `layers/pooling`: what the report of an experiment is called. reports: the
    folder that it is in."""
    return name_of(os.path.relpath(os.path.realpath(path), reports.parent))


def name_of(experiment: str) -> str:
    """The same for a path as records have it: below the last folder `experiments`, or all of it without `..`."""
    parts = [part for part in PurePosixPath(experiment).with_suffix("").parts if part not in ("..", "/")]
    after = len(parts) - parts[-2::-1].index(EXPERIMENTS.name) - 1 if EXPERIMENTS.name in parts[:-1] else 0
    return "/".join(parts[after:])


def inside(path: Path) -> bool:
    """Whether an experiment is one of the project's own, which lie below its folder `experiments`."""
    return Path(os.path.abspath(path)).is_relative_to(Path.cwd() / EXPERIMENTS)  # noqa: PTH100 - links are not followed


def shown(path: Path) -> str:
    """A path as messages name it: relative to the working directory where it lies below it."""
    try:
        return str(PurePosixPath(*Path(os.path.realpath(path)).relative_to(Path.cwd()).parts))
    except ValueError:
        return str(path)
