"""What TensorRT says of networks. Each process keeps workers of its own, which live as long as it does."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from dataclasses import dataclass

from trtexp.definition.network import NetworkDefinition
from trtexp.engine.outcome import Outcome, Release
from trtexp.errors import NoGpu
from trtexp.fuzz.joining import Ready, each_of_many
from trtexp.fuzz.network import Answer, Data, Network, Unmade, network
from trtexp.fuzz.oracle import Agreement, Sign
from trtexp.fuzz.subject import known_release
from trtexp.numerics import Family, family_of
from trtexp.workers import WorkerOptions, WorkerSpec, WorkerUnavailable
from trtexp.workers.definer import Definer
from trtexp.workers.worker import START

_definers: dict[WorkerSpec, Definer] = {}


@dataclass(frozen=True)
class Judged:
    """A network and both answers. verdict: None for data that are no network."""

    data: Data
    verdict: Sign | Agreement | None
    made: Network | None = None
    ours: Answer | None = None
    theirs: Outcome | None = None


def made(batch: Sequence[Data]) -> list[Network | None]:
    """The networks of a batch; None for data that are none."""
    found: list[Network | None] = []
    for data in batch:
        try:
            found.append(network(data))
        except Unmade:
            found.append(None)
    return found


def worker(place: WorkerSpec) -> Definer:
    """This process' worker. Raises NoGpu."""
    if place not in _definers:
        new = Definer(place, WorkerOptions())
        try:
            new.start()
        except WorkerUnavailable as error:
            raise NoGpu(f"fuzz: {error}") from error
        atexit.register(new.close)  # in a helper, which ends with its work
        _definers[place] = new
    return _definers[place]


def end_workers() -> None:
    """End the workers of this process."""
    while _definers:
        _, definer = _definers.popitem()
        atexit.unregister(definer.close)
        definer.close()


def defined(place: WorkerSpec, definitions: Sequence[NetworkDefinition]) -> list[Outcome]:
    """What TensorRT says of definitions before it builds them. Raises TooManyDeaths, NoGpu."""
    try:
        return worker(place).define(definitions)
    except WorkerUnavailable as error:
        raise NoGpu(f"fuzz: {error}") from error


def tried(place: WorkerSpec, ready: Sequence[Ready], build_only: bool) -> list[Outcome]:
    """What comes of networks that are built, and run unless build_only says otherwise; many at a time. Raises
    TooManyDeaths, NoGpu."""
    at = worker(place)

    def ask(one: Ready) -> Outcome:
        outcome = at.run(one.definition, one.feeds, build_only=build_only)
        if outcome.phase == START:
            raise NoGpu(f"fuzz: {outcome.message}")
        at.count(outcome)
        return outcome

    return each_of_many(ready, ask)


def release(place: WorkerSpec) -> Release:
    """The release that a worker has. Raises NoGpu."""
    found = worker(place).release
    assert found is not None
    return found


def release_of(place: WorkerSpec) -> tuple[str, str]:
    """(known release, full name) of a worker. Raises NoGpu where there is none, NothingFound for an unknown one."""
    has = release(place)
    return known_release(has.flavour, has.version), has.name


def family(place: WorkerSpec) -> Family | None:
    """Its family. Raises NoGpu."""
    has = release(place)
    return family_of(has.flavour, has.version)
