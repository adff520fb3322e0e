"""What a worker says: its greeting, and what is heard of one case until it ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any, cast

from trtexp.definition.facts import LogLine, Phase
from trtexp.engine.log import stable
from trtexp.engine.outcome import Outcome, OutcomeStatus
from trtexp.engine.wire import unpack_outcome
from trtexp.workers.link import Link, Lost

LAST_LINES = 20
LAST_WORDS = 5  # lines of stderr
#: Steps of the engine that a report knows by another name: they are taken for the sake of the build.
SHOWN: Mapping[Phase, Phase] = {"builder": "build", "load": "build"}


class Conversation:
    """What is heard of one case. begun: it has reached TensorRT; spoilt: the process is of no use any more."""

    def __init__(self, number: int, timeouts: Mapping[str, float], on_note: Callable[[str], None]) -> None:
        self.phase: Phase = "define"
        self.begun = self.spoilt = False
        self.deadline = monotonic() + timeouts[self.phase]
        self._number = number
        self._timeouts = timeouts
        self._on_note = on_note
        self._log: deque[LogLine] = deque(maxlen=LAST_LINES)

    def hear(self, item: Any) -> Outcome | None:
        """Take one message; the outcome if it is that. Raises Lost for what the engine would not send."""
        match item:
            case ("phase", self._number, str(phase)) if phase in self._timeouts:
                self.begun, self.phase = True, cast(Phase, phase)
                self.deadline = monotonic() + self._timeouts[phase]
            case ("log", self._number, str(severity), str(text)):
                self._log.append(LogLine(severity, text))
            case ("note", self._number, str(text)):
                self._on_note(text)
            case ("outcome", self._number, dict(data)):
                self.begun = True
                with suppress(KeyError, TypeError, ValueError, AttributeError):
                    return unpack_outcome(data)
                raise Lost("the worker sent an outcome that cannot be read; it was ended")
            case ("unavailable", str()) if not self.begun:
                self.spoilt = True
            case _:
                self.begun = True
                raise Lost(f"the worker sent {short(repr(item))}, which is no answer; it was ended")
        return None

    def ended(self, status: OutcomeStatus, message: str, link: Link) -> Outcome:
        """A bad end, with the last lines of the log and of stderr."""
        link.end()
        words = [clean for line in link.last_words()[-LAST_WORDS:] if (clean := stable(line))]
        lines = [*self._log, *(LogLine("STDERR", word) for word in words)]
        return Outcome(status, SHOWN.get(self.phase, self.phase), message, log=tuple(lines))


def greeting(item: Any) -> tuple[str, Any]:
    """("hello", release), ("unavailable", sentence), ("waiting", who) or ("loaded", ""). Raises Lost for anything
    else."""
    if isinstance(item, tuple) and len(item) == 2 and item[0] in ("hello", "unavailable", "waiting", "loaded"):
        return item
    raise Lost(f"it sent {short(repr(item))}, which is no greeting")


def short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
