"""python -m trtexp.bench: measure on this machine, and write reports/BENCHMARK.md from reports/benchmark.json."""

from __future__ import annotations

import argparse
import platform
import shlex
import sys
import tempfile
from pathlib import Path

from trtexp.bench.cpu import measure_cpu
from trtexp.bench.gpu import measure_gpu
from trtexp.bench.measure import Broken
from trtexp.bench.page import keep
from trtexp.workers import Crew, WorkerSpec, WorkerUnavailable


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m trtexp.bench", description=__doc__)
    parser.add_argument("--worker", default=sys.executable, help="the interpreter, or command, that has TensorRT")
    parser.add_argument("--cases", default="10,100,300", help="how many cases, on the GPU")
    parser.add_argument("--polygraphy", type=int, default=3, help="how many Polygraphy processes to time (0: none)")
    parser.add_argument("--page", default="reports/BENCHMARK.md", help="where the page goes")
    parser.add_argument("--part", choices=("all", "cpu", "gpu"), default="all", help="what to measure")
    options = parser.parse_args()
    page = Path(options.page)
    machine = f"{platform.machine()}, {processor()}, {platform.system()}, CPython {platform.python_version()}"
    try:
        with tempfile.TemporaryDirectory() as name:
            if options.part != "gpu":
                for part in measure_cpu(Path(name)):
                    keep(page, {"cpu": {"machine": machine, **part}})
            release = None if options.part == "cpu" else _release(options.worker)
            if release:
                counts, worker = [int(n) for n in options.cases.split(",") if n], shlex.split(options.worker)
                for part in measure_gpu(Path(name), worker, counts, options.polygraphy):
                    keep(page, {"gpu": {release: {"machine": machine, **part}}})
                    print(part, flush=True)
            elif options.part == "gpu":
                print("no GPU with TensorRT here: nothing measured", file=sys.stderr)
                return 4
    except Broken as error:
        print(error, file=sys.stderr)
        return 1
    print(page.read_text(encoding="utf-8"))
    return 0


def _release(worker: str) -> str | None:
    """`tensorrt 8.6.0 on NVIDIA H100`, if that worker can run."""
    try:
        crew = Crew([WorkerSpec(worker, "tensorrt")])
    except WorkerUnavailable:
        return None
    crew.close()
    return f"{crew.release.flavour} {crew.release.version} on {crew.release.gpu}"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.processor()


if __name__ == "__main__":
    sys.exit(main())
