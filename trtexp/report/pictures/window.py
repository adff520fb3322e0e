"""How a sliding window meets its input: at the first, the middle and the last element of the output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trtexp.numerics.format import number
from trtexp.records.model import OutputRecord, ReportRecord
from trtexp.records.network import SlidingAxis, SlidingWindow
from trtexp.report import grid
from trtexp.report.pictures import svg
from trtexp.report.wording.outputs import index_text

_INPUT = "input"  # the name of what every panel shows
_TOP = 20  # pixels above a matrix
_ROW = 20  # pixels of a cell's height
_PAD = 10  # pixels beside a number in its cell
_LONGEST = 9  # characters of a number in a cell
_MOST = 24  # cells along a side
_GAP = 22


@dataclass(frozen=True)
class Way:
    """The window's way along one axis of what it slides over. places: which element of the input each cell holds, None
    for a zero; step: cells from one window to the next; taps: cells of a window, from its first one."""

    places: list[int | None]
    step: int
    taps: list[int]
    out: int


@dataclass(frozen=True)
class _Matrix:
    """The texts of a matrix, and the width of the cells that hold them."""

    rows: list[list[str]]

    @property
    def width(self) -> float:
        longest = max((len(text) for row in self.rows for text in row), default=1)
        return max(float(_ROW), longest * svg.CHARACTER + _PAD)


def drawing(report: ReportRecord) -> str | None:
    """The SVG of the window that the report names; None where there is none, or its numbers are not recorded."""
    window = report.window
    values = None if window is None else _matrix(report, window, "inputs", window.input)
    if window is None or values is None:
        return None
    rows, columns = (way(axis, window.kind == "deconvolution") for axis in window.axes)
    if any(len(way.places) > _MOST for way in (rows, columns)):
        return None
    kernel = None if window.kernel is None else _matrix(report, window, "weights", window.kernel)
    if kernel is not None and window.kind == "deconvolution":
        kernel = [row[::-1] for row in kernel[::-1]]
    shown = None if kernel is None else _Matrix(kernel)
    return _document(window, (rows, columns), _Matrix(values), shown, _output(report, window))


def _document(
    window: SlidingWindow,
    ways: tuple[Way, Way],
    values: _Matrix,
    kernel: _Matrix | None,
    output: OutputRecord | None,
) -> str:
    """Panels side by side, with the kernel at their right. The input is drawn once and used in each."""
    rows, columns = (len(way.places) for way in ways)
    parts, x = [svg.defined(_INPUT, _input(ways, values))], 1.0
    for row, column in _stops(ways):
        name, value = _result(window.layer, output, (row, column))
        parts.append(svg.text(x, _TOP - 6, f"window {row}, {column}", "dim"))
        parts.append(svg.used(_INPUT, x, _TOP))
        parts += _window(x, ways, (row, column), values.width)
        below = _TOP + rows * _ROW + 16
        parts += [svg.text(x, below, name), svg.text(x, below + svg.LINE, value, "strong")]
        x += max(columns * values.width, svg.CHARACTER * max(len(name), len(value))) + _GAP
    if kernel is not None:
        head = f"{window.kernel}{', reversed' if window.kind == 'deconvolution' else ''}"
        parts += [svg.text(x, _TOP - 6, head), *_kernel(x, kernel)]
        x += max(len(kernel.rows[0]) * kernel.width, svg.CHARACTER * len(head)) + _GAP
    height = _TOP + max(rows * _ROW + 22 + svg.LINE, len(kernel.rows) * _ROW + 4 if kernel else 0)
    return svg.document(x - _GAP + 1, height, f"The window of {window.layer} over {window.input}", parts)


def _input(ways: tuple[Way, Way], values: _Matrix) -> Iterator[str]:
    """The numbers in their cells, and dashed cells for the zeros around and in between."""
    rows, columns = ways
    places = [(i, j, row, column) for i, row in enumerate(rows.places) for j, column in enumerate(columns.places)]
    inside = [(i, j) for i, j, row, column in places if row is not None and column is not None]
    yield svg.raster(len(rows.places), len(columns.places), values.width, _ROW, "outside")
    yield svg.cells(0, 0, inside, values.width, _ROW, "cell")
    for i, j, row, column in places:
        if row is not None and column is not None:
            yield svg.text((j + 0.5) * values.width, i * _ROW + 14, values.rows[row][column], "mid")


def _window(x: float, ways: tuple[Way, Way], stop: tuple[int, int], width: float) -> list[str]:
    """The cells that the window takes where it makes one element of the output, and a frame around them."""
    rows, columns = ([start * way.step + tap for tap in way.taps] for start, way in zip(stop, ways, strict=True))
    taps = [(i, j) for i in rows for j in columns]
    size = (columns[-1] + 1 - columns[0]) * width, (rows[-1] + 1 - rows[0]) * _ROW
    return [
        svg.cells(x, _TOP, taps, width, _ROW, "tap"),
        svg.box(x + columns[0] * width, _TOP + rows[0] * _ROW, *size, "window"),
    ]


def _kernel(x: float, kernel: _Matrix) -> Iterator[str]:
    size = len(kernel.rows), len(kernel.rows[0])
    yield svg.cells(x, _TOP, [(i, j) for i in range(size[0]) for j in range(size[1])], kernel.width, _ROW, "tap")
    yield svg.box(x, _TOP, size[1] * kernel.width, size[0] * _ROW, "window")
    for i, texts in enumerate(kernel.rows):
        for j, shown in enumerate(texts):
            yield svg.text(x + (j + 0.5) * kernel.width, _TOP + i * _ROW + 14, shown, "mid")


def way(axis: SlidingAxis, spread: bool) -> Way:
    """spread: of a deconvolution, whose window goes element by element over the input with zeros in between."""
    step = 1 if spread else axis.stride
    extent = 1 + axis.dilation * (axis.taps - 1)
    taps = [tap * axis.dilation for tap in range(axis.taps)]
    inner: list[int | None] = list(range(axis.size))
    before = axis.pre
    if spread:
        inner = [None if i % axis.stride else i // axis.stride for i in range((axis.size - 1) * axis.stride + 1)]
        before = extent - 1 - axis.pre
    inner = inner[max(0, -before) :]
    behind = (axis.out - 1) * step + extent - max(0, before) - len(inner)
    if not spread:
        behind = max(behind, axis.post)
    places = [*[None] * max(0, before), *inner, *[None] * max(0, behind)]
    return Way(places[: len(places) + min(0, behind)] if spread else places, step, taps, axis.out)


def _stops(ways: Sequence[Way]) -> list[tuple[int, int]]:
    """The first, the middle and the last place of the window, each once."""
    rows, columns = (way.out for way in ways)
    return list(dict.fromkeys([(0, 0), (rows // 2, columns // 2), (rows - 1, columns - 1)]))


def _matrix(report: ReportRecord, window: SlidingWindow, kind: str, name: str) -> list[list[str]] | None:
    """The first channel of a tensor of the case as texts; None where its numbers are not recorded, or too long."""
    networks = (report.networks.get(window.case), report.network)
    found = [getattr(network, kind)[name] for network in networks if network and name in getattr(network, kind)]
    if not found or found[0].values is None:
        return None
    record = found[0]
    size = [axis.size if kind == "inputs" else axis.taps for axis in window.axes]
    texts = [number(value, 0.0, record.dtype) for value in grid.flat(record.values)[: size[0] * size[1]]]
    if len(texts) < size[0] * size[1] or max(map(len, texts)) > _LONGEST:
        return None
    return [texts[i * size[1] : (i + 1) * size[1]] for i in range(size[0])]


def _output(report: ReportRecord, window: SlidingWindow) -> OutputRecord | None:
    """What is recorded of the layer's output, if it is one of the network."""
    outputs = (output for case in report.cases if case.name == window.case for output in case.outputs)
    return next((output for output in outputs if output.name == window.layer), None)


def _result(layer: str, output: OutputRecord | None, stop: tuple[int, int]) -> tuple[str, str]:
    """`conv[0, 0, 1, 1]`, and `= 5` where its value is recorded."""
    if output is None:
        return f"{layer}[…, {stop[0]}, {stop[1]}]", ""
    index = [0] * (len(output.shape) - 2) + list(stop)
    record = output.reference or output.actual
    value, bound = (_at(numbers, index) for numbers in (record and record.values, output.bound))
    said = "" if value is None else f"= {number(value, 0.0 if bound is None else bound, output.dtype)}"
    return f"{layer}{index_text(index)}", said


def _at(numbers: Any, index: Sequence[int]) -> Any:
    """A leaf of nested lists; None where they are not there, or smaller than what the model of the layer says."""
    for i in index:
        numbers = numbers[i] if isinstance(numbers, list) and i < len(numbers) else None
    return numbers
