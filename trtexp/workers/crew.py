"""Equal workers that share the cases of one release."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType

from trtexp.definition.network import Array, NetworkDefinition
from trtexp.engine.outcome import Outcome, Release
from trtexp.workers.spec import WorkerSpec
from trtexp.workers.worker import (
    START,
    Worker,
    WorkerClosed,
    WorkerEvent,
    WorkerOptions,
    WorkerUnavailable,
    compared,
    ended_badly,
)

Repeat = tuple[int, int]


@dataclass(frozen=True)
class Unsettled:
    """A case that ended badly once, and is to be tried again."""

    first: Outcome


class Crew:
    """Workers of one release; `run` may be called from any number of threads, `size` of them keep all at work.

    One more is started when it is needed, for one case at a time: for the second try of what ended badly, and for what
    is sure to. So a case that takes its process with it is not in the way of the others.

    All start at once. The constructor returns once one worker is ready and all others are ready or waiting for a GPU;
    the latter join later. Raises WorkerUnavailable.

    events: what happened so far; `on_event` of the options is called with each, from any thread.
    """

    def __init__(self, places: Sequence[WorkerSpec], options: WorkerOptions | None = None) -> None:
        self.events: list[WorkerEvent] = []
        self._options = WorkerOptions() if options is None else options
        self._changed = threading.Condition()
        self._closed = False
        self._failure: WorkerUnavailable | None = None
        self._workers: list[Worker] = []
        self._states: list[str] = []  # "starting", then "waiting" for a GPU, "ready", "gone"
        self._free: deque[int] = deque()
        self._further: Worker | None = None
        self._beside = threading.Lock()
        self._start(places, "starting")
        try:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._failure or ("ready" in self._states and "starting" not in self._states)
                )
            if self._failure is not None:
                raise self._failure
        except BaseException:
            self.close()
            raise
        self.release: Release = next(r for w in self._workers if (r := w.release) is not None)

    @property
    def size(self) -> int:
        """How many cases can be in hand at once, when those that wait have joined."""
        with self._changed:
            return len(self._states) - self._states.count("gone")

    @property
    def starts(self) -> list[Mapping[str, float]]:
        """What the start of each worker took, see Worker."""
        return [worker.seconds for worker in (*self._workers, self._further) if worker is not None and worker.seconds]

    def enlarge(self, places: Sequence[WorkerSpec]) -> None:
        """More workers of the same release, which join when they are there."""
        self._start(places, "waiting")

    def run(self, definition: NetworkDefinition, feeds: Mapping[str, Array], repeat: Repeat | None = None) -> Outcome:
        """What comes of a case, in the end. Raises WorkerClosed; all else is in the outcome."""
        found = self.attempt(definition, feeds, repeat)
        return self.settle(definition, feeds, repeat, found) if isinstance(found, Unsettled) else found

    def attempt(
        self,
        definition: NetworkDefinition,
        feeds: Mapping[str, Array],
        repeat: Repeat | None = None,
        beside: bool = False,
    ) -> Outcome | Unsettled:
        """Have a free worker answer, or wait for one; beside: the further one. Raises WorkerClosed."""
        found = self._run_beside(definition, feeds, repeat) if beside else self._run(definition, feeds, repeat)
        return Unsettled(found) if self._options.retry and ended_badly(found) else found

    def settle(
        self, definition: NetworkDefinition, feeds: Mapping[str, Array], repeat: Repeat | None, found: Unsettled
    ) -> Outcome:
        """Try a case that ended badly again, only to say in the message whether it does so once more. Raises
        WorkerClosed."""
        second = self._run_beside(definition, feeds, repeat)
        return replace(found.first, message=f"{found.first.message}; {compared(found.first, second)}")

    def _run(self, definition: NetworkDefinition, feeds: Mapping[str, Array], repeat: Repeat | None) -> Outcome:
        while True:
            number = self._take()
            outcome = self._workers[number].run(definition, feeds, repeat)
            if self._give(number) or outcome.phase != START:
                return outcome

    def _run_beside(self, definition: NetworkDefinition, feeds: Mapping[str, Array], repeat: Repeat | None) -> Outcome:
        with self._beside:
            with self._changed:
                if self._closed:
                    raise WorkerClosed("the workers are closed")
                if self._further is None:
                    self._further = Worker(self._workers[0].place, replace(self._options, on_event=self._tell))
                    self._further.release = self.release
            return self._further.run(definition, feeds, repeat, fresh=True)

    def close(self) -> None:
        """End all workers, the busy ones at once. Safe from any thread, again and again."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            workers = [*self._workers, *([] if self._further is None else [self._further])]
        threads = [threading.Thread(target=worker.close, daemon=True) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2.0)

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, places: Sequence[WorkerSpec], state: str) -> None:
        with self._changed:
            numbers = range(len(self._workers), len(self._workers) + len(places))
            for number, place in zip(numbers, places, strict=True):
                self._workers.append(Worker(place, replace(self._options, on_event=partial(self._heard, number))))
                self._states.append(state)
        for number in numbers:
            threading.Thread(target=self._hire, args=(number,), daemon=True).start()

    def _hire(self, number: int) -> None:
        """Start a worker and let it join, unless it has another release than the others."""
        state, failure = "ready", None
        try:
            release = self._workers[number].start()
            others = [w for w in self._workers if w.release is not None and w.release.name != release.name]
            if others:
                name = others[0].release and others[0].release.name
                failure = WorkerUnavailable(
                    f"{self._workers[number].place} has {release.name}, {others[0].place} {name}"
                )
        except WorkerUnavailable as error:
            failure = error
        except WorkerClosed:
            state = "gone"
        with self._changed:
            late = self._states[number] == "waiting"
            self._states[number] = state if failure is None else "gone"
            if failure is None and state == "ready":
                self._free.append(number)
            if failure is not None and not (late and "ready" in self._states):
                self._failure = failure
            self._changed.notify_all()
        if failure is not None and late:
            self._workers[number].close()
            self._heard(number, WorkerEvent("unavailable", self._workers[number].name, str(failure)))

    def _heard(self, number: int, event: WorkerEvent) -> None:
        with self._changed:
            if event.kind == "waiting" and self._states[number] == "starting":
                self._states[number] = "waiting"
                self._changed.notify_all()
        self._tell(event)

    def _tell(self, event: WorkerEvent) -> None:
        self.events.append(event)
        self._options.on_event(event)

    def _take(self) -> int:
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._closed)
            if self._closed:
                raise WorkerClosed("the workers are closed")
            return self._free.popleft()

    def _give(self, number: int) -> bool:
        """Put a worker back; False if it is lost and another can be waited for. The last one stays, to say why."""
        worker = self._workers[number]
        with self._changed:
            others = [s for n, s in enumerate(self._states) if n != number and s != "gone"]
            dismissed = bool(worker.lost and others)
            if dismissed:
                self._states[number] = "gone"
            else:
                self._free.append(number)
                self._changed.notify()
        if dismissed:
            self._tell(WorkerEvent("unavailable", worker.name, worker.lost))
        return not dismissed
