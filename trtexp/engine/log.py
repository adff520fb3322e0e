"""TensorRT's log: one logger per process, its messages made byte-stable and sliced by case."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from trtexp.definition.facts import LogLine

KEPT = ("INTERNAL_ERROR", "ERROR", "WARNING")
ERRORS = ("INTERNAL_ERROR", "ERROR")

#: What is cut out of a message: pattern, replacement, reason.
_CUT: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"\[TRT\] \[[EWF]\] "), "", "repeats the severity"),
    (re.compile(r"(?<![\w:/.])/(?:[\w.+-]+/)+(?=[\w.+-]+)"), "", "folder of the build tree or of this machine"),
    (re.compile(r"\b0x[0-9a-fA-F]{5,}\b"), "0x…", "a pointer"),
    (re.compile(r"(?<=request: )\d+ ?[KMG]?i?B|(?<=Available: )\d+ ?[KMG]?i?B"), "… MB", "memory free at the moment"),
    (re.compile(r"(?<=memory \()\d+(?= bytes)"), "…", "memory asked for, by tactic"),
    (re.compile(r"\b\d+\.\d+ ?(?:seconds|sec|ms|us|s)\b"), "… s", "a time"),
    (re.compile(r"\s+"), " ", "line breaks and runs of blanks"),
)

#: Messages that tell of the process and not of the case: pattern, reason.
_DROPPED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"CUDA lazy loading is not enabled"), "8.5 on: how the process was started"),
    (re.compile(r"catchCudaError.*cudaError 35"), "follows every error where there is no driver"),
    (re.compile(r"Thread context has not been set"), "RTX without a driver"),
    (re.compile(r"Unable to determine GPU memory usage"), "8.6 on: no driver"),
    (re.compile(r"logger passed into .* differs from one already registered"), "8.5 on: another user of this process"),
    (re.compile(r"was linked against .* but loaded"), "8.x: which cuDNN or cuBLAS is installed"),
    (re.compile(r"The timing cache will not be used"), "8.6: a cache from an earlier process, harmless"),
    (re.compile(r"\[myelinCache\.h::deserializeFromBuffer"), "8.x: the same, of another part of it"),
    (re.compile(r"disable layer timing cache while using AlgorithmSelector"), "8.x: our own option"),
    (re.compile(r"The CUDA context changed between"), "8.5 on: what the process did before"),
)


def stable(text: str) -> str | None:
    """The message without what changes from run to run, or None if it tells nothing of the case."""
    if any(pattern.search(text) for pattern, _ in _DROPPED):
        return None
    for pattern, replacement, _ in _CUT:
        text = pattern.sub(replacement, text)
    return text.strip()


class Log:
    """The messages of the case at hand. TensorRT logs from threads of its own, hence the lock."""

    def __init__(self) -> None:
        self.listener: Callable[[LogLine], None] | None = None
        self._lines: list[LogLine] = []
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Forget the messages of the case before."""
        with self._lock:
            self._lines = []

    def add(self, severity: str, text: str) -> None:
        if severity in KEPT and (clean := stable(text)) is not None:
            self.replay([LogLine(severity, clean)])

    def replay(self, lines: Iterable[LogLine]) -> None:
        """Take in lines as they are: those of the build that a cached engine comes from."""
        for line in lines:
            with self._lock:
                self._lines.append(line)
            if self.listener is not None:
                self.listener(line)

    def mark(self) -> int:
        """A position: `lines(mark)` gives what came after it."""
        with self._lock:
            return len(self._lines)

    def lines(self, mark: int = 0) -> tuple[LogLine, ...]:
        with self._lock:
            return tuple(self._lines[mark:])

    def forget(self, mark: int) -> None:
        """Drop what came after a mark."""
        with self._lock:
            del self._lines[mark:]

    def forget_repeated(self, mark: int) -> None:
        """Drop what came after a mark and had come before it."""
        with self._lock:
            before, after = self._lines[:mark], self._lines[mark:]
            self._lines = before + [line for line in after if line not in before]

    def errors(self, mark: int = 0) -> tuple[LogLine, ...]:
        return tuple(line for line in self.lines(mark) if line.severity in ERRORS)


def reason(lines: Iterable[LogLine]) -> str:
    """TensorRT's own reason: its first error, without the number and the place in its source that stand before it."""
    for line in lines:
        if line.severity in ERRORS:
            return re.sub(r"^(?:\d+: )?(?:\[[^\]]*::\d+\] )?", "", line.text)
    return "TensorRT logged no error"


_process: dict[str, tuple[Any, Log]] = {}


def process_logger(trt: Any) -> tuple[Any, Log]:
    """The logger of this process and its log: a second logger would be ignored by TensorRT, with a warning."""
    if trt.__name__ not in _process:
        log = Log()

        class Logger(trt.ILogger):  # type: ignore[misc]  # the base is known at run time only
            def __init__(self) -> None:
                trt.ILogger.__init__(self)  # pybind11 refuses super() before the base is made

            def log(self, severity: Any, text: str) -> None:
                log.add(severity.name, text)

        _process[trt.__name__] = (Logger(), log)
    return _process[trt.__name__]


@contextmanager
def python_warnings(texts: list[str]) -> Iterator[None]:
    """Add the Python warnings of the body to `texts`, each text once, also when the body fails."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        finally:
            for warning in caught:
                text = f"{warning.category.__name__}: {warning.message}"
                if text not in texts:
                    texts.append(text)
