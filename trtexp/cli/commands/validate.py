"""trtexp validate"""

from __future__ import annotations

import sys

from trtexp.cli.commands.annotate import faults_annotated, remark
from trtexp.cli.options import ValidateOptions
from trtexp.errors import plural
from trtexp.files.paths import collect
from trtexp.judging.case import not_as_expected
from trtexp.records.model import CaseRecord
from trtexp.report.terminal import Terminal
from trtexp.report.wording.cases import problems
from trtexp.running.helpers import Helpers
from trtexp.running.plan import plan_files
from trtexp.spec.case import Experiment


def validate(options: ValidateOptions) -> int:
    """Check files, and their expected values against the reference. Raises SpecError, NothingFound, OSError."""
    with faults_annotated(options.github):
        paths = collect(options.paths)
        with Helpers(len(paths)) as helpers:
            files = plan_files(paths, helpers, _not_as_expected)
    wrong = [case for file in files for case in file.wrong]
    cases = sum(len(file.cases) for file in files)
    said = f"{plural(len(files), 'file')}, {plural(cases, 'case')}"
    if wrong:
        if options.github:
            options.github.annotate("error", "not as expected", map(remark, wrong))
        Terminal(sys.stderr).error(f"{case.place}: {case.name}: {text}" for case in wrong for text in problems(case))
        print(f"{said}: the expected values of {len(wrong)} differ from the reference", file=sys.stderr)
        return 1
    if not options.quiet:
        print(f"{said}: all well")
    return 0


def _not_as_expected(experiment: Experiment) -> list[CaseRecord]:
    return [record for case in experiment.cases if (record := not_as_expected(case)) is not None]
