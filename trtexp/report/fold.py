"""Lines that fit a terminal: broken at spaces only, what comes after hanging below what came before."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trtexp.report.escape import width

Piece = tuple[str, str]  # a text and its style
Line = list[Piece]

_WORD = re.compile(r" +[^ ]*|[^ ]+")


def fold(pieces: Iterable[Piece], columns: int | None, hang: int = 0) -> list[Line]:
    """The pieces in lines of at most so many columns, None for any number; a longer word has a line of its own.

    hang: how many spaces all lines but the first begin with.
    """
    lines, used = [Line()], 0
    for group in _groups(pieces):
        size = sum(width(text) for text, _ in group)
        if columns is not None and used + size > columns and any(text.strip() for text, _ in lines[-1]):
            (text, style), *rest = group
            group = [(text.lstrip(" "), style), *rest]
            lines.append([(" " * hang, "")])
            used, size = hang, sum(width(text) for text, _ in group)
        lines[-1] += group
        used += size
    return lines


def _groups(pieces: Iterable[Piece]) -> list[Line]:
    """What must stand together: a word, the spaces before it, and what follows without a space."""
    groups: list[Line] = []
    for text, style in pieces:
        for word in _WORD.findall(text):
            if word.startswith(" ") or not groups:
                groups.append([])
            groups[-1].append((word, style))
    return groups
