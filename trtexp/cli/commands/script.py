"""trtexp script"""

from __future__ import annotations

import re

from trtexp.cli.one_case import one_case
from trtexp.cli.options import ScriptOptions
from trtexp.errors import NothingFound, visible
from trtexp.script.program import script
from trtexp.spec.requirement import FLAVOURS, Target

RELEASE = re.compile(r"(tensorrt-rtx|tensorrt)-(\d[\w.]*)")


def print_script(options: ScriptOptions) -> int:
    """Print one case as a program. Raises NothingFound, BadUsage, SpecError, OSError."""
    match = RELEASE.fullmatch(options.release)
    if match is None:
        raise NothingFound(f"--release {options.release}: write {FLAVOURS[0]}-8.6.0 or {FLAVOURS[1]}-1.7")
    experiment, case = one_case(options.case, options.named, Target(match[1], match[2]))
    print(script(case.definition, case.feeds, visible(f"{experiment.title}: {case.name}")), end="")
    return 0
