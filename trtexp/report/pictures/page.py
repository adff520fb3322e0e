"""Which pictures a page has, and what they are called: `<page>/<case>.<output>.svg`, `<page>/window.svg`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from trtexp.records.bins import shown_grid
from trtexp.records.model import ReportRecord
from trtexp.records.picture import Grid
from trtexp.report.pictures.heat import heat_map
from trtexp.report.pictures.window import drawing

WINDOW = "window.svg"
_LONGEST = 200  # characters of a file's name


@dataclass(frozen=True)
class Pictures:
    """files: the text of each SVG by its name; outputs: (case, output) -> the name of its heat map; window: the case
    whose sliding window is drawn."""

    files: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    window: str | None = None


def pictures(report: ReportRecord) -> Pictures:
    """The heat maps of outputs with too many numbers to read, and the drawing of the sliding window."""
    files, outputs = dict[str, str](), dict[tuple[str, str], str]()
    for case in report.cases:
        for output in case.outputs:
            grid = shown_grid(output)
            if grid is not None and _tells(grid):
                name = _name(case.name, output.name, len(outputs))
                files[name] = heat_map(output, grid)
                outputs[case.name, output.name] = name
    drawn = drawing(report)
    if drawn is None or report.window is None:
        return Pictures(files, outputs)
    return Pictures(files | {WINDOW: drawn}, outputs, report.window.case)


def _tells(grid: Grid) -> bool:
    """Whether there is more to see than one colour."""
    values = {str(value) for row in grid.smallest for value in row}
    return len(values) > 1 or grid.largest is not None or grid.worst is not None


def _name(case: str, output: str, count: int) -> str:
    """A name that every file system takes; by its number where it would be too long or holds other characters."""
    name = f"{case}.{output}.svg"
    plain = re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.+=-]*", name) and len(name) <= _LONGEST
    return name if plain else f"output-{count}.svg"
