"""trtexp validate"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from trtexp.cli.annotate import annotate_faults, faults_annotated, remark
from trtexp.cli.options import ValidateOptions
from trtexp.errors import plural, worst
from trtexp.files.paths import choose
from trtexp.judging.check import check
from trtexp.report.terminal import Terminal
from trtexp.report.wording.cases import granted, problems, refused_elsewhere
from trtexp.running.helpers import Helpers
from trtexp.running.plan import Planned, check_patterns, plan_files


def validate(options: ValidateOptions) -> int:
    """Check files, and their expected values against the reference. Raises UserError, OSError."""
    with faults_annotated(options.github):
        paths = choose(options.paths)
        with Helpers(len(paths)) as helpers:
            files, refused = plan_files(paths, helpers, check)
        check_patterns(files)
    if refused is not None:
        annotate_faults(options.github, refused)
        terminal = Terminal(sys.stderr)
        terminal.error(refused.lines(terminal.real, "the other files are checked"))
    code = 0 if refused is None else refused.exit_code
    wrong = [case for file in files for case in file.checked.wrong]
    cases = sum(len(file.selected()) for file in files)
    said = f"{plural(len(files), 'file')}, {plural(cases, 'case')}"
    if wrong:
        if options.github:
            options.github.annotate("error", "not as expected", map(remark, wrong))
        Terminal(sys.stderr).error(f"{case.place}: {case.name}: {text}" for case in wrong for text in problems(case))
        broken = [case for case in wrong if case.status == "internal"]
        differ = f"the expected values of {len(wrong) - len(broken)} differ from the reference"
        Terminal(sys.stderr).line(f"{said}: {differ}{f', trtexp failed at {len(broken)}' * bool(broken)}")
        return worst(code, 3 if broken else 1)
    if not options.quiet:
        noted = [case for file in files for case in file.checked.noted]
        Terminal(sys.stdout).header(f"{case.place}: {case.name}: {text}" for case in noted for text in granted(case))
        Terminal(sys.stdout).header(line for file in files for line in refused_elsewhere(file.checked.elsewhere))
        Terminal(sys.stdout).line(f"{said}: {_unjudged(files) or 'all well'}")
    return code


def _unjudged(files: Sequence[Planned]) -> str:
    """How much only TensorRT can tell, empty if that is nothing."""
    cases, outputs = (
        sum(counts) for counts in zip(*((f.checked.cases, f.checked.outputs) for f in files), strict=True)
    )
    counts = [plural(count, what) for count, what in ((cases, "case"), (outputs, "output")) if count]
    return f"all well but for {' and '.join(counts)} that only TensorRT can tell" if counts else ""
