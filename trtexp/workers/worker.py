"""One worker: a process that holds TensorRT, is started again when it dies, and never takes this process with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

from trtexp.definition.facts import Phase
from trtexp.definition.network import Array, NetworkDefinition
from trtexp.engine.log import stable
from trtexp.engine.outcome import Outcome, Release
from trtexp.engine.wire import pack_arrays, pack_definition, unpack_release
from trtexp.files.signing import derived
from trtexp.workers.conversation import Conversation, greeting
from trtexp.workers.handshake import handshake
from trtexp.workers.link import Faulty, Link, Lost, Slow
from trtexp.workers.spec import TIMEOUTS, WorkerSpec

PAUSES = (0.0, 0.5, 2.0)  # seconds before each try to start a worker
START: Phase = "start"  # the phase of a case that no worker could be had for


class WorkerUnavailable(RuntimeError):
    """No worker can be had: one sentence that says what was looked for and what to do."""


class _NoStart(Exception):
    """Why a process does not start; without the place, which is no matter of a report."""


class WorkerClosed(RuntimeError):
    """`close` was called: the case at hand has no outcome."""


@dataclass(frozen=True)
class WorkerEvent:
    """What the user may want to see, and no report.

    kind: `waiting` (another run has the GPU), `restart`, `unavailable`, or `note` (of the engine).
    """

    kind: str
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True)
class WorkerOptions:
    """What workers of one run share.

    timeouts: seconds by phase, where they are not the usual. cache: the engine's folder over there, None for none, and
    how many bytes it may hold. retry: a case that ended badly is tried once more, in a fresh process.
    """

    timeouts: Mapping[str, float] = field(default_factory=dict)
    cache: str | None = None
    cache_limit: int | None = None
    retry: bool = True
    on_event: Callable[[WorkerEvent], None] = lambda event: None


class Worker:
    """One worker process, to be started. `run` never raises for what happens over there.

    One thread at a time runs cases; any thread may close it. release: what it said it has, None before the start.
    lost: why no worker can be had any more, empty while one can. seconds: what the last start took: `process` until
    Python answers over there, `engine` until our source is imported, with any wait for the GPU, and `tensorrt`.
    """

    def __init__(self, place: WorkerSpec, options: WorkerOptions | None = None) -> None:
        self.place = place
        self.options = WorkerOptions() if options is None else options
        self.timeouts = {**TIMEOUTS, **self.options.timeouts}
        self.lost = ""
        self.seconds: dict[str, float] = {}
        self._number = 0
        self._link: Link | None = None
        self._busy = False
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self.release: Release | None = None

    @property
    def name(self) -> str:
        """What the user is told it is: `tensorrt-8.6.0 on GPU 1`."""
        gpu = "" if self.place.gpu is None else f" on GPU {self.place.gpu}"
        return self.place.label if self.release is None else f"{self.release.name}{gpu}"

    def start(self) -> Release:
        """Start the process; it may have to wait for its GPU. Raises WorkerUnavailable, WorkerClosed."""
        self.release = self._start()
        return self.release

    def run(
        self,
        definition: NetworkDefinition,
        feeds: Mapping[str, Array],
        repeat: tuple[int, int] | None = None,
        fresh: bool = False,
        build_only: bool = False,
    ) -> Outcome:
        """Build and run one definition. A crash or a hang over there is an Outcome. Raises WorkerClosed only.

        fresh: in a process that has had no case before. build_only: it is not run.
        """
        message = (*pack_definition(definition), pack_arrays(feeds), build_only, *([] if repeat is None else [repeat]))
        if fresh and self._number:
            self._drop()
        return self._attempt(message)

    def close(self) -> None:
        """End the process: politely if it is idle, else at once. Safe from any thread, again and again."""
        self._closed.set()
        with self._lock:
            link, self._link = self._link, None
        if link is None:
            return
        if not self._busy and link.alive():
            link.stop()
        link.end()

    def _attempt(self, message: tuple[Any, ...]) -> Outcome:
        """One try in the worker at hand, or in a new one where it died before it had the case."""
        if self.lost:
            return Outcome("crashed", START, self.lost)
        self._busy = True
        try:
            while True:
                fresh = self._link is None or not self._link.alive()
                try:
                    if fresh:
                        self._start()
                except WorkerUnavailable:
                    return Outcome("crashed", START, self.lost)
                outcome = self._ask(self._at_hand(), message, fresh)
                if outcome is not None:
                    return outcome
        finally:
            self._busy = False

    def _ask(self, link: Link, message: tuple[Any, ...], fresh: bool) -> Outcome | None:
        """The outcome; None if the worker was of no use before the case began there."""
        self._number += 1
        case = Conversation(self._number, self.timeouts, partial(self._tell, "note"))
        link.forget_words()
        try:
            link.send(("run", self._number, *message), self.timeouts["define"])
            while (outcome := case.hear(link.receive(case.deadline - monotonic()))) is None:
                if case.spoilt:
                    break
            else:
                return outcome
        except Slow:
            ended = case.ended("timeout", f"no answer within {self.timeouts[case.phase]:g} s of {case.phase}", link)
        except Lost as error:
            ended = case.ended("crashed", str(error), link)
        self._drop()
        if case.spoilt or (not case.begun and not fresh):
            return None
        self._tell("restart", f"{ended.message}, in {ended.phase}")
        return ended

    def _start(self) -> Release:
        """Start a process in place of the one at hand. Raises WorkerUnavailable, WorkerClosed."""
        try:
            release = self._try_to_start()
            self._check(release)
        except _NoStart as error:
            self.lost = f"no worker could be had any more: {stable(str(error))}"
            self._drop()
            raise WorkerUnavailable(f"no worker starts in {self.place}: {error}") from error
        except WorkerUnavailable as error:
            self.lost = str(error)
            self._drop()
            raise
        return release

    def _try_to_start(self) -> Release:
        """Three tries with growing pauses, unless trying again cannot help. Raises _NoStart, WorkerUnavailable."""
        how = ""
        for pause in PAUSES:
            self._drop()
            self._closed.wait(pause)
            try:
                return self._start_once()
            except Slow as error:
                raise _NoStart(f"nothing came within {self.timeouts['start']:g} s") from error
            except Lost as error:
                words = [] if self._link is None else self._link.last_words()[-1:]
                how = "; ".join([str(error), *words])
                if isinstance(error, Faulty):
                    raise _NoStart(how) from error
        raise _NoStart(f"{how} ({len(PAUSES)} tries)")

    def _start_once(self) -> Release:
        begun = monotonic()
        link = Link(self.place)
        with self._lock:
            self._link = link
        if self._closed.is_set():
            self._drop()
        link.open(self.timeouts["start"])
        engine = {
            "flavour": self.place.flavour,
            "cache": self.options.cache,
            "cache_limit": self.options.cache_limit,
            "cache_key": derived("engines"),
        }
        link.send(handshake(self.place, self.timeouts, engine), self.timeouts["start"])
        told, seconds = "", {"process": monotonic() - begun}
        while True:
            kind, content = greeting(link.receive(self.timeouts["start"]))
            since = monotonic() - begun - sum(seconds.values())
            if kind == "hello":
                self.seconds = seconds | {"tensorrt": since}
                return unpack_release(content)
            if kind == "unavailable":
                raise WorkerUnavailable(content)
            if kind == "loaded":
                seconds["engine"] = since
                continue
            if content != told:
                self._tell("waiting", content)
            told = content

    def _check(self, release: Release) -> None:
        """The label, and after a restart the release, must be what they were said to be. Raises WorkerUnavailable."""
        wanted = self.place.version
        if wanted is not None and release.version != wanted and not release.version.startswith(f"{wanted}."):
            raise WorkerUnavailable(
                f"worker {self.place.label}: {release.flavour} {release.version} is there, not {wanted}: "
                "change the label or name another interpreter"
            )
        if self.release is not None and self.release.name != release.name:
            raise WorkerUnavailable(f"{self.place} had {self.release.name} and has {release.name} now: start again")

    def _at_hand(self) -> Link:
        link = self._link
        if link is None:
            raise WorkerClosed(f"{self.place}: closed")
        return link

    def _drop(self) -> None:
        """End the process at hand. Raises WorkerClosed if that was asked for."""
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            link.end()
        if self._closed.is_set():
            raise WorkerClosed(f"{self.place}: closed")

    def _tell(self, kind: str, text: str) -> None:
        self.options.on_event(WorkerEvent(kind, self.name, text))


def ended_badly(outcome: Outcome) -> bool:
    """Whether the process died of a case, or hung."""
    return outcome.status in ("crashed", "timeout") and outcome.phase != START


def compared(first: Outcome, second: Outcome) -> str:
    """What a second try says of a case that ended badly."""
    if second.phase == START:
        return "no worker could be had to try it alone"
    if not ended_badly(second):
        return "not again when tried alone"
    if (first.status, first.phase, first.message) == (second.status, second.phase, second.message):
        return "again when tried alone"
    return f"again when tried alone, otherwise: {second.message}, in {second.phase}"
