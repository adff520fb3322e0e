"""One run, from its first case to its summary: shown, recorded, and left in a state from which it can go on."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from trtexp.authoring.advice import advice
from trtexp.cli import ci
from trtexp.cli.options import ResultOptions
from trtexp.cli.planning import Planning
from trtexp.errors import BrokenOff, plural
from trtexp.files.paths import shown
from trtexp.files.program import program
from trtexp.report.progress import RunTerminal, Summary
from trtexp.report.terminal import Terminal
from trtexp.running.backends import Backend
from trtexp.running.last_run import write_last_run
from trtexp.running.pending import distinct, pending_after
from trtexp.running.run import Totals
from trtexp.running.run import run as run_files
from trtexp.running.steps import Steps

#: How phases are called in the summary.
PHASES = {"builder": "builder", "define": "define", "build": "builds", "run": "runs"}


class OneRun:
    """One run from its first case to its summary. options: of the command line."""

    def __init__(
        self,
        planning: Planning,
        backends: Sequence[Backend],
        events: Sequence[str],
        options: ResultOptions,
        steps: Steps,
    ) -> None:
        self.plan, self.last_run, self.options = planning.plan, planning.last_run, options
        self.backends, self.events, self.steps = backends, events, steps
        self.totals = Totals()
        if planning.refused is not None:
            self.totals.failed = {fault.mark.file: {} for fault in planning.refused.faults}
        self.told: Totals | None = None  # of the last group, whose summary is to come
        self.selected = [len(cases) for file in self.plan.files if (cases := file.selected(self.plan.patterns))]
        self.terminal = RunTerminal(sys.stdout, options.detail or ("files" if len(self.selected) > 1 else "cases"))

    @property
    def many(self) -> str:
        """How much is run: `, 2 files, 8 cases`."""
        return f", {plural(len(self.selected), 'file')}, {plural(sum(self.selected), 'case')}"

    def group(self, backends: Sequence[Backend], header: Iterable[str]) -> None:
        """Backends that run side by side, under one summary. header: what is said before."""
        if self.told is not None:
            self.terminal.finish(summary(self.told, None))
        self.told = None
        totals, terminal = Totals(), self.terminal
        terminal.header(header)
        try:
            run_files(backends, self.plan, terminal, totals)
        finally:
            self.totals.join(totals)
        terminal.close()
        self.told = totals

    def wrote(self, path: Path) -> None:
        """Name a file in the summary."""
        (self.told or self.totals).pages.append(path)

    def finish(self) -> None:
        """All is written: the summary of the last group says how long the command took."""
        self.terminal.finish(summary(self.told or self.totals, self.steps.age()))
        if self.totals.differing and self.plan.pending is not None:
            found = pending_after(self.plan.pending, self.plan, [backend.release.name for backend in self.backends])
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
                write_last_run(self.last_run, facts, self.backends, self.totals, self.events, self.steps)
            except OSError as error:
                say(str(error))

    def _kept(self) -> str:
        """What a run that ends too early leaves, and how to go on."""
        count = self.totals.kept
        if self.plan.journals is None or not count:
            return "no results were kept"
        kept = "1 result is kept" if count == 1 else f"{count} results are kept"
        return f"{kept}; go on with: {resume(self.options.words)}"

    def _leave_results(self, ended: str) -> None:
        """What CI is to get of a run that ends too early: the files that are whole."""
        try:
            ci.write(self.options, self.totals.reports, ended)
        except OSError as error:
            say(str(error))


def summary(totals: Totals, seconds: float | None) -> Summary:
    """seconds: of the command; None if it goes on."""
    parts = [f"{PHASES[p]} {s:.2g} s" for p, s in totals.seconds.items() if p in PHASES and s >= 0.005]
    if totals.again:
        parts.append(f"{totals.again} from the run before")
    return Summary(seconds, tuple(parts), tuple(shown(path) for path in totals.pages))


def resume(words: Sequence[str]) -> str:
    return shlex.join([program(), *words, *(["--resume"] if "--resume" not in words else [])])


def say(text: str) -> None:
    Terminal(sys.stderr).header([text])
