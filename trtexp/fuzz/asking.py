"""What TensorRT says of networks. Each process keeps workers of its own, which live as long as it does."""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from tempfile import TemporaryDirectory
from typing import Literal, Union

from trtexp.definition.network import NetworkDefinition
from trtexp.engine.outcome import Outcome, Release
from trtexp.errors import NoGpu
from trtexp.fuzz.aside import Aside
from trtexp.fuzz.joining import Asked, Ready, asked_together
from trtexp.fuzz.network import Answer, Data, Network, Unmade, network
from trtexp.fuzz.oracle import Agreement, Sign, Stage
from trtexp.fuzz.replies import Device
from trtexp.fuzz.subject import ANY, known_release
from trtexp.numerics import Family, family_of
from trtexp.workers import WorkerOptions, WorkerSpec, WorkerUnavailable
from trtexp.workers.definer import Definer
from trtexp.workers.handshake import run_id
from trtexp.workers.worker import START

#: A worker that keeps nothing, one that keeps the engines that it builds, and one that finds them.
Kind = Literal["only", "writes", "reads"]
MOST_ENGINES = 2**28  # bytes

#: What answers: TensorRT, or another device.
Place = Union[WorkerSpec, Device]

_definers: dict[tuple[WorkerSpec, Kind], Definer] = {}
_asides: dict[Device, Aside] = {}


@dataclass(frozen=True)
class Judged:
    """A network and both answers. verdict: None for data that are no network. came: values that differ, in words."""

    data: Data
    verdict: Sign | Agreement | None
    made: Network | None = None
    ours: Answer | None = None
    theirs: Outcome | None = None
    came: str = ""


def made(batch: Sequence[Data]) -> list[Network | None]:
    """The networks of a batch; None for data that are none."""
    found: list[Network | None] = []
    for data in batch:
        try:
            found.append(network(data))
        except Unmade:
            found.append(None)
    return found


def worker(place: WorkerSpec, kind: Kind = "only") -> Definer:
    """This process' worker of a kind. Raises NoGpu."""
    if (place, kind) not in _definers:
        options = WorkerOptions() if kind == "only" else WorkerOptions(cache=_engines(), cache_limit=MOST_ENGINES)
        new = Definer(place, options)
        try:
            new.start()
        except WorkerUnavailable as error:
            raise NoGpu(f"fuzz: {error}") from error
        atexit.register(new.close)  # in a helper, which ends with its work
        _definers[place, kind] = new
    return _definers[place, kind]


def aside(device: Device) -> Aside:
    """This process' other process for a device. Raises NoGpu."""
    if device not in _asides:
        _asides[device] = Aside(device)
        atexit.register(_asides[device].close)
    return _asides[device]


@cache
def _engines() -> str:
    """The folder for engines that one worker writes and another one reads."""
    folder = TemporaryDirectory(prefix="trtexp-fuzz-")
    atexit.register(folder.cleanup)
    return folder.name


def one_run() -> None:
    """Have the workers that helpers start share a GPU, as those of one run do; to be called before there are any."""
    os.environ.setdefault("TRTEXP_RUN", run_id())


def end_workers() -> None:
    """End the workers of this process."""
    while _definers:
        _, definer = _definers.popitem()
        atexit.unregister(definer.close)
        definer.close()
    while _asides:
        _, other = _asides.popitem()
        atexit.unregister(other.close)
        other.close()


def defined(place: WorkerSpec, definitions: Sequence[NetworkDefinition]) -> list[Outcome]:
    """What TensorRT says of definitions before it builds them. Raises TooManyDeaths, NoGpu."""
    try:
        return worker(place).define(definitions)
    except WorkerUnavailable as error:
        raise NoGpu(f"fuzz: {error}") from error


def tried(place: WorkerSpec, ready: Sequence[Ready], build_only: bool) -> list[Asked]:
    """What comes of networks that are built, and run unless build_only says otherwise; many at a time. Raises
    TooManyDeaths, NoGpu."""
    at = worker(place, "only" if build_only else "writes")

    def ask(one: Ready) -> Outcome:
        outcome = at.run(one.definition, one.feeds, build_only=build_only)
        if outcome.phase == START:
            raise NoGpu(f"fuzz: {outcome.message}")
        at.deaths.count(outcome)
        return outcome

    return asked_together(ready, ask)


def read_back(place: WorkerSpec, ready: Ready) -> Outcome:
    """The same by another process, from the engine that the first one kept. Raises NoGpu."""
    return worker(place, "reads").run(ready.definition, ready.feeds)


def release(place: WorkerSpec) -> Release:
    """The release that a worker has. Raises NoGpu."""
    found = worker(place).release
    assert found is not None
    return found


def release_of(place: Place) -> tuple[str, str]:
    """(known release, full name) of what answers. Raises NoGpu where there is none, NothingFound for a release that is
    not known."""
    if not isinstance(place, WorkerSpec):
        return ANY, f"{place}-{aside(place).version}"
    has = release(place)
    return known_release(has.flavour, has.version), has.name


def able(place: Place, stage: Stage) -> tuple[str, str]:
    """The same, of what can take networks through a stage. Raises NoGpu where it cannot."""
    if stage == "run" and isinstance(place, WorkerSpec) and not (has := release(place)).can_run:
        raise NoGpu(f"fuzz: {has.name} runs nothing here: {has.reason}; give --device onnxruntime, or --stage build")
    return release_of(place)


def family(place: WorkerSpec) -> Family | None:
    """Its family. Raises NoGpu."""
    has = release(place)
    return family_of(has.flavour, has.version)
