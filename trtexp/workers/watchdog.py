"""A time limit for what may block for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

NEVER = float("inf")


class Watchdog:
    """Calls `expire` once a limit has passed. One thread serves one limit after the other: a thread for each would cost
    more than what it limits."""

    def __init__(self, expire: Callable[[], None]) -> None:
        self._expire = expire
        self._changed = threading.Condition()
        self._deadline = self._wakes = NEVER
        self._closed = False
        threading.Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Let the body take no longer."""
        with self._changed:
            self._deadline = monotonic() + seconds
            if self._deadline < self._wakes:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._deadline = NEVER

    def close(self) -> None:
        """Watch no longer."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _watch(self) -> None:
        while self._wait():
            self._expire()

    def _wait(self) -> bool:
        """Until a limit has passed: True; False once it is closed."""
        with self._changed:
            while not self._closed:
                left = self._deadline - monotonic()
                if left <= 0:
                    self._deadline = NEVER
                    return True
                self._wakes = self._deadline
                self._changed.wait(min(left, threading.TIMEOUT_MAX))
        return False
