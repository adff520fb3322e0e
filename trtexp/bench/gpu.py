"""With a GPU: the bare API, a cold run, a warm run and Polygraphy on the same layers, in one go."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from trtexp.bench.generate import write_experiments, write_onnx, write_parameters
from trtexp.bench.measure import median, process
from trtexp.report.table import table


def measure_gpu(
    folder: Path, machine: str, release: str, worker: Sequence[str], counts: Sequence[int], polygraphy: int
) -> str:
    """The section of the page."""
    with resources.as_file(resources.files("trtexp.bench") / "bare.py") as bare:
        rows = [_row(folder, worker, bare, count) for count in counts]
    lines = [
        "## On a GPU",
        "",
        f"{release}; host {machine}. Whole processes, start-up and builder included. Bare API: one builder, one timing",
        "cache, the same options, no comparison and no report. Cold: no cache on disk. Warm: the same run once more.",
        "",
        table(["cases", "bare API", "cold run", "cold / bare", "warm run", "warm, ms a case"], rows, right="cases"),
    ]
    if polygraphy and importlib.util.find_spec("onnx") and importlib.util.find_spec("polygraphy"):
        models = write_onnx(polygraphy, folder / "onnx")
        tool = [*worker, "-m", "polygraphy", "run", "--trt"]
        each = median([process([*tool, str(model)]) for model in models])
        last = float(rows[-1][2].split()[0]) / counts[-1]
        lines += [
            "",
            f"Polygraphy, one process per model, median of {polygraphy}: {each.seconds:.1f} s a case, "
            f"{each.seconds / last:.0f} × a cold run's {last:.2f} s.",
        ]
    return "\n".join(lines)


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
