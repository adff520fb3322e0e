"""reports/BENCHMARK.md, rendered from what was measured: reports/benchmark.json."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trtexp.files.atomic import write_text
from trtexp.report.table import table

HEAD = """\
# Benchmark

Written by `make bench`; every figure was measured on the machine that its section names.
"""
GPU = """\
Whole processes on {machine}, including start-up and builder; medians over the runs given in the table. Bare API: one
builder, one timing cache, the same layers and options, tactics as TensorRT times them; no comparison and no report.
Cold: `trtexp run` without a cache. Warm: the same run once more. The last columns are parts of the bare run and of the
cold one."""
HEADS = ["cases", "runs", "bare API", "cold run", "cold / bare", "warm run", "warm: ms a case"]
HEADS += ["bare builds", "builder", "builds", "runs on the GPU"]
TARGET = ["target", "wanted", "measured", "result"]
Rows = list[tuple[int, Mapping[str, Any]]]
CPU = """\
On {machine}; medians of whole processes with their peak memory. `validate` reads, checks and computes the references;
`run` does that, compares and writes reports; `report` renders them again from JSON."""


def merged(before: Mapping[str, Any], measured: Mapping[str, Any]) -> dict[str, Any]:
    """What was measured now over what was known. Of another machine nothing is kept beside the new figures."""
    if before.get("machine", measured.get("machine")) != measured.get("machine"):
        return dict(measured)
    inner = {
        name: merged(before[name], value)
        for name, value in measured.items()
        if isinstance(value, Mapping) and isinstance(before.get(name), Mapping)
    }
    return {**before, **measured, **inner}


def keep(path: Path, measured: Mapping[str, Any]) -> None:
    """Merge figures into the record beside the page, and render the page. Raises OSError, ValueError."""
    source = path.with_name("benchmark.json")
    before = json.loads(source.read_text(encoding="utf-8")) if source.is_file() else {}
    record = merged(before, measured)
    write_text(source, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    write_text(path, page(record))


def page(record: Mapping[str, Any]) -> str:
    """The whole page; the newest release first."""
    gpu = record.get("gpu", {})
    sections = ["\n".join(_gpu(release, gpu[release])) for release in sorted(gpu, reverse=True)]
    if "cpu" in record:
        sections.append("\n".join(_cpu(record["cpu"])))
    return "\n".join([HEAD, *(section + "\n" for section in sections)])


def _gpu(release: str, part: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"## {release}", "", GPU.format(machine=part["machine"]), "")
    rows = _rows(part)
    if rows:
        yield table(HEADS, [_cells(count, row) for count, row in rows], right="cases")
    if variants := part.get("variants"):
        layers, seconds = variants["layers"], variants["seconds"]
        first = next(iter(seconds.values()))
        yield from (
            "",
            f"What a build costs: {layers} layers, each built in every way in turn, all in one process.",
            "",
        )
        cells = [[name, f"{all_ / layers:.3f} s", f"{all_ / first:.2f}"] for name, all_ in seconds.items()]
        yield table(["a build with", "takes", "ratio"], cells)
    if targets := list(_targets(rows, part.get("polygraphy", {}))):
        yield from ("", table(TARGET, targets))


def _rows(part: Mapping[str, Any]) -> Rows:
    """What was measured, by the number of cases."""
    return sorted(((int(count), row) for count, row in part.get("rows", {}).items()), key=lambda item: item[0])


def _cells(count: int, row: Mapping[str, Any]) -> list[str]:
    def seconds(*names: str) -> str:
        return f"{sum(row[name] for name in names):.2f} s" if row.keys() >= set(names) else ""

    each = [f"{row['cold'] / row['bare']:.2f}", seconds("warm"), f"{1000 * row['warm'] / count:.1f}"]
    parts = [seconds("bare builds"), seconds("builder"), seconds("define", "build"), seconds("run")]
    return [str(count), str(row["runs"]), seconds("bare"), seconds("cold"), *each, *parts]


def _targets(rows: Rows, polygraphy: Mapping[str, Any]) -> Iterator[list[str]]:
    """What is wanted of a run, what was measured, and whether that is enough."""
    if not rows:
        return
    (few, first), (many, last) = rows[0], rows[-1]
    ratio, cold = last["cold"] / last["bare"], last["cold"] / many
    yield [f"cold run / bare API, {many} cases", "at most 1.05", f"{ratio:.2f}", _met(ratio <= 1.05)]
    if many > few:
        warm = 1000 * (last["warm"] - first["warm"]) / (many - few)
        yield [f"a further warm case, {few} to {many}", "under 20 ms", f"{warm:.1f} ms", _met(warm < 20)]
    what = f"Polygraphy process / cold case, {many} cases"
    if "seconds" in polygraphy:
        each = statistics.median(polygraphy["seconds"])
        measured = f"{each:.1f} s / {cold:.2f} s = {each / cold:.0f}"
        yield [what, "at least 20", measured, _met(each / cold >= 20)]
    elif polygraphy:
        yield [what, "at least 20", f"not timed: {polygraphy['missing']}", ""]


def _met(met: bool) -> str:
    return "met" if met else "missed"


def _cpu(part: Mapping[str, Any]) -> Iterator[str]:
    yield from ("## Without a GPU", "", CPU.format(machine=part["machine"]))
    if starts := part.get("start"):
        yield from ("", table(["process", "time"], [[f"`{name}`", _figure(each)] for name, each in starts.items()]))
    if rows := _rows(part):
        heads = ["cases", *(f"`{name}`" for name in rows[0][1])]
        yield from ("", table(heads, [[str(count), *map(_figure, row.values())] for count, row in rows], right="cases"))
    if targets := list(_cpu_targets(starts or {}, rows)):
        yield from ("", table(TARGET, targets))


def _cpu_targets(starts: Mapping[str, Any], rows: Rows) -> Iterator[list[str]]:
    """What is wanted of start-up and of 1,000 cases, of which few show what start-up costs."""
    if (start := starts.get("trtexp --help", {}).get("seconds")) is not None:
        yield ["`trtexp --help`", "under 0.15 s", f"{start:.2f} s", _met(start < 0.15)]
    (few, first), (many, last) = (rows[0], rows[-1]) if rows else ((0, {}), (0, {}))
    for name, limit in (("validate", 2), ("report", 3)):
        if many == 1000 and name in last:
            whole, least = last[name]["seconds"], first[name]["seconds"]
            measured = f"{whole:.2f} s; {few} take {least:.2f} s"
            yield [f"`{name}` of {many} cases", f"under {limit} s", measured, _met(whole < limit)]


def _figure(figure: Mapping[str, float]) -> str:
    return f"{figure['seconds']:.2f} s, {figure['memory']:.0f} MiB"
