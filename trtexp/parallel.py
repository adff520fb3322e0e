"""One function over many items, on all cores where that is safe."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
FEW = 4  # items that are not worth other processes
MOST = 16  # processes; more would take longer to start than they save


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """What the function gives for each item, in their order; what it raises is raised here. It must be one that pickle
    knows by name, and what it gives must be plain data.

    Processes are forked, which costs next to nothing and is safe only while there is no other thread: elsewhere the
    items are done here, one after the other.
    """
    many = min(cores(), len(items), MOST)
    if many < 2 or len(items) <= FEW or sys.platform != "linux" or threading.active_count() > 1:
        return [function(item) for item in items]
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(many, get_context("fork"), _help, (os.getpid(),))
    try:
        return [future.result() for future in [pool.submit(function, item) for item in items]]
    except BrokenProcessPool:  # one was killed, for want of memory perhaps
        return [function(item) for item in items]
    finally:
        pool.shutdown(cancel_futures=True)


def _help(first: int) -> None:
    """Be the first process' helper: Ctrl-C, which goes to all processes of a terminal, is for that one to answer, and
    when it is gone, killed perhaps, so is this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != first:  # gone before that was said
        os._exit(1)
