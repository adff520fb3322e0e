"""trtexp audit --sensitivity"""

from __future__ import annotations

import sys
from pathlib import Path

from trtexp.cli.options import AuditOptions
from trtexp.coverage.plant import Trials, planted
from trtexp.coverage.sensitivity import named, render_sensitivity
from trtexp.errors import BadUsage, visible
from trtexp.files.atomic import write_text
from trtexp.files.paths import collect, shown
from trtexp.files.reading import holds
from trtexp.running.folders import SENSITIVITY
from trtexp.running.helpers import Helpers
from trtexp.spec.load import load


def sensitivity(options: AuditOptions) -> int:
    """Write the page of how wrong a number may be unseen, and name the widest; with --check say whether the page is up
    to date. The page of some experiments is printed, and no file.

    Raises BadUsage, NothingFound, SpecError, OSError.
    """
    if options.paths and options.check:
        raise BadUsage("--check compares the page of all experiments; leave the paths out")
    paths = collect(options.paths or ("experiments",))
    with Helpers(len(paths)) as helpers:
        files = list(helpers.each(_planted, paths))
    text, page = render_sensitivity(files), options.reports / SENSITIVITY
    if options.paths:
        print(text, end="")
        return 0
    if not options.check:
        write_text(page, text)
        for line in named([trial for file in files for trial in file.trials]):
            print(visible(line))
        print(page)
        return 0
    if holds(page, text.encode("utf-8")):
        return 0
    print(f"{page} is out of date; write it again: trtexp audit --sensitivity", file=sys.stderr)
    return 1


def _planted(path: Path) -> Trials:
    return planted(load(path, shown=shown(path)))
