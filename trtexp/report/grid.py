"""Tensors as aligned text: 2-D slices side by side, decimal points below each other, what disagrees marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import Any

WIDTH = 112  # columns of a text block
COLUMNS, ROWS, SLICES = 14, 30, 16  # more than this is cropped in the middle
MARK = "◀"

_GAP = 4


@dataclass(frozen=True)
class Tensor:
    """The texts of a tensor's elements in row-major order, and the places of those to be marked.

    seen: places that cropping must leave in sight, beside those that are marked. labels: the indices of rows and
    columns where these do not count from 0; they are shown then, as they are where something is left out.
    """

    shape: tuple[int, ...]
    texts: Sequence[str]
    marked: frozenset[int] = frozenset()
    seen: frozenset[int] = frozenset()
    labels: tuple[Sequence[int], Sequence[int]] | None = None


def flat(values: Any) -> list[Any]:
    """The leaves of nested lists in order."""
    if not isinstance(values, list):
        return [values]
    if not values or not isinstance(values[0], list):
        return values
    return [leaf for item in values for leaf in flat(item)]


def position(index: Sequence[int], shape: Sequence[int]) -> int:
    """The place of an index in row-major order."""
    place = 0
    for i, n in zip(index, shape, strict=True):
        place = place * n + i
    return place


def slices(
    tensor: Tensor, most: tuple[int, int] = (ROWS, COLUMNS), named: bool = True, width: int = WIDTH
) -> list[list[str]]:
    """The tensor's 2-D slices, each a list of lines; labelled by their leading indices if there are several.

    most: rows and columns that are shown. named: whether rows have indices where columns have them. width: columns that
    a line may have.
    """
    shape = _matrix_shape(tensor.shape)
    if 0 in shape:
        return [["(no elements)"]]
    rows, columns = shape[-2:]
    seen = sorted(tensor.marked) + sorted(tensor.seen - tensor.marked)
    longest = 2 + max(*map(len, tensor.texts), len(str(columns)) + 2) + (2 if seen else 0)
    limit = max(3, min(most[1], width // longest))
    keep_columns = _keep(columns, limit, [m % columns for m in seen])
    keep_rows = _keep(rows, most[0], [m // columns % rows for m in seen])
    across, down = _labels(tensor, keep_rows, keep_columns)
    size, count = rows * columns, prod(shape[:-2])
    blocks: list[list[str]] = []
    for s in _keep(count, SLICES, [m // size for m in seen]):
        if s is None:
            blocks.append(["…"])
            continue
        places = [
            [None if r is None or c is None else s * size + r * columns + c for c in keep_columns] for r in keep_rows
        ]
        lines = _aligned(places, tensor, across)
        if down and named and rows > 1:
            lines = beside([[label.rjust(max(map(len, down))) for label in down], lines], 2)
        blocks.append([_label(s, shape[:-2]), *lines] if count > 1 else lines)
    return blocks


def _labels(tensor: Tensor, rows: Sequence[int | None], columns: Sequence[int | None]) -> tuple[list[str], list[str]]:
    """What stands above the columns, and before the rows with the line above the first; nothing where all is shown."""
    if tensor.labels is None and None not in (*rows, *columns):
        return [], []
    down, across = tensor.labels or (range(max(r or 0 for r in rows) + 1), range(max(c or 0 for c in columns) + 1))
    return (
        ["…" if c is None else f"[{across[c]}]" for c in columns],
        ["", *("…" if r is None else f"[{down[r]}]" for r in rows)],
    )


def _matrix_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape as it is printed, at least 2-D; single numbers along leading axes stand in a row."""
    if shape[-2:] == (1, 1):
        while shape[-1:] == (1,):
            shape = shape[:-1]
    return (1,) * (2 - len(shape)) + shape


def _label(place: int, leading: tuple[int, ...]) -> str:
    index = []
    for n in reversed(leading):
        place, i = divmod(place, n)
        index.append(i)
    return f"[{', '.join(map(str, reversed(index)))}]"


def _keep(count: int, limit: int, marked: Iterable[int]) -> list[int | None]:
    """The indices to show, None for a gap: the marked ones, as many as fit, then from both ends inwards."""
    if count <= limit:
        return list(range(count))
    kept = set(list(dict.fromkeys(marked))[: limit - 2])
    for i in range(count):
        for end in (i // 2, count - 1 - i // 2):
            if len(kept) < limit - 1:
                kept.add(end)
    shown: list[int | None] = []
    for i in sorted(kept):
        before = shown[-1] if shown else -1
        if before is not None and i > before + 1:
            shown.append(None)
        shown.append(i)
    return shown if shown[-1] == count - 1 else [*shown, None]


def _aligned(places: list[list[int | None]], tensor: Tensor, heads: Sequence[str]) -> list[str]:
    columns = [_column([row[c] for row in places], tensor, heads[c] if heads else None) for c in range(len(places[0]))]
    return ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]


def _column(places: list[int | None], tensor: Tensor, head: str | None) -> list[str]:
    whole = ["…" if p is None else tensor.texts[p].partition(".")[0] for p in places]
    rest = ["" if p is None else tensor.texts[p][len(w) :] for p, w in zip(places, whole, strict=True)]
    some = any(p in tensor.marked for p in places if p is not None)
    marks = [(f" {MARK}" if p in tensor.marked else "  ") if some else "" for p in places]
    if head is not None:
        whole, rest, marks = [head, *whole], ["", *rest], ["  " if some else "", *marks]
    left, right = max(map(len, whole)), max(map(len, rest))
    return [w.rjust(left) + r.ljust(right) + m for w, r, m in zip(whole, rest, marks, strict=True)]


def flow(blocks: Collection[list[str]], columns: int = WIDTH) -> list[str]:
    """Blocks of lines side by side while they fit, the rest below."""
    bands: list[list[list[str]]] = []
    used = 0
    for block in blocks:
        size = max(map(len, block), default=0)
        if bands and used + _GAP + size <= columns:
            bands[-1].append(block)
            used += _GAP + size
        else:
            bands.append([block])
            used = size
    tall = any(len(block) > 1 for block in blocks)
    lines: list[str] = []
    for i, band in enumerate(bands):
        lines += [""] if i and tall else []
        lines += beside(band)
    return lines


def beside(blocks: Sequence[list[str]], gap: int = _GAP) -> list[str]:
    """Blocks of lines side by side, tops level."""
    widths = [max(map(len, block), default=0) for block in blocks]
    starts = [0, *accumulate(w + gap for w in widths[:-1])]
    lines = []
    for i in range(max(map(len, blocks), default=0)):
        line = ""
        for start, block in zip(starts, blocks, strict=True):
            line = line.ljust(start) + block[i] if i < len(block) else line
        lines.append(line.rstrip())
    return lines
