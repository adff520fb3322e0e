"""Arguments that name files, where a command was called below its project's folder, in which it works."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trtexp.files.home import CACHE, REPORTS
from trtexp.files.paths import CASE, split_case

_TEXTS = ("paths", "path", "case", "model")  # the arguments of paths that are text, since they may be more than a path
_PROGRAMS = ("python", "workers", "inputs")


def rebased(given: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """The arguments as they are below a folder above the working directory."""
    return {name: _rebased(name, value, root, Path.cwd().relative_to(root)) for name, value in given.items()}


def _rebased(name: str, value: Any, root: Path, start: Path) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_rebased(name, each, root, start) for each in value)
    if isinstance(value, Path):
        return value if value in (CACHE, REPORTS) else start / value
    if isinstance(value, str) and name in _TEXTS and value != "-":
        return _path(value, root, start)
    if isinstance(value, str) and name in _PROGRAMS:
        label, equals, program = value.rpartition("=")
        return f"{label}{equals}{Path(program).absolute()}" if Path(program).is_file() else value
    return value


def _path(text: str, root: Path, start: Path) -> str:
    """A path, perhaps with a case; what messages name begins at the project, and is taken for that, too."""
    path, case = split_case(text)
    found = path if not Path(path).exists() and (root / path).exists() else str(start / path)
    return f"{found}{CASE}{case}" if case else found
