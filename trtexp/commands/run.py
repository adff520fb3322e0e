"""trtexp run"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from trtexp.paths import collect, shown
from trtexp.runner import Backend, Totals, backends, read_all, write_matrix
from trtexp.runner import run as run_files
from trtexp.terminal import Summary, Terminal

#: How phases are called in the summary.
PHASES = {"builder": "builder", "define": "define", "build": "builds", "run": "runs"}


def run(options: argparse.Namespace) -> int:
    """Run files on every backend that this machine has. Raises SpecError, NothingFound, NoGpu, OSError."""
    files = read_all(collect(options.paths))
    cases = sum(1 for file in files for name, _, _ in file.cases)
    folder = None if options.no_reports else Path(options.reports)
    differing = selected = 0
    with ExitStack() as stack:
        chosen = [stack.enter_context(backend) for backend in backends(options.backend, options.python)]
        for backend in chosen:
            terminal = stack.enter_context(Terminal(sys.stdout))
            terminal.header(header(backend, len(files), cases))
            start = time.perf_counter()
            totals = run_files(files, backend, options.case, folder, terminal)
            terminal.finish(summary(totals, time.perf_counter() - start))
            differing += totals.differing
            selected += totals.as_expected + totals.differing
    if not selected:
        print(f"no case matches {', '.join(options.case)}", file=sys.stderr)
        return 5
    if folder is not None and not options.case:
        write_matrix(folder)
    return 1 if differing else 0


def header(backend: Backend, files: int, cases: int) -> list[str]:
    """What is going to be run, on what; loud where TensorRT itself is not run."""
    release = backend.release
    many = f"{files} file{'s' * (files != 1)}, {cases} case{'s' * (cases != 1)}"
    if release.backend == "run":
        return [f"{release.flavour} {release.version} on {release.gpu}, {many}"]
    if release.backend == "built":
        return [f"building ahead of time with {release.flavour} {release.version}, {many}: nothing is run"]
    lines = [f"{backend.reason}"] if backend.reason else []
    return [*lines, f"computing the reference in float64, {many}; TensorRT itself is NOT run"]


def summary(totals: Totals, seconds: float) -> Summary:
    parts = tuple(f"{PHASES[p]} {s:.2g} s" for p, s in totals.seconds.items() if p in PHASES and s >= 0.005)
    return Summary(seconds, parts, tuple(shown(path) for path in totals.reports))
