"""trtexp merge"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace

from trtexp.cli import ci
from trtexp.cli.annotate import annotate_faults, faults_annotated
from trtexp.cli.commands.fuzz import merge_fuzz
from trtexp.cli.one_run import OneRun, say
from trtexp.cli.options import MergeOptions
from trtexp.cli.planning import Planning, places_of, read_files, reject_namesakes
from trtexp.errors import plural, worst
from trtexp.files.home import PENDING
from trtexp.records.shard import kind_of
from trtexp.report.terminal import Terminal
from trtexp.running.folders import finish, held
from trtexp.running.helpers import Helpers
from trtexp.running.merging import Whole, check_named, gather
from trtexp.running.plan import Plan
from trtexp.running.steps import Steps


def merge(options: MergeOptions) -> int:
    """Judge nothing again, and write what one run, or one campaign, would have written. Needs no TensorRT.

    Raises UserError, OSError, KeyboardInterrupt; once reports are written, all of them in a BrokenOff.
    """
    if kind_of(options.files[0]) == "fuzz":
        return merge_fuzz(options)
    steps = Steps()
    with ExitStack() as stack:
        with faults_annotated(options.github), steps.step("plan"):
            whole = gather(options.files)
            planning = _plan(options, whole, stack)
        if planning.refused is not None:
            annotate_faults(options.github, planning.refused)
            terminal = Terminal(sys.stderr)
            terminal.error(planning.refused.lines(terminal.real, "the other files are merged"))
        releases = [backend.release.name for backend in whole.backends]
        stack.enter_context(held(planning.plan, releases, options.wait, say))
        run = OneRun(planning, whole.backends, [], options, steps)
        with run.recorded():
            with steps.step("cases"), run.terminal:
                shards = plural(len(options.files), "shard")
                run.group(whole.backends, [f"merging {shards} of {', '.join(releases)}{run.many}"])
            with steps.step("pages"):
                finish(planning.plan, releases)
            run.finish()
        ci.write(options, run.totals.reports)
    return worst(run.totals.exit_code, 0 if planning.refused is None else planning.refused.exit_code)


def _plan(options: MergeOptions, whole: Whole, stack: ExitStack) -> Planning:
    """Raises SpecError, BadUsage."""
    reports, scratch = places_of(options)
    helpers = stack.enter_context(Helpers(len(whole.files)))
    files, refused = read_files(dict.fromkeys(whole.files, ()), helpers)
    check_named(whole, files)
    plan = Plan(files, (), reports, scratch, keep=ci.wanted(options), pending=PENDING, helpers=helpers)
    reject_namesakes(plan)
    return Planning(replace(plan, answered=whole.answered), refused)
