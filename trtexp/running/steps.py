"""Where the time of a run goes, step by step: for `.trtexp/last-run.json`, never for a report."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Steps:
    """seconds: by step. `start` is what this process took before, where the system tells: Python and imports."""

    def __init__(self) -> None:
        age = _age()
        self.seconds: dict[str, float] = {} if age is None else {"start": age}
        self._made = time.perf_counter()

    def age(self) -> float:
        """Seconds since this process was started, as far as the system tells."""
        return self.seconds.get("start", 0.0) + time.perf_counter() - self._made

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time of the body to that of the same name."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def _age() -> float | None:
    """Seconds since this process was started, to a hundredth; None where /proc does not say."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return None
