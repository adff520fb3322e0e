"""trtexp coverage"""

from __future__ import annotations

import sys

from trtexp.cli.options import CoverageOptions
from trtexp.coverage.count import cover
from trtexp.coverage.page import render_coverage
from trtexp.errors import BadUsage
from trtexp.files.atomic import write_text
from trtexp.files.paths import collect, shown
from trtexp.files.reading import holds
from trtexp.migration.releases.api import known
from trtexp.running.folders import COVERAGE
from trtexp.spec.load import load


def coverage(options: CoverageOptions) -> int:
    """Write the page of what the experiments reach of the API; with --check say whether it is up to date. The page of
    some of them is printed, and no file.

    Raises BadUsage, NothingFound, SpecError, OSError.
    """
    if options.paths and options.check:
        raise BadUsage("--check compares the page of all experiments; leave the paths out")
    paths = collect(options.paths or ["experiments"])
    cases = [case for path in paths for case in load(path, shown=shown(path)).cases]
    text, page = render_coverage(cover(cases, known())), options.reports / COVERAGE
    if options.paths:
        print(text, end="")
        return 0
    if not options.check:
        write_text(page, text)
        print(page)
        return 0
    if holds(page, text.encode("utf-8")):
        return 0
    print(f"{page} is out of date; write it again: trtexp coverage", file=sys.stderr)
    return 1
