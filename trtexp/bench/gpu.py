"""With a GPU: the bare API, a cold run, a warm run and Polygraphy on the same layers, side by side in one go."""

from __future__ import annotations

import importlib.util
import json
import shlex
import statistics
import sys
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from trtexp.bench.generate import write_experiments, write_onnx, write_parameters
from trtexp.bench.measure import Broken, process
from trtexp.files.home import LAST_RUN

#: Polygraphy has no `__main__`; the tactic sources are those of the bare program.
POLYGRAPHY = """\
import sys
import tensorrt
from polygraphy.tools import main
internal = [name for name in tensorrt.TacticSource.__members__ if name not in ("CUBLAS", "CUBLAS_LT", "CUDNN")]
sys.argv += ["--tactic-sources", *internal]
sys.exit(main())
"""
TIMED = 20  # cases: fewer are run several times, so that start-up is a median
VARIED = 12  # layers, each built in every way


def measure_gpu(
    folder: Path, worker: Sequence[str], counts: Sequence[int], polygraphy: int
) -> Iterator[dict[str, Any]]:
    """Parts of the release's record, each as soon as it is known. Raises Broken."""
    if polygraphy:
        yield {"polygraphy": _polygraphy(folder, worker, polygraphy)}
    with resources.as_file(resources.files("trtexp.bench") / "bare.py") as bare:
        yield {"variants": _variants(folder, worker, bare)}
        for count in counts:
            runs = [_run(folder / f"{count}.{i}", worker, bare, count) for i in range(max(1, TIMED // count))]
            row = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            yield {"rows": {str(count): {"runs": len(runs), **row}}}


def _polygraphy(folder: Path, worker: Sequence[str], count: int) -> dict[str, Any]:
    """Seconds of each process; why there are none where it cannot be had."""
    missing = [name for name in ("onnx", "polygraphy") if importlib.util.find_spec(name) is None]
    if missing:
        return {"missing": f"{' and '.join(missing)} not installed"}
    models = write_onnx(count, folder / "onnx")
    try:
        return {
            "seconds": [process([*worker, "-c", POLYGRAPHY, "run", str(model), "--trt"]).seconds for model in models]
        }
    except Broken as error:
        return {"missing": str(error).splitlines()[-1]}


def _variants(folder: Path, worker: Sequence[str], bare: Path) -> dict[str, Any]:
    """Seconds of builds by the options that may make them slower, in turn in one process."""
    parameters = write_parameters(VARIED, folder / "variants.json")
    last = process([*worker, str(bare), str(parameters), "variants"]).said.splitlines()[-1]
    return {"layers": VARIED, "seconds": json.loads(last)}


def _run(folder: Path, worker: Sequence[str], bare: Path, count: int) -> dict[str, float]:
    """Seconds of the bare program, of a cold run, of its parts in the worker, and of the same run again."""
    write_experiments(count, folder)
    parameters = write_parameters(count, folder / "layers.json")
    plain = process([*worker, str(bare), str(parameters)])
    run = [sys.executable, "-m", "trtexp", "run", str(folder), "--backend", "tensorrt", "--python", shlex.join(worker)]
    run += ["--reports", str(folder / "reports"), "--cache", str(folder / "cache")]
    cold = process(run)
    phases = json.loads(LAST_RUN.read_text(encoding="utf-8"))["content"]["seconds_by_phase"]
    warm = process(run)
    (builds,) = json.loads(plain.said.splitlines()[-1]).values()
    return {"bare": plain.seconds, "bare builds": builds, "cold": cold.seconds, "warm": warm.seconds, **phases}
