"""trtexp script"""

from __future__ import annotations

import re

from trtexp.cli.one_case import one_case
from trtexp.cli.options import ScriptOptions
from trtexp.definition.script.program import script
from trtexp.errors import NothingFound, visible
from trtexp.migration.releases.api import spelled
from trtexp.spec.requirement import FLAVOURS, Target


def print_script(options: ScriptOptions) -> int:
    """Print one case as a program. Raises NothingFound, BadUsage, SpecError, OSError."""
    flavour, version = spelled(options.release)
    if flavour not in FLAVOURS or not re.fullmatch(r"\d[\w.]*", version):
        raise NothingFound(f"--release {options.release}: write 8.6.0, {FLAVOURS[0]}-8.6.0, or rtx-1.7")
    experiment, case = one_case(options.case, options.named, Target(flavour, version))
    print(script(case.definition, case.feeds, visible(f"{experiment.title}: {case.name}")), end="")
    return 0
