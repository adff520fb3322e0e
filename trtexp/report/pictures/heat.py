"""The heat map of an output: its values, and beside them its errors in bounds, with the worst element marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trtexp.records.model import OutputRecord
from trtexp.records.picture import Grid
from trtexp.report.pictures import svg
from trtexp.report.pictures.raster import Colour, data_uri
from trtexp.report.pictures.scale import ERRORS, Scale, error_cells, scaled, shades
from trtexp.report.wording.outputs import index_text

_SIDE = 320  # pixels of the longer side of a panel
_CELL = (5, 24)  # pixels of a cell's side
_LEAST = 18  # pixels of the side of a cell in a matrix of few rows or columns
_FEW = 8
_LEFT, _TOP, _GAP = 40, 40, 24  # around a panel: row indices, title and column indices, space
_SWATCH, _KEY = 12, 90  # of the keys below: the side of a colour, the width of all
_NARROW = 190  # pixels that a key takes
_TICKS = 8  # indices along an axis, at most


@dataclass(frozen=True)
class _Panel:
    """A matrix of cells on the page. size: elements along the axes; worst: the cell of the worst element."""

    left: float
    size: tuple[int, int]
    bins: tuple[int, int]
    worst: tuple[int, int] | None

    @property
    def cell(self) -> tuple[float, float]:
        """Height and width of a cell."""
        side = max(_CELL[0], min(_CELL[1], _SIDE // max(self.bins)))
        rows, columns = self.bins
        return max(side, _LEAST if rows <= _FEW else 0), max(side, _LEAST if columns <= _FEW else 0)

    @property
    def height(self) -> float:
        return self.bins[0] * self.cell[0]

    @property
    def width(self) -> float:
        return self.bins[1] * self.cell[1]

    @property
    def right(self) -> float:
        """Where the panel ends, with the key below it."""
        return self.left + max(self.width, _NARROW)

    def drawn(self, title: str, cells: Sequence[Sequence[int]], palette: Sequence[Colour]) -> Iterator[str]:
        """The title, the cells, the indices along their sides, and a ring around the worst one."""
        yield svg.text(self.left, 14, title, "strong")
        yield svg.image(self.left, _TOP, self.width, self.height, data_uri(cells, palette))
        yield svg.box(self.left, _TOP, self.width, self.height, "frame")
        for index, place in ticks(self.size[1], self.width):
            yield svg.text(self.left + place, _TOP - 5, str(index), "dim", "middle")
        for index, place in ticks(self.size[0], self.height):
            yield svg.text(self.left - 5, _TOP + place + 4, str(index), "dim", "end")
        if self.worst is not None:
            row, column = self.worst
            x, y = self.left + (column + 0.5) * self.cell[1], _TOP + (row + 0.5) * self.cell[0]
            yield svg.ring(x, y, max(5.0, min(self.cell) * 0.7))


def heat_map(output: OutputRecord, grid: Grid) -> str:
    """The SVG; the grid is the one to be shown of this output."""
    scale, worst = scaled(_middle(grid)), _worst(output, grid)
    bins = len(scale.cells), len(scale.cells[0])
    panel = _Panel(_LEFT, grid.size, bins, None if worst is None else worst.bin)
    below = _TOP + panel.height + 12
    parts = [*panel.drawn("value", scale.cells, scale.palette), *_values_key(panel.left, below, scale)]
    if grid.worst is not None:
        panel = replace(panel, left=panel.right + _GAP + _LEFT)
        cells = error_cells(_floats(grid.worst))
        parts += panel.drawn("error / bound", cells, [colour for _, _, colour in ERRORS])
        parts += _errors_key(panel.left, below, {place for row in cells for place in row})
    notes, start = _notes(output, grid, scale, worst), below + 30
    parts += [svg.text(_LEFT, start + i * svg.LINE, note, "dim") for i, note in enumerate(notes)]
    widest = _LEFT + max(map(len, notes)) * svg.CHARACTER
    title = f"{output.name}: {'values' if grid.worst is None else 'values and errors'}"
    return svg.document(max(panel.right, widest) + 12, start + len(notes) * svg.LINE, title, parts)


def _middle(grid: Grid) -> list[list[float]]:
    """The middle of the smallest and the largest element of each bin."""
    low, high = _floats(grid.smallest), _floats(grid.smallest if grid.largest is None else grid.largest)
    return [
        [a if a == b else a / 2 + b / 2 for a, b in zip(*rows, strict=True)] for rows in zip(low, high, strict=True)
    ]


@dataclass(frozen=True)
class _Worst:
    """The worst element: where it is in the grid, and in the tensor."""

    bin: tuple[int, int]
    index: list[int]


def _worst(output: OutputRecord, grid: Grid) -> _Worst | None:
    """The first of the largest errors / bounds; None where all are exact."""
    if grid.worst is None or grid.at is None:
        return None
    ratios = _floats(grid.worst)
    ratio = max(value for row in ratios for value in row)
    row, column = next((i, row.index(ratio)) for i, row in enumerate(ratios) if ratio in row)
    return _Worst((row, column), index_of(grid.at[row][column], output.shape))


def index_of(place: int, shape: Sequence[int]) -> list[int]:
    """The index of a place in row-major order."""
    index = []
    for n in reversed(shape):
        place, i = divmod(place, n)
        index.append(i)
    return index[::-1]


def _floats(numbers: Sequence[Sequence[float | str]]) -> list[list[float]]:
    return [[float(value) for value in row] for row in numbers]


def ticks(size: int, pixels: float) -> list[tuple[int, float]]:
    """Round indices along an axis, each with the middle of its element in pixels."""
    steps = (part * 10**power for power in range(8) for part in (1, 2, 5))
    step = next(step for step in steps if size <= step * _TICKS and pixels * step / size >= svg.LINE)
    return [(index, (index + 0.5) * pixels / size) for index in range(0, size, step)]


def _values_key(x: float, y: float, scale: Scale) -> Iterator[str]:
    """The colours from the smallest to the largest value, with these beside."""
    start, colours = x + len(scale.ends[0]) * svg.CHARACTER + 6, shades(scale.signed)
    yield svg.text(x, y + 10, scale.ends[0])
    yield svg.image(start, y, _KEY, _SWATCH, data_uri([list(range(len(colours)))], colours))
    yield svg.text(start + _KEY + 6, y + 10, scale.ends[1])


def _errors_key(x: float, y: float, used: set[int]) -> Iterator[str]:
    """A swatch for each colour that is in the picture."""
    for place, (_, name, colour) in enumerate(ERRORS):
        if place in used:
            yield svg.box(x, y, _SWATCH, _SWATCH, fill=f"#{bytes(colour).hex()}")
            yield svg.text(x + _SWATCH + 4, y + 10, name)
            x += _SWATCH + 4 + len(name) * svg.CHARACTER + 10


def _notes(output: OutputRecord, grid: Grid, scale: Scale, worst: _Worst | None) -> list[str]:
    """What the colours and the sides mean, and which element is the worst."""
    rank = len(output.shape)
    axes = f"down: axis {rank - 2}, across: axis {rank - 1}" if rank > 1 else "across: the elements"
    notes = [axes]
    notes += ["colours by rank, not by size"] if scale.ranked else []
    said = ["NaN is grey"] if scale.nan else []
    said += ["±inf has the end colours"] if scale.infinite else []
    notes += [", ".join(said)] if said else []
    if grid.largest is not None:
        notes.append("a cell holds several elements: the middle of its smallest and largest, its largest error")
    if worst is not None:
        notes.append(f"○ the worst element, {index_text(worst.index)}")
    return notes
