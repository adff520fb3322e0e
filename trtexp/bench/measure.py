"""Wall time and peak memory of whole processes."""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

POLL = 0.01  # seconds


class Broken(RuntimeError):
    """A process that was to be measured failed; the message has its last lines."""


@dataclass(frozen=True)
class Figure:
    """One process: seconds of wall time, the peak of its own memory in MiB (not that of its children), what it said."""

    seconds: float
    memory: float
    said: str = ""


def process(command: Sequence[str], codes: Sequence[int] = (0,)) -> Figure:
    """Run one process to its end. codes: with which it may end. Raises Broken if it fails."""
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT) as child:
            peak = 0.0
            while child.poll() is None:
                peak = max(peak, _peak(child.pid))
                time.sleep(POLL)
        seconds = time.perf_counter() - start
        said.seek(0)
        output = said.read()
        if child.returncode not in codes:
            last = "\n".join(output.strip().splitlines()[-8:])
            raise Broken(f"{' '.join(command)} ended with {child.returncode}:\n{last}")
    return Figure(seconds, peak, output)


def _peak(pid: int) -> float:
    """The most memory that a process has held so far; the high-water mark of the kernel, read while it lives.

    What wait4 returns would not do: a child inherits the mark of the process that started it.
    """
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:  # it has just ended
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def median(figures: Sequence[Figure]) -> Figure:
    """The median of each quantity."""
    return Figure(statistics.median(f.seconds for f in figures), statistics.median(f.memory for f in figures))
