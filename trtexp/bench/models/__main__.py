"""python -m trtexp.bench.models FOLDER: judge real models, plant faults in them, and write reports/MODELS.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from trtexp.bench.__main__ import processor
from trtexp.bench.models.beside import beside, timed
from trtexp.bench.models.example import example
from trtexp.bench.models.page import page
from trtexp.bench.models.trials import MODELS, Trials, trials
from trtexp.files.atomic import write_text

ONE_CORE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m trtexp.bench.models", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the .onnx files are, at any depth")
    parser.add_argument("--seed", type=int, default=17, help="that faults are drawn from")
    parser.add_argument(
        "--count", type=int, default=100, help="of faults that change their tensor; 0 keeps those of the page"
    )
    parser.add_argument("--page", type=Path, default=Path("reports/MODELS.md"), help="where the page goes")
    parser.add_argument("--example", action="store_true", help="only write the example of a blame, below the page")
    options = parser.parse_args()
    if ONE_CORE.items() - os.environ.items():  # before numpy is loaded
        os.environ.update(ONE_CORE)
        os.execv(sys.executable, [sys.executable, "-m", "trtexp.bench.models", *sys.argv[1:]])
    data: dict[str, Any] = {
        "machine": f"{processor()}, {platform.system()}, CPython {platform.python_version()}",
        "seed": options.seed,
        "clean": [],
        "trials": [],
    }
    paths = {path.name: path for path in sorted(options.folder.rglob("*.onnx"))}
    if options.example:
        (name, (file, _)) = list(MODELS.items())[-1]
        with tempfile.TemporaryDirectory() as work:
            print(example(Trials(name, paths[file]), options.seed, Path(work), options.page.parent / "blame"))
        return 0
    every = [Trials(name, paths[file]) for name, (file, _) in MODELS.items() if file in paths]
    for model in every:
        data["clean"].append(_clean(model))
        print(data["clean"][-1], flush=True)
    with tempfile.TemporaryDirectory() as name:
        data["polygraphy"] = beside(every[-1], options.seed, Path(name))
    if not options.count and _figures(options.page).is_file():
        data["trials"] = json.loads(_figures(options.page).read_text(encoding="utf-8"))["trials"]
    _write(options.page, data)
    for trial in trials(every, options.seed, options.count):
        data["trials"].append(
            {
                "model": trial.model,
                "kind": trial.fault.kind,
                "what": trial.fault.what,
                "change": trial.change,
                "first": trial.first,
                "named": trial.named,
                "right": trial.right,
            }
        )
        print(len(data["trials"]), data["trials"][-1], flush=True)
        _write(options.page, data)
    return 0


def _clean(model: Trials) -> dict[str, Any]:
    judged = model.judged()
    shapes = [f"--shape={n}={'x'.join(map(str, shape))}" for n, shape in MODELS[model.name][1].items()]
    command = [sys.executable, "-m", "trtexp", "blame", str(model.path), *shapes, "--device", "onnxruntime"]
    figure, seconds = timed(command)
    counts = {verdict: sum(f.verdict == verdict for f in judged.found) for verdict in ("guilty", "wide", "unjudged")}
    return {
        "model": model.name,
        "layers": judged.layers,
        "tensors": len(judged.found),
        "elements": sum(found.elements for found in judged.found),
        "cpu": judged.seconds,
        "seconds": seconds,
        "memory": figure.memory,
        **counts,
    }


def _figures(page: Path) -> Path:
    return page.with_name("models.json")


def _write(path: Path, data: dict[str, Any]) -> None:
    """The figures beside the page, so that it can be made again."""
    write_text(_figures(path), json.dumps(data, indent=1) + "\n")
    write_text(path, page(data))


if __name__ == "__main__":
    sys.exit(main())
