"""GitHub Actions: annotations at file and line within its limits, and no commands but these.

Limits: 10 errors, 10 warnings and 10 notices of a step are shown, 50 annotations of a job; the runner cuts a message at
4096 characters; a step's summary of more than 1 MiB is dropped whole.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TextIO

from trtexp.errors import visible

MOST = 10  # annotations of one level
MOST_TEXT = 4096  # characters of a message
MOST_TITLE = 255
MOST_SUMMARY = 2**20  # bytes


class Remark(NamedTuple):
    """One thing to be said about a place in a file."""

    file: str
    line: int
    column: int
    text: str


class Commands:
    """The workflow commands of a step. What else is printed while it is open cannot be one, wherever it comes from."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._token = secrets.token_hex(16)

    def annotate(self, level: str, what: str, remarks: Iterable[Remark]) -> None:
        """One annotation a file. level: `error`, `warning` or `notice`; what: the title after the count."""
        if said := list(rolled_up(level, what, remarks)):
            self._print("\n".join([f"::{self._token}::", *said, f"::stop-commands::{self._token}"]))

    def __enter__(self) -> Commands:
        self._print(f"::stop-commands::{self._token}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._print(f"::{self._token}::")

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


def rolled_up(level: str, what: str, remarks: Iterable[Remark]) -> Iterator[str]:
    """The commands: all remarks on a file in one, at the first of them; the last one holds the files that are too many.

    >>> list(rolled_up("error", "differ", [Remark("a.yaml", 3, 1, "50 % off")]))
    ['::error file=a.yaml,line=3,col=1,title=a.yaml%3A 1 differ::line 3: 50 %25 off']
    """
    files: dict[str, list[Remark]] = {}
    for remark in remarks:
        files.setdefault(remark.file, []).append(remark)
    groups = [sorted(group) for group in files.values()]
    if len(groups) > MOST:
        rest = groups[MOST - 1 :]
        groups[MOST - 1 :] = [[remark for group in rest for remark in group]]
    for group in groups:
        first, count = group[0], len({remark.file for remark in group})
        many = count > 1
        lines = [visible(f"{f'{r.file}, ' if many else ''}line {r.line}: {r.text}") for r in group]
        title = f"{f'{count} more files' if many else first.file}: {len(group)} {what}"
        place = {"file": repository_path(first.file), "line": str(first.line), "col": str(first.column)}
        properties = place | {"title": visible(title)[:MOST_TITLE]}
        shown = ",".join(f"{key}={_property(visible(value))}" for key, value in properties.items())
        yield f"::{level} {shown}::{_data(fitted(lines))}"


def fitted(lines: list[str], limit: int = MOST_TEXT) -> str:
    """As many lines as there is room for, and how many are left."""
    text = "\n".join(lines)
    if len(text) <= limit:
        return text
    kept, room = [], limit - 30
    for line in lines:
        if len(line) + 1 > room:
            break
        kept.append(line)
        room -= len(line) + 1
    if not kept:
        return f"{lines[0][: limit - 40]}…" + (f"\n… and {len(lines) - 1} more" if len(lines) > 1 else "")
    return "\n".join([*kept, f"… and {len(lines) - len(kept)} more"])


def repository_path(file: str) -> str:
    """A path as annotations want it: below the checkout, wherever the command runs."""
    root = os.environ.get("GITHUB_WORKSPACE")
    try:
        return Path(os.path.realpath(file)).relative_to(os.path.realpath(root)).as_posix() if root else file
    except ValueError:
        return file


def summary_room() -> tuple[Path, int] | None:
    """The file of the step's summary, and how many bytes it still takes; None where there is none."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return None
    path = Path(name)
    return path, MOST_SUMMARY - (path.stat().st_size if path.exists() else 0)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
