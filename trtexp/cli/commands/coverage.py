"""trtexp coverage"""

from __future__ import annotations

from trtexp.authoring.coverage.count import cover
from trtexp.authoring.coverage.page import render_coverage
from trtexp.cli.commands.generated import experiments_of, publish
from trtexp.cli.options import CoverageOptions
from trtexp.files.paths import shown
from trtexp.migration.releases.api import known
from trtexp.running.folders import COVERAGE
from trtexp.spec.load import load


def coverage(options: CoverageOptions) -> int:
    """Write the page of what the experiments reach of the API; with --check say whether it is up to date. The page of
    some of them is printed, and no file.

    Raises BadUsage, NothingFound, SpecError, OSError.
    """
    cases = [case for path in experiments_of(options) for case in load(path, shown=shown(path)).cases]
    return publish(options, options.reports / COVERAGE, render_coverage(cover(cases, known())), "trtexp coverage")
