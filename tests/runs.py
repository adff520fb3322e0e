"""What the tests of runs share: small projects, planned files, and backends that answer without TensorRT."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

from processes import inside

from trtexp.engine.outcome import Outcome
from trtexp.numerics import encode
from trtexp.records.model import ReleaseRecord
from trtexp.report.progress import RunTerminal
from trtexp.running.backends import Backend
from trtexp.running.helpers import Helpers
from trtexp.running.plan import Plan, plan_files
from trtexp.running.run import Totals, run
from trtexp.spec.case import Case

TEXT = """\
title: Experiment {n}
inputs:
  x: {{shape: [1, 1, 3, 3], arange: {{start: {n}}}}}
weights:
  w: {{shape: [1, 1, 3, 3], arange: {{start: 1}}}}
network:
  deconv:
    deconvolution_nd: {{input: x, num_output_maps: 1, kernel_shape: [3, 3], kernel: w}}
cases:
"""


def write_project(folder: Path, files: int, cases: int) -> Path:
    """`files` experiments of `cases` cases each, below `folder/experiments`; every third case fails."""
    experiments = folder / "experiments"
    experiments.mkdir(parents=True)
    for n in range(files):
        text = TEXT.format(n=n)
        for i in range(cases):
            expect = ", expect: {deconv: {full: 1, from: derived}}" if i % 3 == 2 else ""
            change = f"network: {{deconv: {{set: {{stride_nd: [{i + 1}, 1]}}}}}}{expect}"
            text += f"  case_{i}: {{about: number {i}, {change}}}\n"
        (experiments / f"e{n:02}.yaml").write_text(text, encoding="utf-8")
    return experiments


def tree(folder: Path) -> dict[str, bytes]:
    """Every file that is no lock."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


class Answers(Backend):
    """Gives the reference's values as TensorRT's, after a moment that differs by case; counts who is at work.

    trouble: case name -> an exception to raise instead.
    """

    def __init__(
        self, version: str, workers: int = 1, trouble: dict[str, BaseException] | None = None, slow: float = 0.0
    ) -> None:
        name = f"tensorrt-{version}"
        release = ReleaseRecord(name=name, flavour="tensorrt", version=version, backend="run", gpu="none")
        super().__init__(release, workers=workers)
        self.trouble = trouble or {}
        self.slow = slow
        self.asked: list[str] = []
        self.threads_seen: set[int] = set()
        self.closed = threading.Event()

    def answer(self, case: Case) -> Outcome:
        self.asked.append(case.name)
        self.threads_seen.add(threading.get_ident())
        time.sleep(random.random() * self.slow)
        if case.name in self.trouble:
            raise self.trouble[case.name]
        tensors = case.evaluation().tensors
        outputs = {name: encode(tensors[name].ref, tensors[name].dtype) for name in case.definition.outputs}
        return Outcome("ran", outputs=outputs, seconds={"build": 0.25, "run": 0.5})

    def close(self) -> None:
        self.closed.set()


def run_project(experiments: Path, backends: list[Backend], stream: object, **plan: object) -> Totals:
    """Run on these backends, in the project's folder; reports and journals go beside the experiments."""
    folder = experiments.parent
    with inside(folder):
        return _run(
            experiments, backends, stream, {"reports": folder / "reports", "journals": folder / "journal"} | plan
        )


def _run(experiments: Path, backends: list[Backend], stream: object, given: dict[str, object]) -> Totals:
    files = plan_files(sorted(experiments.glob("*.yaml")), Helpers()).files
    totals = Totals()
    with RunTerminal(stream) as terminal:  # type: ignore[arg-type]
        run(backends, Plan(files, **given), terminal, totals)  # type: ignore[arg-type]
    return totals
