"""Tables whose columns also stand below each other in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from trtexp.report.escape import cell, width

_WIDEST = 48  # a longer cell is not padded for, so that one long text does not push all others apart


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> str:
    """A Markdown table; columns that are empty in every row are left out. right: the name of a right-aligned column."""
    used = [i for i in range(len(head)) if any(row[i] for row in rows)]
    cells = [[cell(row[i]) for i in used] for row in (head, *rows)]
    sizes = [max(min(_WIDEST, width(row[i])) for row in cells) for i in range(len(used))]
    names = [head[i] for i in used]
    rule = ["-" * (n - 1) + ":" if name == right else "-" * n for name, n in zip(names, sizes, strict=True)]
    lines = [_line(row, sizes, [name == right for name in names]) for row in cells]
    return "\n".join([lines[0], _line(rule, sizes, [False] * len(rule)), *lines[1:]])


def _line(cells: Sequence[str], sizes: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        " " * max(0, n - width(text)) + text if r else text + " " * max(0, n - width(text))
        for text, n, r in zip(cells, sizes, right, strict=True)
    ]
    return f"| {' | '.join(padded)} |"
