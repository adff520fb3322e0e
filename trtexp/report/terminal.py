"""Text for people: whole lines in a pipe; on a real terminal colour, and lines that are broken at words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from itertools import groupby
from typing import TextIO

from trtexp.errors import visible
from trtexp.report.escape import inert, width
from trtexp.report.fold import Line, Piece, fold

_PLACE = re.compile(r" *[^\s:]+\.ya?ml:\d+:\d+(?=:|$)")
_LEAST = 24  # columns that a text needs beside its head
PROSE = 116  # columns of a text in a pipe, and the most that it takes on a terminal
_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


class Terminal:
    """What is written to a stream, a line at a time.

    color: None asks the stream and the environment (NO_COLOR, FORCE_COLOR, TERM=dumb). columns: of the terminal, None
    in a pipe, where no line is broken. real: people see it, as far as that can be told.
    """

    def __init__(self, stream: TextIO, color: bool | None = None) -> None:
        self.stream = stream
        self.real = stream.isatty() and os.environ.get("TERM") != "dumb"
        self.color = _wants_color(self.real) if color is None else color
        self.columns = _columns(stream) if self.real else None

    @property
    def prose(self) -> int:
        """The columns that a text is folded to."""
        return min(PROSE, self.columns or PROSE)

    def header(self, lines: Iterable[str]) -> None:
        """Lines as they are."""
        for line in lines:
            self.line(line)

    def note(self, text: str) -> None:
        """Something that is no result, between the others."""
        self.line(text, "yellow")

    def error(self, lines: Iterable[str]) -> None:
        """Messages that stand on their own, such as located errors of a YAML file. What they quote begins with a
        space."""
        for line in lines:
            if line.startswith(" "):
                self.block([line])
            else:
                self.line(line, "red")

    def line(self, text: str, style: str = "") -> None:
        """One line, in one style but for a place that it begins with; what does not fit hangs below it."""
        indent = len(text) - len(text.lstrip(" "))
        place = _PLACE.match(text)
        end = place.end() if place else 0
        self.pieces([(text[:end], "cyan"), (text[end:], style)], indent + 2)

    def entry(self, head: str, text: str, style: str = "", column: int = 0, below: int = 6) -> None:
        """A head in a style and a text beside it, which begins at this column or after the head.

        What does not fit stands below the text's first line, or where there is little room beside, indented by `below`.
        """
        start = max(column, width(visible(head)) + 1)
        gap = " " * (start - width(visible(head)))
        narrow = self.columns is not None and self.columns - start < min(_LEAST, width(visible(text)))
        if narrow:
            self.pieces([(head, style)], below)
            self.pieces([(" " * below + text, "")], below)
        else:
            self.pieces([(head, style), (gap + text, "")], start)

    def pieces(self, pieces: Iterable[Piece], hang: int = 2) -> None:
        """One line of texts in their styles; what does not fit hangs below it, indented by so much."""
        for line in fold([(visible(text), style) for text, style in pieces], self.columns, hang):
            while line and not line[-1][0].strip(" "):
                line.pop()
            self._write("".join(self.paint(text, style) for text, style in _joined(line)))

    def block(self, lines: Iterable[str], indent: str = "") -> None:
        """Lines that are made for this terminal's width already, but perhaps for their heads."""
        for line in lines:
            self.pieces([(f"{indent}{line}", "")], len(indent) + 4)

    def paint(self, text: str, style: str) -> str:
        """The text in a style, if there is colour."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.color and style and text else text

    def _write(self, line: str) -> None:
        print(inert(line), file=self.stream, flush=True)


def _joined(line: Line) -> Line:
    """Neighbours in one style as one piece."""
    return [("".join(text for text, _ in group), style) for style, group in groupby(line, key=lambda piece: piece[1])]


def _columns(stream: TextIO) -> int:
    try:
        return max(40, os.get_terminal_size(stream.fileno()).columns or 80)
    except (OSError, ValueError):
        return 80


def _wants_color(real: bool) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return real or bool(os.environ.get("FORCE_COLOR"))
