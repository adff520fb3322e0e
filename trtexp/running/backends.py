"""Where cases are answered: the float64 reference, or the crew of workers of one release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from trtexp.engine.outcome import Outcome, Release
from trtexp.errors import NoGpu
from trtexp.records.model import ReleaseRecord
from trtexp.running.helpers import cores
from trtexp.running.replay import Answers, NotRecorded, Recorder, replays
from trtexp.spec.case import Case
from trtexp.spec.requirement import Target
from trtexp.workers import Crew, Unsettled, WorkerClosed, WorkerOptions, WorkerSpec, WorkerUnavailable

REFERENCE = ReleaseRecord(name="reference", flavour="reference", version="0", backend="reference")


class Closed(RuntimeError):
    """The workers were ended while a case was with them."""


@dataclass(frozen=True)
class Workplace:
    """What the backends of a run share.

    record: where answers are kept, too; replay: where they were kept before, not to be asked again.
    builders: how many workers build ahead of time, None for one a core.
    """

    options: WorkerOptions
    record: Path | None = None
    builders: int | None = None
    replay: Path | None = None

    def crew(self, places: Sequence[WorkerSpec]) -> Crew:
        """Start equal workers. Raises WorkerUnavailable."""
        return Crew(places, self.options)

    def backend(self, crew: Crew, workers: int, reason: str = "") -> Backend:
        """What these workers answer. Raises OSError where that is to be recorded and cannot be."""
        answers = crew if self.record is None else Recorder(crew, self.record, self.replay)
        return Backend(release_record(crew.release), answers, workers, reason)


class Backend:
    """Answers the cases of one release. reason: why it is this one, if that needs saying."""

    def __init__(
        self, release: ReleaseRecord, answers: Answers | None = None, workers: int = 0, reason: str = ""
    ) -> None:
        self.release = release
        self.workers = workers
        self.reason = reason
        self._answers = answers

    @property
    def target(self) -> Target:
        return Target(self.release.flavour, self.release.version, self.release.compute_capability)

    @property
    def threads(self) -> int:
        """How many cases may be under way at once: one a worker; without any, one is computed while the result of
        another goes to the disk."""
        return self.workers or 2

    def beside(self, case: Case) -> bool:
        """Whether a case is to be answered beside the others, one such case at a time: it must crash."""
        return self.workers > 0 and case.crash is not None

    @property
    def starts(self) -> Sequence[Mapping[str, float]]:
        """Seconds by step that the start of each worker took."""
        return self._answers.starts if self._answers is not None else ()

    @property
    def driver(self) -> str | None:
        return self._answers.release.driver if self._answers is not None else None

    def answer(self, case: Case) -> Outcome | Unsettled | None:
        """What comes of a case, to be settled if it ended badly; None: nothing is run. May be called by `threads`
        threads at once, and by one more for what is beside the others.

        Raises NoGpu where no worker can be had any more or no answer is recorded, Closed where `close` was called
        meanwhile.
        """
        if self._answers is None:
            return None
        with self._told(case):
            found = self._answers.attempt(case.definition, case.feeds, case.repeat, self.beside(case))
        return found if isinstance(found, Unsettled) else self._sound(found)

    def settled(self, case: Case) -> Outcome | None:
        """What comes of a case in the end, where nothing else is to be done meanwhile. Raises as `answer` does."""
        found = self.answer(case)
        return self.settle(case, found) if isinstance(found, Unsettled) else found

    def settle(self, case: Case, found: Unsettled) -> Outcome:
        """What comes of a case that ended badly: it is tried again beside the others. Raises as `answer` does."""
        assert self._answers is not None
        with self._told(case):
            return self._sound(self._answers.settle(case.definition, case.feeds, case.repeat, found))

    @contextmanager
    def _told(self, case: Case) -> Iterator[None]:
        try:
            yield
        except WorkerClosed as error:
            raise Closed(str(error)) from error
        except NotRecorded as error:
            raise NoGpu(f"{self.release.name}: {case.name}: {error}") from error

    def _sound(self, outcome: Outcome) -> Outcome:
        if outcome.status == "crashed" and outcome.phase == "start":
            raise NoGpu(f"{self.release.name}: {outcome.message}")
        return outcome

    def close(self) -> None:
        """End the workers at once, whatever they do."""
        if self._answers is not None:
            self._answers.close()

    def __enter__(self) -> Backend:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def default_backends(
    choice: str, places: Sequence[WorkerSpec], work: Workplace, demanded: bool = False
) -> list[Backend]:
    """The backends of a choice: `auto`, `tensorrt`, `build` or `reference`. Raises NoGpu where one was demanded.

    auto: TensorRT on the GPU if both are there; else the reference and, where TensorRT-RTX is installed, a build.
    places: of equal workers, all with the same interpreter, and perhaps with a GPU that was demanded. demanded: so was
    the interpreter.
    """
    if choice == "reference":
        return [Backend(REFERENCE)]
    flavour = {"auto": None, "tensorrt": "tensorrt", "build": "tensorrt-rtx"}[choice]
    places = [replace(place, flavour=flavour) for place in places]
    try:
        crew = work.crew(places)
    except WorkerUnavailable as error:
        if choice == "auto" and not demanded and places[0].gpu is None:
            return [Backend(REFERENCE, reason=str(error))]
        raise NoGpu(str(error)) from error
    release = crew.release
    if release.can_run:
        return [work.backend(crew, len(places))]
    gpu = places[0].gpu if choice == "auto" else None
    if choice == "tensorrt" or gpu is not None:
        crew.close()
        raise NoGpu(release.reason if gpu is None else f"--gpu {gpu}: {release.reason}")
    builders = max(len(places), work.builders or cores())
    crew.enlarge([places[0]] * (builders - len(places)))
    built = work.backend(crew, builders, release.reason)
    return [built] if choice == "build" else [Backend(REFERENCE, reason=release.reason), built]


def worker_backends(places: Iterable[WorkerSpec], work: Workplace) -> list[Backend]:
    """One backend for each release that workers were named for; what is named alike shares the cases. All start at
    once. Raises NoGpu if one is not to be had."""
    groups = by_release(places)
    with ThreadPoolExecutor(len(groups)) as starters:
        crews = [starters.submit(work.crew, group) for group in groups]
    made = [crew.result() for crew in crews if crew.exception() is None]
    for error in filter(None, (crew.exception() for crew in crews)):
        for crew in made:
            crew.close()
        raise NoGpu(str(error)) if isinstance(error, WorkerUnavailable) else error
    sizes = map(len, groups)
    return [work.backend(crew, size, crew.release.reason) for crew, size in zip(made, sizes, strict=True)]


def by_release(places: Iterable[WorkerSpec]) -> list[list[WorkerSpec]]:
    """The places of each release that was named, or of each interpreter."""
    groups: dict[object, list[WorkerSpec]] = {}
    for place in places:
        label = (place.flavour, place.version) if place.version else (place.host, place.python)
        groups.setdefault(label, []).append(place)
    return list(groups.values())


def replay_backends(folder: Path) -> list[Backend]:
    """One backend for each release that has answers recorded in `folder`. Raises NoGpu if none has."""
    try:
        return [Backend(release_record(answers.release), answers) for answers in replays(folder)]
    except NotRecorded as error:
        raise NoGpu(str(error)) from error


def release_record(release: Release) -> ReleaseRecord:
    return ReleaseRecord(
        name=release.name,
        flavour=release.flavour,
        version=release.version,
        backend="run" if release.can_run else "built",
        gpu=release.gpu if release.can_run else None,
        compute_capability=release.compute_capability if release.can_run else None,
    )


def header(backend: Backend, many: str = "") -> list[str]:
    """What answers, in lines, loud where TensorRT itself is not run. many: how many cases are asked, `, 8 cases`."""
    release = backend.release
    if release.backend == "run":
        workers = f" with {backend.workers} workers" if backend.workers > 1 else ""
        return [f"{release.flavour} {release.version} on {release.gpu}{workers}{many}"]
    if release.backend == "built":
        return [f"building ahead of time with {release.flavour} {release.version}{many}: nothing is run"]
    lines = [f"{backend.reason}"] if backend.reason else []
    return [*lines, f"computing the reference in float64{many}; TensorRT itself is NOT run"]
