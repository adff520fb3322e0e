"""Runs the planned files on several releases side by side, shows what comes in order, and adds it up."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from trtexp.errors import FirstFailure, NoGpu
from trtexp.judging.guarded import not_told
from trtexp.records.facts import Spread
from trtexp.records.model import ReportRecord
from trtexp.records.shard import Answered
from trtexp.report.progress import RunTerminal
from trtexp.running.backends import Backend
from trtexp.running.events import Beside, CaseDone, Event, FileDone, Note, ReleaseDone, ReleaseFailed
from trtexp.running.plan import Plan
from trtexp.running.release import ReleaseRun
from trtexp.running.traces import kept

PATIENCE = 5.0  # seconds that a release has to end when it is stopped


class Varying(NamedTuple):
    """What of a case differs from run to run: seconds by phase, and how far repeated results are apart."""

    seconds: Mapping[str, float]
    spread: Spread | None


@dataclass
class Totals:
    """What a run came to.

    broken: cases at which trtexp failed; again: results taken from the journal; kept: results that the journal has at
    the end; failed: the cases of each file that were not as expected; seconds: by phase; cases: what varies of each
    case that was run, by release and `file/case`; reports: of whole files, if the plan keeps them; shared: what came of
    the cases of a shard, by release and experiment.
    """

    as_expected: int = 0
    differing: int = 0
    broken: int = 0
    again: int = 0
    kept: int = 0
    failed: dict[str, dict[str, None]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    cases: dict[str, dict[str, Varying]] = field(default_factory=dict)
    pages: list[Path] = field(default_factory=list)
    reports: list[ReportRecord] = field(default_factory=list)
    shared: dict[str, dict[str, list[Answered]]] = field(default_factory=dict)

    @property
    def results(self) -> int:
        return self.as_expected + self.differing

    @property
    def exit_code(self) -> int:
        return 3 if self.broken else 1 if self.differing else 0

    def add(self, release: str, name: str, event: CaseDone) -> None:
        if event.record.as_expected:
            self.as_expected += 1
        else:
            self.differing += 1
            self.failed.setdefault(event.record.place.file, {})[event.record.name] = None
        self.again += event.again
        for phase, seconds in event.seconds.items():
            self.seconds[phase] = self.seconds.get(phase, 0.0) + seconds
        if event.seconds or event.spread:
            self.cases.setdefault(release, {})[name] = Varying(event.seconds, event.spread)

    def share(self, release: str, file: str, event: CaseDone) -> None:
        """Keep what came of a case for a shard."""
        one = Answered(record=event.record, data=event.data, seconds=dict(event.seconds), spread=event.spread)
        self.shared.setdefault(release, {}).setdefault(file, []).append(one)

    def join(self, other: Totals) -> None:
        """Add what other releases came to."""
        self.as_expected += other.as_expected
        self.differing += other.differing
        self.broken += other.broken
        self.again += other.again
        self.kept += other.kept
        for file, cases in other.failed.items():
            self.failed[file] = self.failed.get(file, {}) | cases
        for phase, seconds in other.seconds.items():
            self.seconds[phase] = self.seconds.get(phase, 0.0) + seconds
        self.cases |= other.cases
        self.pages += other.pages
        self.reports += other.reports
        self.shared |= other.shared


class _Order:
    """Puts the results of one release back into the order of the files, and shows them: case by case if it is alone,
    else file by file. Files that are answered beside the others come last."""

    def __init__(self, plan: Plan, terminal: RunTerminal, release: str | None) -> None:
        selected = {i: file.selected(plan.patterns) for i, file in enumerate(plan.files)}
        self.cases = {i: cases for i, cases in selected.items() if cases}
        self.names = [file.name for file in plan.files]
        self.terminal = terminal
        self.release = release
        self.untold = 0  # cases that could not be shown
        self._left = deque(self.cases)
        self._position = 0  # in the first of those that are left
        self._waiting: dict[tuple[int, int], CaseDone] = {}

    def title(self, file: int) -> str:
        """What a file is called here."""
        return self.names[file] if self.release is None else f"{self.names[file]} · {self.release}"

    def add(self, done: CaseDone) -> None:
        self._waiting[done.file, done.position] = done
        self._show()

    def last(self, file: int) -> None:
        """Let a file of which nothing is shown yet wait for all others."""
        self._left.remove(file)
        self._left.append(file)
        self._show()

    def _show(self) -> None:
        while self._left and self._ready(file := self._left[0]):
            name, cases = self.names[file], self.cases[file]
            if not self._position:
                self.terminal.file(self.title(file), cases)
            done = self._waiting.pop((file, self._position))
            self._tell(done, name)
            self._position += 1
            if self._position == len(cases):
                self._left.popleft()
                self._position = 0

    def _tell(self, done: CaseDone, file: str) -> None:
        """Show a case; one that cannot be shown costs its own line."""
        try:
            self.terminal.case(done.record, done.spread)
        except OSError:
            raise
        except Exception as error:
            self.untold += 1
            self.terminal.case(kept(file, not_told(done.record, error)).record)

    def _ready(self, file: int) -> bool:
        if self.release is None or self._position:
            return (file, self._position) in self._waiting
        return all((file, i) in self._waiting for i in range(len(self.cases[file])))


def run(backends: Sequence[Backend], plan: Plan, terminal: RunTerminal, totals: Totals) -> None:
    """Run the selected cases of all files on all backends at once; reports are written as files become whole.

    Whatever ends it early, the workers are killed and what was finished until then is on disk and in `totals`. Raises
    NoGpu where a release lost its workers, after the others have ended; OSError.
    """
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    stop = threading.Event()
    runs = [ReleaseRun(i, backend, plan, events.put, stop) for i, backend in enumerate(backends)]
    orders = [_Order(plan, terminal, backend.release.name if len(backends) > 1 else None) for backend in backends]
    lost: list[NoGpu] = []
    titles = [order.title(file) for order in orders for file in order.cases]
    terminal.start(len(backends) * sum(map(len, orders[0].cases.values())), titles)

    def take(event: Event) -> None:
        if isinstance(event, CaseDone):
            name = f"{plan.files[event.file].name}/{event.record.name}"
            totals.add(backends[event.release].release.name, name, event)
            if plan.sharing:
                totals.share(backends[event.release].release.name, plan.files[event.file].shown, event)
            orders[event.release].add(event)
            if plan.first and not event.record.as_expected:
                raise FirstFailure(f"{name} is not as expected, and -x stops there")
        elif isinstance(event, FileDone):
            totals.broken += sum(case.status == "internal" for case in event.report.cases)
            if event.page is not None:
                totals.pages.append(event.page)
            if plan.keep:
                totals.reports.append(event.report)
        elif isinstance(event, Beside):
            orders[event.release].last(event.file)
        elif isinstance(event, Note):
            terminal.note(event.text)
        elif isinstance(event, ReleaseFailed):
            if not isinstance(event.error, NoGpu):
                raise event.error
            lost.append(event.error)  # the other releases go on

    for one in runs:
        one.start()
    try:
        left = len(runs)
        while left:
            event = events.get()
            take(event)
            left -= isinstance(event, ReleaseDone)
        totals.kept = sum(one.kept for one in runs)
        totals.broken += sum(order.untold for order in orders)
        if lost:
            raise NoGpu("; ".join(dict.fromkeys(map(str, lost))))
    except BaseException:
        stop.set()
        for backend in backends:
            backend.close()
        for one in runs:
            one.join(PATIENCE)
        totals.kept = sum(one.kept for one in runs)
        while not events.empty():
            event = events.get()
            if isinstance(event, (CaseDone, FileDone)):
                take(event)
        raise
