"""The line of a file that a message is about, with a caret below the place: for people at a terminal."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from trtexp.errors import visible
from trtexp.files.paths import real
from trtexp.files.reading import read_bytes

_ROOM = 64  # columns of a line that are shown
_BEFORE = 40  # of these before the place


def excerpt(file: str, line: int, column: int) -> list[str]:
    """A line of a file and the caret; nothing where the file cannot be read, or has no such line any more."""
    try:
        text = re.split("\r\n|\n|\r", read_bytes(real(Path(file))).decode("utf-8-sig"))[line - 1]
    except (OSError, ValueError, IndexError):
        return []
    start = max(0, column - 1 - _BEFORE) if len(text) > _ROOM else 0
    before, behind = text[start : column - 1], text[column - 1 : start + _ROOM]
    head = f"{line:>5} | {'…' if start else ''}"
    shown = _plain(before) + _plain(behind) + ("…" if len(text) > start + _ROOM else "")
    return [head + shown, " " * (len(head) + _width(_plain(before))) + "^"]


def _plain(text: str) -> str:
    """The text on one line, a tab as a space."""
    return visible(text.replace("\t", " "))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)
