"""One release at work: its cases in order over its workers, each result journalled, each file's report written.

Three kinds of threads: the feeder hands out the cases of one file after the other, which helpers read ahead; each
worker has one case answered, judged and journalled before it takes the next; the writer writes the reports of files
that are whole. One more worker has the cases that must crash, and tries again what ended badly, so that the others need
not wait. What they find goes out as events, in no particular order.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Union

from trtexp.judging.guarded import Recorded, recorded
from trtexp.records.facts import OF_TRTEXP
from trtexp.records.model import CaseRecord, ReportRecord
from trtexp.report.navigation import Near
from trtexp.running import results
from trtexp.running.backends import Backend, Closed
from trtexp.running.events import Beside, CaseDone, Event, FileDone, Note, ReleaseDone, ReleaseFailed
from trtexp.running.folders import near_to_run, path_of, write
from trtexp.running.helpers import Job
from trtexp.running.journal import Journal, Key
from trtexp.running.pending import keep as keep_pending
from trtexp.running.plan import Plan
from trtexp.running.prepare import Prepared, prepare
from trtexp.running.traces import kept
from trtexp.spec.case import Case
from trtexp.workers import Unsettled

Cases = deque[Union[tuple[Case, Key], Recorded]]


@dataclass(eq=False)
class _Work:
    """A file whose cases are under way. left: how many have no record yet."""

    index: int
    head: ReportRecord
    records: list[CaseRecord | None]
    journal: Journal | None
    left: int


@dataclass(frozen=True)
class _Task:
    """A case of a file. found: how it ended badly, if it is to be tried again."""

    work: _Work
    position: int
    case: Case
    key: Key
    found: Unsettled | None = None


class ReleaseRun:
    """Runs the planned files on one backend. stop: set by whoever wants all releases to end."""

    def __init__(
        self, index: int, backend: Backend, plan: Plan, post: Callable[[Event], None], stop: threading.Event
    ) -> None:
        self.index, self.backend, self.plan = index, backend, plan
        self._post, self._all_stop = post, stop
        self._failed = False
        self._lock = threading.Lock()
        self._near: dict[Path, dict[Path, Near]] = {}  # by folder of reports, from the first report on
        self.kept = 0  # results that are on disk, or need not be
        self._tasks: queue.Queue[_Task | None] = queue.Queue(2 * backend.threads)
        self._beside: queue.Queue[_Task | None] = queue.Queue()
        self._whole: queue.Queue[_Work | None] = queue.Queue(2)  # the results of more would fill the memory
        self._workers = [self._thread(partial(self._work, self._tasks)) for _ in range(backend.threads)]
        self._beside_worker = self._thread(partial(self._work, self._beside))
        self._writer = self._thread(self._write)
        self._feeder = self._thread(self._feed)

    def start(self) -> None:
        for thread in (self._writer, *self._workers, self._beside_worker, self._feeder):
            thread.start()

    def join(self, seconds: float | None = None) -> None:
        """Wait until every thread has ended, which they do with the case at hand once `stop` is set."""
        self._writer.join(seconds)

    def _thread(self, act: Callable[[], None]) -> threading.Thread:
        return threading.Thread(target=act, daemon=True)

    @property
    def _stopped(self) -> bool:
        return self._failed or self._all_stop.is_set()

    def _fail(self, error: BaseException) -> None:
        self._failed = True
        self._post(ReleaseFailed(self.index, error))

    def _feed(self) -> None:
        try:
            for index, head, cases in self._prepared():
                if self._stopped:
                    break
                self._start_file(index, head, cases)
        except BaseException as error:
            self._fail(error)
        finally:
            for _ in self._workers:
                self._tasks.put(None)
            for worker in self._workers:
                worker.join()
            self._beside.put(None)
            self._beside_worker.join()
            self._whole.put(None)

    def _prepared(self) -> Iterator[tuple[int, ReportRecord, Cases]]:
        """The files of which cases are selected, in order; helpers read ahead, one file for each worker."""
        plan, backend = self.plan, self.backend
        wanted = deque((i, file) for i, file in enumerate(plan.files) if file.selected(plan.patterns))
        jobs: deque[tuple[int, Job[Prepared]]] = deque()
        release = backend.target, backend.release, backend.driver
        while wanted or jobs:
            while wanted and len(jobs) <= min(plan.helpers.count, backend.threads):
                index, file = wanted.popleft()
                jobs.append((index, plan.helpers.submit(prepare, file, plan.source(file), plan.patterns, *release)))
            yield _taken(*jobs.popleft())

    def _start_file(self, index: int, head: ReportRecord, cases: Cases) -> None:
        """Take what the journal has, and hand the other cases to the workers."""
        journal = None
        if self.plan.journals is not None:
            journal = Journal(self.plan.journal(self.backend.release.name, self.plan.files[index]), self.plan.resume)
            for text in journal.notes:
                self._post(Note(self.index, text))
        if any(not isinstance(one, Recorded) and self.backend.beside(one[0]) for one in cases):
            self._post(Beside(self.index, index))
        work = _Work(index, head, [None] * len(cases), journal, len(cases))
        for position in range(len(cases)):
            next_one = cases.popleft()
            if isinstance(next_one, Recorded):
                self._record(work, self._done(work, position, next_one, {}))
                continue
            case, key = next_one
            found = self._found(index, position, key, journal)
            if found is not None:
                self._record(work, found)
            elif not self._stopped:
                tasks = self._beside if self.backend.beside(case) else self._tasks
                tasks.put(_Task(work, position, case, key))

    def _found(self, index: int, position: int, key: Key, journal: Journal | None) -> CaseDone | None:
        """What is known of a case without asking: of the journal, or of shards."""
        record = journal.found.pop(key, None) if journal else None
        if record is not None:
            return CaseDone(self.index, index, position, record, again=True, data=key.data)
        place = self.backend.release.name, self.plan.files[index].shown
        one = (self.plan.answered or {}).get(place, {}).get(key.case)
        if one is None or (one.data, one.record.definition) != (key.data, key.definition):
            return None
        return CaseDone(self.index, index, position, one.record, False, one.seconds, one.spread, key.data)

    def _work(self, tasks: queue.Queue[_Task | None]) -> None:
        while (task := tasks.get()) is not None:
            if self._stopped:
                continue  # so that the feeder gets to the end
            try:
                self._answer(task)
            except Closed:
                continue
            except BaseException as error:
                self._fail(error)

    def _answer(self, task: _Task) -> None:
        """Have a case answered, judged and kept; one that ended badly is handed on, to be tried again."""
        work, case = task.work, task.case
        outcome = task.found or self.backend.answer(case)
        if isinstance(outcome, Unsettled):
            if task.found is None and not self.backend.beside(case):
                self._beside.put(replace(task, found=outcome))
                return
            outcome = self.backend.settle(case, outcome)
        found = recorded(case, outcome)
        if work.journal is not None and found.record.ending.kind not in OF_TRTEXP:
            work.journal.append(task.key, found.record)
        seconds = outcome.seconds if outcome is not None else {}
        self._record(work, self._done(work, task.position, found, seconds, task.key.data))

    def _done(
        self, work: _Work, position: int, found: Recorded, seconds: Mapping[str, float], data: str = ""
    ) -> CaseDone:
        """What came of a case; a traceback is kept."""
        found = kept(self.plan.files[work.index].name, found)
        return CaseDone(self.index, work.index, position, found.record, False, seconds, found.spread, data)

    def _record(self, work: _Work, done: CaseDone) -> None:
        self._post(done)
        with self._lock:
            self.kept += 1
            work.records[done.position] = done.record
            work.left -= 1
            whole = not work.left
        if whole:
            self._whole.put(work)

    def _write(self) -> None:
        while (work := self._whole.get()) is not None:
            try:
                self._write_report(work)
            except BaseException as error:
                self._fail(error)
        self._post(ReleaseDone(self.index))

    def _write_report(self, work: _Work) -> None:
        if work.journal is not None:
            work.journal.close()
        report = work.head.model_copy(update={"cases": work.records})
        page, file = None, self.plan.files[work.index]
        if (folder := self.plan.reports_of(file)) is not None:
            if folder not in self._near:
                experiments = [self.plan.source(one) for one in self.plan.folders[folder]]
                self._near[folder] = near_to_run(folder, report.release.name, experiments)
            near = self._near[folder][path_of(report, folder)]
            report, page = self.plan.helpers.submit(write, report, folder, near).result()
        if self.plan.pending is not None and folder is None:
            results.keep(file, report)
        elif self.plan.pending is not None:
            results.drop(file, report.release.name)
        if self.plan.pending is not None:
            keep_pending(self.plan.pending, file.kept, report)
        self._post(FileDone(self.index, work.index, report, page))


def _taken(index: int, job: Job[Prepared]) -> tuple[int, ReportRecord, Cases]:
    """What a helper prepared, held by nobody else: a case that is done is gone."""
    made = job.result()
    return index, made.head, deque(made.cases)
