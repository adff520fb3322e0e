"""A tensor or an output of a record as lines of text: one matrix where all agree, else one per opinion, with marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import prod

from trtexp.errors import visible
from trtexp.numerics.format import number, rounded, shape_text
from trtexp.records.model import OutputRecord, RuntimeRecord
from trtexp.records.network import NetworkRecord
from trtexp.records.picture import Grid, Window
from trtexp.records.tensors import TensorRecord
from trtexp.report import grid
from trtexp.report.wording.outputs import exact, index_text, origin, runtime
from trtexp.report.wording.values import recipe, summary

PAGE = 2 * grid.WIDTH  # columns of which no line needs more
EXCERPT = 7, 9  # rows and columns of what is shown of a large tensor


@dataclass(frozen=True)
class View:
    """What one or several of expected, actual and reference say, under one heading."""

    heading: str
    record: TensorRecord
    tensor: grid.Tensor | None  # None: too large to be recorded whole


def network_lines(network: NetworkRecord, columns: int = PAGE) -> list[str]:
    """The inputs and weights, side by side."""
    tensors = [(name, "input", t) for name, t in network.inputs.items()]
    tensors += [(name, "weights", t) for name, t in network.weights.items()]
    return grid.flow([_given(*tensor, columns) for tensor in tensors], min(columns, grid.WIDTH))


def _given(name: str, kind: str, record: TensorRecord, columns: int) -> list[str]:
    head = f"{visible(name)}  {kind}  {_type(record.dtype, record.shape)}"
    if record.made is not None:
        head += f"  {visible(recipe(record.made))}"
    return [head, *_body(View("", record, _tensor(record)), columns)]


def output_lines(output: OutputRecord, columns: int = PAGE) -> list[str]:
    """The header with name, dtype and shape, the matrices below, and an excerpt of what is kept of a large one.

    columns: of the terminal; a page is as wide as `grid.WIDTH` and its headings.
    """
    lines, picture = [*_output_lines(output, columns), *_runtime_lines(output, columns)], output.picture
    if picture is None:
        return lines
    around = picture.around
    more = excerpt_lines(output, picture.grid, columns) if around is None else window_lines(output, around, columns)
    return [*lines, "", *more]


def excerpt_lines(output: OutputRecord, found: Grid, columns: int = PAGE) -> list[str]:
    """The corners of the grid: its elements, or the smallest and the largest of its cells where these hold several."""
    bins = len(found.smallest), len(found.smallest[0])
    labels = [[i * n // count for i in range(count)] for n, count in zip(found.size, bins, strict=True)]
    blocks = []
    whole = found.largest is None and prod(output.shape) == bins[0] * bins[1]
    for name, values in (("" if whole else "smallest", found.smallest), ("largest", found.largest)):
        if values is not None:
            texts = [number(value) for value in grid.flat(values)]
            (lines,) = grid.slices(
                grid.Tensor(bins, texts, labels=(labels[0], labels[1])), EXCERPT, width=min(columns, grid.WIDTH)
            )
            blocks.append([*([f"  {name}"] if name else []), *(f"  {line}".rstrip() for line in lines)])
    head = "excerpt, to 3 digits" if whole else "excerpt, to 3 digits, of cells that begin at these rows and columns"
    return [head, *grid.flow(blocks, min(columns, grid.WIDTH))]


def bound_lines(output: OutputRecord, columns: int = PAGE) -> list[str]:
    """What an output may be off by: nothing, the same everywhere, or element by element."""
    bounds = [rounded(value, 3) for value in grid.flat(output.bound)] if output.bound is not None else []
    if not bounds:
        return []
    if len(set(bounds)) == 1:
        return ["  exact" if bounds[0] == "0" else f"  bound {bounds[0]}"]
    room = min(columns, grid.WIDTH)
    lines = grid.flow(grid.slices(grid.Tensor(tuple(output.shape), bounds), width=room), room - 2)
    return ["  bound", *(f"  {line}".rstrip() for line in lines)]


def window_lines(output: OutputRecord, window: Window, room: int = PAGE) -> list[str]:
    """The elements around the worst one: what came, the reference, and what is allowed."""
    bounds = grid.flat(window.bound)
    texts = {
        "actual": [number(value, 0.0, output.dtype) for value in grid.flat(window.actual)],
        "reference": [number(v, b) for v, b in zip(grid.flat(window.reference), bounds, strict=True)],
        "bound": [number(value) for value in bounds],
    }
    inner = [i - first for i, first in zip(window.worst, window.start, strict=True)]
    columns = len(window.bound[0]) if isinstance(window.bound[0], list) else len(bounds)
    rows = len(bounds) // columns
    marked = frozenset([grid.position(inner[-2:], (rows, columns)[-len(inner) :])])
    first = [0, *window.start][-2:]
    labels = range(first[0], first[0] + rows), range(first[1], first[1] + columns)
    blocks = []
    for name, shown in texts.items():
        seen = marked if name == "actual" else frozenset()
        (lines,) = grid.slices(grid.Tensor((rows, columns), shown, seen, labels=labels), named=len(inner) > 1)
        blocks.append([f"  {name}", *(f"  {line}".rstrip() for line in lines)])
    return [f"worst at {visible(output.name)}{index_text(window.worst)}", *grid.flow(blocks, min(room, grid.WIDTH))]


def _output_lines(output: OutputRecord, columns: int) -> list[str]:
    head = f"{visible(output.name)}  {_type(output.dtype, output.shape)}"
    head += f"  (in the model {visible(output.called)})" if output.called else ""
    views = _views(output)
    if not views:
        return [head]
    if len(views) == 1:
        body = _body(views[0], columns)
        joined = [f"{head}    {views[0].heading}", *body]
        return [f"{joined[0]}  {body[0].strip()}"] if not output.shape else joined
    headings = [view.heading + _other_type(view, output) for view in views]
    bodies = [_body(view, columns) for view in views]
    if all(len(body) == 1 for body in bodies):
        return [head, *_rows(headings, views, columns)]
    blocks = [[f"  {heading}", *body] for heading, body in zip(headings, bodies, strict=True)]
    if any(v.tensor is None or len(grid.slices(v.tensor)) > 1 for v in views):
        return [head, *(line for block in blocks for line in (*block, ""))][:-1]
    return [head, *grid.flow(blocks, min(columns, grid.WIDTH))]


def _runtime_lines(output: OutputRecord, columns: int) -> list[str]:
    """What ONNX Runtime says, beside the three that are judged; its numbers where these are not the reference's."""
    said = output.runtime
    if said is None:
        return []
    head = f"  {runtime(said, output)}"
    return [head] if said.compared is not None and said.compared.agrees else [head, *_body(_of_runtime(said), columns)]


def _of_runtime(said: RuntimeRecord) -> View:
    return View("", said.tensor, _tensor(said.tensor))


def _other_type(view: View, output: OutputRecord) -> str:
    """dtype and shape where they are not the output's; a reference is float64 by nature."""
    if view.record.shape == output.shape and view.record.dtype in (output.dtype, "float64"):
        return ""
    return f"  {_type(view.record.dtype, view.record.shape)}"


def _type(dtype: str, shape: Sequence[int]) -> str:
    return f"{dtype} {shape_text(shape)}"


def _body(view: View, columns: int = PAGE) -> list[str]:
    if view.tensor is None:
        return ["  no values" if view.record.summary is None else f"  {summary(view.record.summary)}"]
    room = min(columns, grid.WIDTH)
    lines = grid.flow(grid.slices(view.tensor, width=room), room - 2)
    return [f"  {line}".rstrip() for line in lines]


def _rows(headings: list[str], views: list[View], columns: int) -> list[str]:
    """One row for each view, its heading before it, so that elements stand below each other."""
    size = max(map(len, headings))
    tensors = [v.tensor for v in views if v.tensor is not None]
    length = len(tensors[0].texts) if tensors else 0
    if not length or [len(tensor.texts) for tensor in tensors] != [length] * len(views):
        return [
            f"  {heading.ljust(size)}  {_body(view, columns)[0]}" for heading, view in zip(headings, views, strict=True)
        ]
    table = grid.Tensor(
        (len(tensors), length),
        [text for tensor in tensors for text in tensor.texts],
        frozenset(i * length + m for i, tensor in enumerate(tensors) for m in tensor.marked),
    )
    rows = grid.slices(table, named=False, width=min(columns - size - 2, grid.WIDTH))[0]
    named = [""] * (len(rows) - len(headings)) + headings
    return [f"  {heading.ljust(size)}  {row}" for heading, row in zip(named, rows, strict=True)]


def _views(output: OutputRecord) -> list[View]:
    opinions = {
        name: record
        for name in ("expected", "actual", "reference")
        if (record := getattr(output, name)) is not None and (record.values is not None or record.summary is not None)
    }
    together = _agreeing(output, list(opinions))
    groups = [together] if together else []
    groups += [[name] for name in opinions if name not in together]
    groups.sort(key=lambda group: list(opinions).index(group[0]))
    return [_view(output, group, opinions) for group in groups]


def _agreeing(output: OutputRecord, names: list[str]) -> list[str]:
    """Those of expected, actual and reference that agree with each other; actual and reference first if not all do."""
    compared = {
        ("expected", "actual"): output.actual_expected,
        ("expected", "reference"): output.expected_reference,
        ("actual", "reference"): output.actual_reference,
    }
    agree = [pair for pair, comparison in compared.items() if comparison is not None and comparison.agrees]
    if len(names) > 1 and all(pair in agree for pair in combinations(names, 2)):
        return names
    return list(agree[-1]) if agree else []


def _view(output: OutputRecord, group: list[str], opinions: dict[str, TensorRecord]) -> View:
    words = {"expected": f"expected ({visible(origin(output.origin))})" if output.origin else "expected"}
    heading = words.get(group[0], group[0])
    for name, other in pairwise(group):
        heading += f" {'=' if _same(output, name, other) else '≈'} {words.get(other, other)}"
    shown = _shown(output, group, opinions)
    shape = opinions[shown].shape
    places = [(mark, grid.position(mark.index, shape)) for mark in output.marks if len(mark.index) == len(shape)]
    marked = frozenset(place for mark, place in places if mark.odd in group or mark.odd not in opinions)
    seen = frozenset(place for _, place in places)
    tensor = _tensor(opinions[shown], output.bound, output.dtype)
    return View(heading, opinions[shown], tensor and replace(tensor, marked=marked, seen=seen))


def _same(output: OutputRecord, name: str, other: str) -> bool:
    """Whether two of expected, actual and reference, of which the first is no reference, have the same bits; what came
    has those of the reference where there is no error."""
    first, second = (getattr(output, each) for each in (name, other))
    if other == "reference" or first.values is None or second.values is None:
        compared = getattr(output, f"{name}_reference" if other == "reference" else "actual_expected")
        return exact(compared, output)
    pairs = zip(grid.flat(first.values), grid.flat(second.values), strict=True)
    return first.dtype == second.dtype and all(a is None or repr(a) == repr(b) for a, b in pairs)


def _shown(output: OutputRecord, group: list[str], opinions: dict[str, TensorRecord]) -> str:
    """Which of those that agree is printed: literals as written, else the reference, whose digits no GPU changes.

    Where nothing may be rounded the actual bits are the reference's, in the output's own dtype.
    """
    exact = output.bound is None or not any(grid.flat(output.bound))
    order = ("actual", "reference", "expected") if exact else ("reference", "actual", "expected")
    written = [name for name in group if opinions[name].text is not None]
    return next(name for name in (*written, *order) if name in group)


def _tensor(record: TensorRecord, bound: object = None, dtype: str | None = None) -> grid.Tensor | None:
    """dtype: what holds the numbers exactly where the bound is 0."""
    if record.values is None:
        return None
    values = grid.flat(record.values)
    if record.text is not None and len(texts := grid.flat(record.text)) == len(values):
        return grid.Tensor(tuple(record.shape), [visible(str(text)) for text in texts])
    bounds = grid.flat(bound) if bound is not None else []
    if len(bounds) != len(values):
        bounds, dtype = [0.0] * len(values), None
    texts = [number(v, b, record.dtype if b else dtype or record.dtype) for v, b in zip(values, bounds, strict=True)]
    return grid.Tensor(tuple(record.shape), texts)
