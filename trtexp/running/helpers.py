"""Work for other processes, on all cores where that is safe."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Generic, TypeVar

from trtexp.running.stopping import alone, leave_signals

T = TypeVar("T")
R = TypeVar("R")

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
FEW = 4  # items that are not worth other processes
MOST = 16  # processes; more would take longer to start than they save


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Job(Generic[R]):
    """A call that runs in a helper process; in this process if there is no helper or it died."""

    def __init__(self, call: Callable[[], R], future: Future[R] | None) -> None:
        self._call, self._future = call, future

    def result(self) -> R:
        """What the call gives, to be asked for once; what it raises is raised here."""
        if self._future is not None:
            with suppress(BrokenExecutor):  # a helper was killed, for want of memory perhaps
                return self._future.result()
        return self._call()


class Helpers:
    """Processes that make calls for this one; none where they would not pay or could not be forked safely.

    Forking costs next to nothing, but is safe only while there is no other thread: all are forked when this is made.
    items: how many there are to do. most: processes, None for one on each core. count: of the processes.
    """

    def __init__(self, items: int = 0, most: int | None = None) -> None:
        many, before = min(most or cores(), items, MOST), multiprocessing.active_children()
        with alone():
            safe = sys.platform == "linux" and threading.active_count() == 1
            self._pool = _forked(many) if many > 1 and items > FEW and safe else None
        self._processes = [child for child in multiprocessing.active_children() if child not in before]
        self.count = many if self._pool is not None else 0

    def submit(self, function: Callable[..., R], *arguments: Any) -> Job[R]:
        """Have a function called: one that pickle knows by name, and that takes and gives plain data."""
        future: Future[R] | None = None
        if self._pool is not None:
            with suppress(BrokenExecutor):
                future = self._pool.submit(function, *arguments)
        return Job(partial(function, *arguments), future)

    def each(self, function: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """What the function gives for each item, in their order, as soon as it is there."""
        for job in [self.submit(function, item) for item in items]:
            yield job.result()

    def __enter__(self) -> Helpers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.kill()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def kill(self) -> None:
        """End what is under way: it may take long, and nobody waits for what it makes."""
        for process in self._processes:
            process.kill()


def _forked(count: int) -> Executor | None:
    """A pool whose processes are all there, each having waited for the others: some versions of Python would fork one
    later, when a call finds none free. None if one was killed meanwhile."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    context = get_context("fork")
    pool = ProcessPoolExecutor(count, context, _help, (os.getpid(), context.Barrier(count)))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C in the midst of a fork would be lost
    try:
        for future in [pool.submit(os.getpid) for _ in range(count)]:
            future.result()
    except BrokenExecutor:
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pool


def _help(first: int, others: Any) -> None:
    """Be the first process' helper: Ctrl-C, which goes to all processes of a terminal, is for that one to answer, and
    when it is gone, killed perhaps, so is this one."""
    leave_signals()
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != first:  # gone before that was said
        os._exit(1)
    others.wait()
