"""trtexp run"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from trtexp.cli import ci
from trtexp.cli.annotate import annotate_faults, faults_annotated
from trtexp.cli.one_run import OneRun, resume, say
from trtexp.cli.options import RunOptions
from trtexp.cli.planning import plan_run
from trtexp.errors import BadUsage, NothingSelected, plural, worst
from trtexp.records.shard import save
from trtexp.report.terminal import Terminal
from trtexp.running.archive import as_folders
from trtexp.running.backends import header
from trtexp.running.folders import finish, held, set_aside
from trtexp.running.part import shard_of
from trtexp.running.plan import Plan
from trtexp.running.steps import Steps
from trtexp.running.targets import backends, places, workplace
from trtexp.workers import WorkerEvent


def run(options: RunOptions) -> int:
    """Run files on every backend that this machine has, or that was named; those that are no experiments are named
    before the others are run.

    Raises UserError, OSError, KeyboardInterrupt; once cases are run, all of them in a BrokenOff.
    """
    events, steps = list[str](), Steps()
    with ExitStack() as stack:
        with faults_annotated(options.github), steps.step("plan"):
            try:
                planning = plan_run(options, stack)
            except NothingSelected:
                ci.write(options, [])
                raise
        plan, refused = planning.plan, planning.refused
        if refused is not None:
            annotate_faults(options.github, refused)
            terminal = Terminal(sys.stderr)
            terminal.error(refused.lines(terminal.real, "the other files are run"))
        targets = stack.enter_context(as_folders(options.targets))
        work, given = workplace(targets, partial(_heard, events)), places(targets)
        with steps.step("workers"):
            groups = backends(targets, given, work)
        ready = [stack.enter_context(backend) for group in groups for backend in group]
        releases = [backend.release.name for backend in ready]
        _reject_twins(releases, "--worker: the release {} is there twice; give both workers the same name, {}=…")
        stack.enter_context(held(plan, releases, options.wait, say))
        _tell_of_journals(plan, releases, options.words)
        run = OneRun(planning, ready, events, options, steps)
        with run.recorded():
            with steps.step("cases"), run.terminal:
                for group in groups:
                    run.group(group, (line for backend in group for line in header(backend, run.many)))
            with steps.step("pages"):
                if planning.part is not None and planning.output is not None:
                    save(planning.output, shard_of(planning.part, plan, ready, run.totals.shared))
                    run.wrote(planning.output)
                finish(plan, releases)
            run.finish()
            with steps.step("close"):
                for backend in ready:
                    backend.close()
        ci.write(options, run.totals.reports)
    return worst(run.totals.exit_code, 0 if refused is None else refused.exit_code)


def _heard(events: list[str], event: WorkerEvent) -> None:
    """Keep what happened to a worker, and tell the user where he has to wait."""
    new = f"{event.kind}: {event}" not in events
    events.append(f"{event.kind}: {event}")
    if new and event.kind != "restart":  # the case's own line says that
        say(str(event))


def _reject_twins(names: Sequence[str], message: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadUsage(message.format(name, name))


def _tell_of_journals(plan: Plan, releases: Sequence[str], words: Sequence[str]) -> None:
    for release in releases:
        if count := set_aside(plan, release):
            say(f"found {plural(count, 'result')} of an interrupted {release} run; resume with: {resume(words)}")
