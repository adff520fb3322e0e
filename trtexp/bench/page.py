"""reports/BENCHMARK.md, rendered from what was measured: reports/benchmark.json."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trtexp.report.table import table

HEAD = """\
# Benchmark

Written by `make bench`; every figure was measured on the machine that its section names.
"""
GPU = """\
Whole processes on {machine}, start-up and builder included; medians of so many runs. Bare API: one builder, one timing
cache, the same layers and options, tactics as TensorRT times them; no comparison and no report. Cold: `trtexp run`
without a cache. Warm: the same run once more. The last columns are parts of the cold run."""
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
    source.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    path.write_text(page(record), encoding="utf-8")


def page(record: Mapping[str, Any]) -> str:
    """The whole page; the newest release first."""
    gpu = record.get("gpu", {})
    sections = ["\n".join(_gpu(release, gpu[release])) for release in sorted(gpu, reverse=True)]
    if "cpu" in record:
        sections.append("\n".join(_cpu(record["cpu"])))
    return "\n".join([HEAD, *(section + "\n" for section in sections)])


def _gpu(release: str, part: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"## {release}", "", GPU.format(machine=part["machine"]), "")
    heads = "cases,runs,bare API,cold run,cold / bare,warm run,warm: ms a case,builder,builds,runs on the GPU"
    rows = sorted(part.get("rows", {}).items(), key=lambda item: int(item[0]))
    cells = []
    for count, row in rows:
        times = [f"{row[name]:.1f} s" for name in ("bare", "cold")]
        warm = [f"{row['warm']:.2f} s", f"{1000 * row['warm'] / int(count):.1f}"]
        phases = [f"{row.get('builder', 0):.1f} s", f"{row.get('define', 0) + row.get('build', 0):.1f} s"]
        phases.append(f"{row.get('run', 0):.2f} s")
        cells.append([count, str(row["runs"]), *times, f"{row['cold'] / row['bare']:.2f}", *warm, *phases])
    if cells:
        yield table(heads.split(","), cells, right="cases")
    if len(rows) > 1:
        (few, first), (many, last) = ((int(count), row) for count, row in (rows[0], rows[-1]))
        grown = {name: (last[name] - first[name]) / (many - few) for name in ("bare", "cold", "warm")}
        yield from ("", f"Each further case, from {few} to {many}: bare API {grown['bare']:.3f} s, cold run")
        yield f"{grown['cold']:.3f} s ({grown['cold'] / grown['bare']:.2f} ×), warm run {1000 * grown['warm']:.1f} ms."
    if choice := part.get("choice"):
        timing, number = (choice[name] / choice["layers"] for name in ("timing", "number"))
        yield from ("", f"What repeatable tactics cost: of {choice['layers']} layers, each built twice in turn in one")
        yield f"process, one takes {timing:.3f} s with the tactics that TensorRT times, and {number:.3f} s"
        yield f"({number / timing:.2f} ×) with those chosen by number, for which it leaves its timing cache unused;"
        yield "`build: {tactics: fastest}` uses it."
    if polygraphy := part.get("polygraphy"):
        yield from ("", _polygraphy(polygraphy, rows))


def _polygraphy(measured: Mapping[str, Any], rows: list[tuple[str, Mapping[str, Any]]]) -> str:
    if "missing" in measured:
        return f"Polygraphy was not timed: {measured['missing']}."
    each = statistics.median(measured["seconds"])
    start = f"Polygraphy, one process per model, median of {len(measured['seconds'])}: {each:.1f} s a case"
    if not rows:
        return f"{start}."
    count, row = rows[-1]
    cold, warm = (row[name] / int(count) for name in ("cold", "warm"))
    return f"{start},\n{each / cold:.0f} × a cold run of {count} cases, {each / warm:.0f} × a warm one."


def _cpu(part: Mapping[str, Any]) -> Iterator[str]:
    yield from ("## Without a GPU", "", CPU.format(machine=part["machine"]), "")
    yield table(["process", "time"], [[f"`{name}`", _figure(figure)] for name, figure in part["start"].items()])
    rows = sorted(part["rows"].items(), key=lambda item: int(item[0]))
    heads = ["cases", *(f"`{name}`" for name in rows[0][1])]
    yield from ("", table(heads, [[count, *map(_figure, row.values())] for count, row in rows], right="cases"))


def _figure(figure: Mapping[str, float]) -> str:
    return f"{figure['seconds']:.2f} s, {figure['memory']:.0f} MiB"
