"""trtexp doctor"""

from __future__ import annotations

import sys

from trtexp.cli.doctor import STYLES, examine
from trtexp.cli.options import DoctorOptions
from trtexp.cli.self_test import advice
from trtexp.errors import NoGpu
from trtexp.files.home import HOME
from trtexp.files.program import program
from trtexp.report.terminal import Terminal
from trtexp.running.targets import places

COLUMN = 7  # where the text begins


def doctor(options: DoctorOptions) -> int:
    """Print what a run would find; 1 if something is wrong. Raises BadUsage; NoGpu where one was demanded."""
    targets = options.targets
    named = bool(targets.workers or targets.python)
    found = examine(places(targets), named, HOME, options.cache)
    terminal = Terminal(sys.stdout)
    for check in found.checks:
        state = check.state.upper() if check.state == "wrong" else check.state
        terminal.entry(state, f"{check.what}: {check.text}", STYLES[check.state], COLUMN)
        if check.fix and check.state != "ok":
            terminal.entry("", f"to fix it: {check.fix}", column=COLUMN)
    wrong = sum(check.state == "wrong" for check in found.checks)
    if targets.backend == "tensorrt" and not any(release.can_run for release in found.releases):
        raise NoGpu("no TensorRT that can run here; the lines above say why")
    if not wrong:
        runs = any(release.can_run for release in found.releases)
        builds = "the reference, and builds ahead of time" if found.releases else "the reference alone"
        terminal.line(f"nothing is wrong; {program()} run uses {'TensorRT on the GPU' if runs else builds}", "green")
    for release in found.releases:
        terminal.block(advice(release))
    return 1 if wrong else 0
