"""Experiment files on disk: which are meant, what they are called in messages, where their reports go."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from trtexp.errors import NothingFound
from trtexp.files.atomic import write_bytes
from trtexp.files.home import STANDARD_INPUT

SUFFIXES = (".yaml", ".yml")


def collect(given: Iterable[str]) -> list[Path]:
    """The experiment files of files and directories, sorted within each directory; `-` is standard input. Raises
    NothingFound, OSError."""
    found: list[Path] = []
    for text in dict.fromkeys(given):
        path = _standard_input() if text == "-" else _guessed(Path(text))
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file() and _seen(p, path))
            if not inside:
                raise NothingFound(f"{text}: no experiment in this directory; an experiment is a .yaml file")
            found += inside
        elif not path.exists():
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


def _seen(path: Path, folder: Path) -> bool:
    """Not hidden, and in no hidden folder below the one that was named (.venv, .git)."""
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def report_name(path: Path) -> str:
    """`experiments/layers/pooling.yaml` -> `layers/pooling`: the path below the folder `experiments`, or the stem."""
    parts = path.resolve().with_suffix("").parts
    if "experiments" in parts[:-1]:
        start = len(parts) - 1 - parts[::-1].index("experiments")
        return str(PurePosixPath(*parts[start + 1 :]))
    return path.stem


def shown(path: Path) -> str:
    """A path as messages name it: relative to the working directory where it lies below it."""
    try:
        return str(PurePosixPath(*path.resolve().relative_to(Path.cwd()).parts))
    except ValueError:
        return str(path)
