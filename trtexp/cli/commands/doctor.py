"""trtexp doctor"""

from __future__ import annotations

from trtexp.cli.doctor import examine, lines
from trtexp.cli.options import DoctorOptions
from trtexp.errors import NoGpu, visible
from trtexp.files.home import HOME
from trtexp.files.program import program
from trtexp.running.targets import places


def doctor(options: DoctorOptions) -> int:
    """Print what a run would find; 1 if something is wrong. Raises BadUsage; NoGpu where one was demanded."""
    targets = options.targets
    named = bool(targets.workers or targets.python)
    found = examine(places(targets), named, HOME, options.cache)
    for line in lines(found.checks):
        print(visible(line))
    wrong = sum(check.state == "wrong" for check in found.checks)
    if targets.backend == "tensorrt" and not any(release.can_run for release in found.releases):
        raise NoGpu("no TensorRT that can run here; the lines above say why")
    if not wrong:
        runs = any(release.can_run for release in found.releases)
        builds = "the reference, and builds ahead of time" if found.releases else "the reference alone"
        print(f"nothing is wrong; {program()} run uses {'TensorRT on the GPU' if runs else builds}")
    return 1 if wrong else 0
