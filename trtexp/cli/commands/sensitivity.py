"""trtexp audit --sensitivity"""

from __future__ import annotations

from pathlib import Path

from trtexp.authoring.coverage.plant import Trials, planted
from trtexp.authoring.coverage.sensitivity import named, render_sensitivity
from trtexp.cli.commands.generated import experiments_of, publish
from trtexp.cli.options import AuditOptions
from trtexp.files.paths import shown
from trtexp.running.folders import SENSITIVITY
from trtexp.running.helpers import Helpers
from trtexp.spec.load import load


def sensitivity(options: AuditOptions) -> int:
    """Write the page of how wrong a number may be unseen, and name the widest; with --check say whether the page is up
    to date. The page of some experiments is printed, and no file.

    Raises BadUsage, NothingFound, SpecError, OSError.
    """
    paths = experiments_of(options)
    with Helpers(len(paths)) as helpers:
        files = list(helpers.each(_planted, paths))
    widest = named([trial for file in files for trial in file.trials])
    page, text = options.reports / SENSITIVITY, render_sensitivity(files)
    return publish(options, page, text, "trtexp audit --sensitivity", widest)


def _planted(path: Path) -> Trials:
    return planted(load(path, shown=shown(path)))
