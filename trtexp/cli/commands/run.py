"""trtexp run"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from trtexp.authoring.advice import advice
from trtexp.cli.commands import ci
from trtexp.cli.commands.annotate import annotate_faults, faults_annotated
from trtexp.cli.options import RunOptions
from trtexp.errors import BadUsage, BrokenOff, NothingSelected, plural, worst
from trtexp.files.home import JOURNALS, LAST_RUN, PENDING, REPORTS, SCRATCH
from trtexp.files.paths import Chosen, choose, meant, shown
from trtexp.files.program import program
from trtexp.report.progress import RunTerminal, Summary
from trtexp.report.terminal import Terminal
from trtexp.running.archive import as_folders
from trtexp.running.backends import Backend, header
from trtexp.running.folders import finish, held, set_aside
from trtexp.running.helpers import FEW, Helpers
from trtexp.running.last_run import last_failed, write_last_run
from trtexp.running.pending import distinct, pending_after
from trtexp.running.plan import Plan, Planned, check_patterns, plan_files
from trtexp.running.run import Totals
from trtexp.running.run import run as run_files
from trtexp.running.steps import Steps
from trtexp.running.targets import backends, places, reject_file, workplace
from trtexp.spec.errors import SpecError
from trtexp.workers import WorkerEvent

#: How phases are called in the summary.
PHASES = {"builder": "builder", "define": "define", "build": "builds", "run": "runs"}


def run(options: RunOptions) -> int:
    """Run files on every backend that this machine has, or that was named; those that are no experiments are named
    before the others are run.

    Raises UserError, OSError, KeyboardInterrupt; once cases are run, all of them in a BrokenOff.
    """
    events, steps = list[str](), Steps()
    with ExitStack() as stack:
        with faults_annotated(options.github), steps.step("plan"):
            try:
                plan, refused = _plan(options, stack)
            except NothingSelected:
                ci.write(options, [])
                raise
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
        stack.enter_context(held(plan, releases, options.wait, _say))
        _tell_of_journals(plan, releases, options.words)
        run = _Run(plan, ready, events, options, steps)
        if refused is not None:
            run.totals.failed = {fault.mark.file: {} for fault in refused.faults}
        with run.recorded():
            with steps.step("cases"), run.terminal:
                for group in groups:
                    run.group(group)
            with steps.step("pages"):
                finish(plan, releases)
            run.finish()
            with steps.step("close"):
                for backend in ready:
                    backend.close()
        ci.write(options, run.totals.reports)
    return worst(run.totals.exit_code, 0 if refused is None else refused.exit_code)


class _Run:
    """One run from its first case to its summary. options: of the command line."""

    def __init__(
        self, plan: Plan, backends: Sequence[Backend], events: Sequence[str], options: RunOptions, steps: Steps
    ) -> None:
        self.plan, self.backends, self.events, self.options, self.steps = plan, backends, events, options, steps
        self.totals = Totals()
        self.told: Totals | None = None  # of the last group, whose summary is to come
        self.selected = [len(cases) for file in plan.files if (cases := file.selected(plan.patterns))]
        self.terminal = RunTerminal(sys.stdout, options.detail or ("files" if len(self.selected) > 1 else "cases"))

    def group(self, backends: Sequence[Backend]) -> None:
        """Backends that run side by side, under one summary."""
        if self.told is not None:
            self.terminal.finish(summary(self.told, None))
        self.told = None
        totals, terminal = Totals(), self.terminal
        many = f", {plural(len(self.selected), 'file')}, {plural(sum(self.selected), 'case')}"
        terminal.header(line for backend in backends for line in header(backend, many))
        try:
            run_files(backends, self.plan, terminal, totals)
        finally:
            self.totals.join(totals)
        terminal.close()
        self.told = totals

    def finish(self) -> None:
        """All is written: the summary of the last group says how long the command took."""
        self.terminal.finish(summary(self.told or Totals(), self.steps.age()))
        if self.totals.differing:
            found = pending_after(PENDING, self.plan, [backend.release.name for backend in self.backends])
            self.terminal.header(advice(distinct(list(found))))

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Leave last-run.json behind, however the run ends; say how to go on if it ends too early."""
        started, start, ended = time.time(), time.perf_counter(), "finished"
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            ended = f"{type(error).__name__} {error}".strip()
            self._leave_results(ended)
            raise BrokenOff(error, self._kept()) from error
        finally:
            facts = (shlex.join(["trtexp", *self.options.words]), started, time.perf_counter() - start, ended)
            try:
                write_last_run(LAST_RUN, facts, self.backends, self.totals, self.events, self.steps)
            except OSError as error:
                _say(str(error))

    def _kept(self) -> str:
        """What a run that ends too early leaves, and how to go on."""
        count = self.totals.kept
        if self.plan.journals is None or not count:
            return "no results were kept"
        kept = "1 result is kept" if count == 1 else f"{count} results are kept"
        return f"{kept}; go on with: {_resume(self.options.words)}"

    def _leave_results(self, ended: str) -> None:
        """What CI is to get of a run that ends too early: the files that are whole."""
        try:
            ci.write(self.options, self.totals.reports, ended)
        except OSError as error:
            _say(str(error))


def summary(totals: Totals, seconds: float | None) -> Summary:
    """seconds: of the command; None if it goes on."""
    parts = [f"{PHASES[p]} {s:.2g} s" for p, s in totals.seconds.items() if p in PHASES and s >= 0.005]
    if totals.again:
        parts.append(f"{totals.again} from the run before")
    return Summary(seconds, tuple(parts), tuple(shown(path) for path in totals.pages))


def _plan(options: RunOptions, stack: ExitStack) -> tuple[Plan, SpecError | None]:
    """What to do, and helpers until the stack ends; the faults of the files that are no experiments.

    Raises SpecError if these are all that may be meant, or the first failure is to end the run.
    """
    paths = _chosen(options)
    wanted = options.reporting and not options.patterns and not any(paths.values())
    reports = (options.reports or REPORTS) if wanted else None
    if options.resume and reports is None:
        raise BadUsage("--resume goes on with a run that writes reports; one of some cases, or --no-reports, does not")
    scratch = SCRATCH if wanted and options.reports is None else None
    if reports is not None:
        reject_file("--reports", reports)
    helpers = stack.enter_context(Helpers(len(paths)))
    if len(paths) > FEW:
        Terminal(sys.stdout).header([f"reading {plural(len(paths), 'file')}"])
    files, refused = plan_files(paths, helpers)
    if refused is not None and options.first:
        raise refused
    try:
        check_patterns(files, options.patterns)
    except NothingSelected:
        if refused is not None:  # which may have it
            raise refused from None
        raise
    if reports is not None:
        _reject_namesakes(files, scratch)
    journals = None if reports is None else JOURNALS
    plan = Plan(
        files,
        options.patterns,
        reports,
        scratch,
        journals,
        resume=options.resume,
        keep=ci.wanted(options),
        pending=PENDING,
        helpers=helpers,
        first=options.first,
    )
    return plan, refused


def _chosen(options: RunOptions) -> Chosen:
    """The files and cases that are meant. Raises BadUsage, NothingFound, NothingSelected."""
    if not options.paths and not options.failed:
        raise BadUsage("name files or directories, as in trtexp run experiments, or give --failed")
    paths = choose(options.paths)
    if not options.failed:
        return paths
    failed, files = last_failed(LAST_RUN), {shown(path): cases for path, cases in paths.items()}
    wanted = {
        Path(file): tuple(case for case in cases if meant(case, files.get(file, ())))
        for file, cases in failed.items()
        if Path(file).is_file() and (not files or file in files)
    }
    found = {path: cases for path, cases in wanted.items() if cases or not failed[shown(path)]}
    if not found:
        raise NothingSelected(f"nothing{' of these' if files else ''} failed in the last run")
    return found


def _heard(events: list[str], event: WorkerEvent) -> None:
    """Keep what happened to a worker, and tell the user where he has to wait."""
    new = f"{event.kind}: {event}" not in events
    events.append(f"{event.kind}: {event}")
    if new and event.kind != "restart":  # the case's own line says that
        _say(str(event))


def _reject_namesakes(files: Sequence[Planned], scratch: Path | None) -> None:
    """Raises BadUsage for two files of one name whose reports go to one folder."""
    first: dict[str, Planned] = {}
    for file in files:
        other = first.setdefault(file.name if scratch is None else file.kept, file)
        if other is not file:
            raise BadUsage(f"{file.shown} and {other.shown} would write the same report, {file.name}.md; rename one")


def _reject_twins(names: Sequence[str], message: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadUsage(message.format(name, name))


def _tell_of_journals(plan: Plan, releases: Sequence[str], words: Sequence[str]) -> None:
    for release in releases:
        if count := set_aside(plan, release):
            _say(f"found {plural(count, 'result')} of an interrupted {release} run; resume with: {_resume(words)}")


def _resume(words: Sequence[str]) -> str:
    return shlex.join([program(), *words, *(["--resume"] if "--resume" not in words else [])])


def _say(text: str) -> None:
    Terminal(sys.stderr).header([text])
