"""trtexp script"""

from __future__ import annotations

import re

from trtexp.cli.options import ScriptOptions
from trtexp.errors import NothingFound, visible
from trtexp.files.paths import shown
from trtexp.releases.api import spelled
from trtexp.script.program import script
from trtexp.spec.errors import nearest
from trtexp.spec.load import load
from trtexp.spec.requirement import FLAVOURS, Target


def print_script(options: ScriptOptions) -> int:
    """Print one case as a program. Raises NothingFound, SpecError, OSError."""
    path = options.path
    if not path.is_file():
        raise NothingFound(f"{options.path}: no such file")
    flavour, version = spelled(options.release)
    if flavour not in FLAVOURS or not re.fullmatch(r"\d[\w.]*", version):
        raise NothingFound(f"--release {options.release}: write 8.6.0, {FLAVOURS[0]}-8.6.0, or rtx-1.7")
    experiment = load(path, Target(flavour, version), shown(path))
    cases = {case.name: case for case in experiment.cases}
    if options.case not in cases:
        raise NothingFound(f"{options.path}: no case {options.case!r}; {nearest(options.case, cases)}")
    case = cases[options.case]
    print(script(case.definition, case.feeds, visible(f"{experiment.title}: {case.name}")), end="")
    return 0
