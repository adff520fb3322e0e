"""A worker that only defines networks, many for one message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trtexp.definition.network import NetworkDefinition
from trtexp.engine.outcome import Outcome
from trtexp.engine.wire import pack_definition, unpack_outcome
from trtexp.errors import UserError
from trtexp.workers.link import Link, Lost, Slow
from trtexp.workers.spec import WorkerSpec
from trtexp.workers.worker import Worker, WorkerOptions, WorkerUnavailable, ended_badly

MOST_DEATHS = 100  # in a row, after which it is not the networks


class TooManyDeaths(UserError):
    """Workers died too often in a row, of whatever they were asked: one sentence."""

    exit_code = 3


class Deaths:
    """How many networks in a row took their process with them."""

    in_a_row = 0

    def count(self, outcome: Outcome) -> None:
        """Take in how one network ended. Raises TooManyDeaths."""
        self.in_a_row = self.in_a_row + 1 if ended_badly(outcome) else 0
        if self.in_a_row >= MOST_DEATHS:
            raise TooManyDeaths(f"{self.in_a_row} workers died in a row; the last one: {outcome.message}")


class Definer(Worker):
    """Asks TensorRT for the define phase alone: what it refuses, and which types and shapes it infers."""

    def __init__(self, place: WorkerSpec, options: WorkerOptions | None = None) -> None:
        super().__init__(place, options)
        self.deaths = Deaths()

    def define(self, definitions: Sequence[NetworkDefinition]) -> list[Outcome]:
        """An outcome for each definition, in order. One that kills the process or hangs is an outcome, too, and the
        others get a new process. Raises TooManyDeaths, WorkerUnavailable, WorkerClosed."""
        return self._each(definitions, False)

    def read(self, definitions: Sequence[NetworkDefinition]) -> list[Outcome]:
        """The same, and each network that could be defined is read back: see `Outcome.network`."""
        return self._each(definitions, True)

    def read_program(self, path: str, source: str, function: str) -> Outcome:
        """The same of a network that a user's function defines over there. Raises WorkerUnavailable, WorkerClosed."""
        if self._link is None or not self._link.alive():
            self._start()
        self._number += 1
        return self._answers(self._at_hand(), ("program", self._number, path, source, function), 1)[0]

    def _each(self, definitions: Sequence[NetworkDefinition], read: bool) -> list[Outcome]:
        outcomes: list[Outcome] = []
        while len(outcomes) < len(definitions):
            if self._link is None or not self._link.alive():
                self._start()
            rest = [pack_definition(definition) for definition in definitions[len(outcomes) :]]
            self._number += 1
            message = ("define", self._number, [list(each) for each in rest], read)
            outcomes += self._answers(self._at_hand(), message, len(rest))
        return outcomes

    def _answers(self, link: Link, message: tuple[Any, ...], count: int) -> list[Outcome]:
        """The outcomes of the first of so many definitions, up to one that ends the process."""
        seconds = self.timeouts["define"]
        found: list[Outcome] = []
        try:
            link.send(message, seconds)
            while len(found) < count:
                found.append(self._read(link.receive(seconds)))
                self.deaths.count(found[-1])
            return found
        except Slow:
            ended = Outcome("timeout", "define", f"no answer within {seconds:g} s of define")
        except Lost as error:
            ended = Outcome("crashed", "define", str(error))
        self._drop()
        self.deaths.count(ended)
        return [*found, ended]

    def _read(self, item: object) -> Outcome:
        """Raises Lost for what is no outcome of this batch, WorkerUnavailable where it says that it is of no use."""
        match item:
            case ("outcome", self._number, dict(data)):
                try:
                    return unpack_outcome(data)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise Lost("the worker sent an outcome that cannot be read; it was ended") from error
            case ("unavailable", str(sentence)):
                raise WorkerUnavailable(sentence)
        raise Lost("the worker sent what is no outcome; it was ended")
