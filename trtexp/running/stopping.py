"""Signals that end what is being done, and a watch that ends it if it does not end by itself.

A signal raises Stopped in the main thread, so that files are left whole and workers are ended. That waits for calls of
numpy, and for whatever hangs; so a thread hears of the signal as well, and ends the process after `GRACE` seconds, or
at once with a second signal. What is on disk then is whole, as after kill -9.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

GRACE = 1.5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """A signal says that all is to end. exit_code: as a shell reports it, 130 for Ctrl-C, 143 for SIGTERM."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class _Watch:
    """The thread that hears of signals, while there is one."""

    def __init__(self) -> None:
        self.running: tuple[threading.Thread, int] | None = None  # and the end of its pipe
        self.stopping = False

    def start(self) -> None:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        thread = threading.Thread(target=_wait, args=(reader,), daemon=True)
        self.running = thread, writer
        thread.start()

    def stop(self) -> bool:
        """End the thread; False if there is none, or a signal came, after which it stays."""
        if self.running is None or self.stopping:
            return False
        signal.set_wakeup_fd(-1)
        thread, writer = self.running
        self.running = None
        os.close(writer)
        thread.join()
        return True

    def heard(self, number: int, frame: FrameType | None) -> None:
        """The handler of all signals; of several the first counts."""
        if not self.stopping:
            self.stopping = True
            raise Stopped(number)


_watch = _Watch()


def watch_signals() -> None:
    """Have signals end what this process does from now on, whatever it is; those that are ignored stay so."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _watch.heard)
    _watch.start()


def leave_signals() -> None:
    """In a process that was forked, have signals do what they do everywhere, Ctrl-C apart: that is for the first."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)


@contextmanager
def alone() -> Iterator[None]:
    """Without the watch, so that the process can be forked."""
    stopped = _watch.stop()
    try:
        yield
    finally:
        if stopped:
            _watch.start()


def _wait(reader: int) -> None:
    """Wait for a signal, then for another or the end of time; the pipe is closed if none comes."""
    number = os.read(reader, 1)
    while number and number[0] not in SIGNALS:
        number = os.read(reader, 1)
    if not number:
        os.close(reader)
        return
    select.select((reader,), (), (), GRACE)
    with suppress(OSError):
        os.write(2, b"stopped without waiting any longer\n")
    os._exit(128 + number[0])
