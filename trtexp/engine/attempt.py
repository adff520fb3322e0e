"""The case at hand: what is known of it so far, so that a failure loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from trtexp.definition.facts import Phase
from trtexp.definition.network import Array, NetworkDefinition
from trtexp.engine.cuda import CudaError
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed, Unsupported, is_out_of_memory
from trtexp.engine.log import Log
from trtexp.engine.network import Inferred
from trtexp.engine.outcome import Outcome, OutcomeStatus


@dataclass
class Attempt:
    """A definition on its way. results: each distinct result after the number of times it came."""

    definition: NetworkDefinition
    api: Api
    log: Log
    on_phase: Callable[[str], None] | None = None
    phase: Phase = "define"
    inferred: Inferred = field(default_factory=dict)
    results: list[tuple[int, dict[str, Array]]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    _mark: int = 0  # of the log, when the phase began

    @contextmanager
    def timed(self, phase: Phase) -> Iterator[None]:
        """A phase: it is announced, and its time is taken."""
        self.phase, self._mark = phase, self.log.mark()
        if self.on_phase is not None:
            self.on_phase(phase)
        with self.clock(phase):
            yield

    @contextmanager
    def clock(self, name: str) -> Iterator[None]:
        """Add the time of the body to that of the same name."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def count(self, outputs: dict[str, Array]) -> None:
        """Take in the result of one more run."""
        for index, (times, known) in enumerate(self.results):
            if all(known[name].same_bits(array) for name, array in outputs.items()):
                self.results[index] = (times + 1, known)
                return
        self.results.append((1, outputs))

    def ended(
        self, status: OutcomeStatus, phase: Phase | None = None, message: str = "", missing: str | None = None
    ) -> Outcome:
        """The Outcome as things are now."""
        return Outcome(
            status=status,
            phase=phase,
            message=message,
            missing=missing,
            outputs=self.results[0][1] if self.results else {},
            inferred=self.inferred,
            log=self.log.lines(),
            warnings=tuple(self.warnings),
            notes=tuple(dict.fromkeys(self.api.notes)),
            seconds=self.seconds,
        )

    def failed(self, error: Exception) -> Outcome:
        """The Outcome of a case that an exception ended."""
        phase = "build" if self.phase == "builder" else self.phase
        if isinstance(error, Unsupported):
            return self.ended("unsupported", phase, str(error), error.missing)
        if isinstance(error, MemoryError):
            return self.ended("error", phase, f"the worker's machine is out of memory: {error}")
        if not isinstance(error, (Failed, CudaError)):  # a fault of this program: the worker lives on, the case says so
            return self.ended("error", phase, f"internal: {type(error).__name__}: {error}")
        texts = [str(error), *(line.text for line in self.log.errors(self._mark))]
        return self.ended("error", phase, f"{'the GPU is out of memory: ' if is_out_of_memory(texts) else ''}{error}")

    def restore(self, outcome: Outcome) -> None:
        """Stand where the build stood when it ended like this. Raises what it raised."""
        self.inferred = dict(outcome.inferred)
        self.warnings.extend(outcome.warnings)
        self.api.notes.extend(outcome.notes)
        self.log.replay(outcome.log)
        if outcome.phase is not None:
            self.phase = outcome.phase
            raise Unsupported(outcome.missing, outcome.message) if outcome.missing else Failed(outcome.message)

    def begin_again(self) -> None:
        """Forget what `restore` took in."""
        self.log.begin()
        self.inferred = {}
        self.warnings.clear()
        self.api.notes.clear()
