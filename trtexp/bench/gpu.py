"""With a GPU: the bare API, a cold run, a warm run and Polygraphy on the same layers, in one go."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from trtexp.bench.generate import write_experiments, write_onnx, write_parameters
from trtexp.bench.measure import Broken, median, process
from trtexp.report.table import table


def measure_gpu(
    folder: Path, machine: str, release: str, worker: Sequence[str], counts: Sequence[int], polygraphy: int
) -> str:
    """The section of the page."""
    head = [
        "## On a GPU",
        "",
        f"{release}; host {machine}. Whole processes, start-up and builder included. Bare API: one builder, one timing",
        "cache, the same options, no comparison and no report. Cold: no cache on disk. Warm: the same run once more.",
        "",
    ]
    rows: list[list[str]] = []
    with resources.as_file(resources.files("trtexp.bench") / "bare.py") as bare:
        for count in counts:
            rows.append(_row(folder, worker, bare, count))
            print("  ".join(rows[-1]), flush=True)  # a later part that fails does not take this with it
    lines = [
        *head,
        table(["cases", "bare API", "cold run", "cold / bare", "warm run", "warm, ms a case"], rows, "cases"),
    ]
    return "\n".join([*lines, *_polygraphy(folder, worker, polygraphy, rows[-1])])


def _polygraphy(folder: Path, worker: Sequence[str], count: int, row: Sequence[str]) -> list[str]:
    """The last lines: Polygraphy's time a case against a cold run's; why there is none where it cannot be had."""
    missing = [name for name in ("onnx", "polygraphy") if importlib.util.find_spec(name) is None]
    if not count or missing:
        return ["", f"Polygraphy was not timed: {' and '.join(missing)} not installed." if missing else ""]
    models = write_onnx(count, folder / "onnx")
    tool = [*worker, "-c", "import sys; from polygraphy.tools import main; sys.exit(main())", "run", "--trt"]
    try:
        each = median([process([*tool, str(model)]) for model in models])
    except Broken as error:
        return ["", f"Polygraphy was not timed: {str(error).splitlines()[-1]}"]
    cold = float(row[2].split()[0]) / int(row[0])
    times = f"{each.seconds / cold:.0f} × a cold run's {cold:.2f} s"
    return ["", f"Polygraphy, one process per model, median of {count}: {each.seconds:.1f} s a case, {times}."]


def _row(folder: Path, worker: Sequence[str], bare: Path, count: int) -> list[str]:
    cases, home = folder / f"gpu_{count}", folder / f"home_{count}"
    write_experiments(count, cases)
    parameters = write_parameters(count, folder / f"layers_{count}.json")
    plain = process([*worker, str(bare), str(parameters)])
    run = [sys.executable, "-m", "trtexp", "run", str(cases), "--backend", "tensorrt", "--python", shlex.join(worker)]
    run += ["--reports", str(home / "reports"), "--cache", str(home / "cache")]
    cold, warm = process(run), process(run)
    return [
        str(count),
        f"{plain.seconds:.1f} s",
        f"{cold.seconds:.1f} s",
        f"{cold.seconds / plain.seconds:.2f}",
        f"{warm.seconds:.2f} s",
        f"{1000 * warm.seconds / count:.1f}",
    ]
