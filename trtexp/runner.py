"""Which cases run where and in what order; one record a case, one report a file."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from trtexp.engine.outcome import Outcome, Release
from trtexp.paths import report_name, shown
from trtexp.recording import record_report
from trtexp.report.matrix import render_matrix
from trtexp.report.write import replace, write
from trtexp.results import CaseRecord, ReleaseRecord, load
from trtexp.spec.case import Case, Experiment
from trtexp.spec.errors import Fault, SpecError
from trtexp.spec.load import ExperimentFile, read
from trtexp.spec.requirement import Target
from trtexp.terminal import Terminal
from trtexp.verdict import record_case
from trtexp.workers import Place, Worker, WorkerUnavailable, cores

REFERENCE = ReleaseRecord(name="reference", flavour="reference", version="0", backend="reference")


class NoGpu(RuntimeError):
    """TensorRT on a GPU was demanded and is not there: one sentence with what was looked for and what to do."""


@dataclass
class Totals:
    """What a run came to. seconds: by phase."""

    as_expected: int = 0
    differing: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    reports: list[Path] = field(default_factory=list)

    def add(self, record: CaseRecord, outcome: Outcome | None) -> None:
        if record.as_expected:
            self.as_expected += 1
        else:
            self.differing += 1
        for phase, seconds in (outcome.seconds if outcome else {}).items():
            self.seconds[phase] = self.seconds.get(phase, 0.0) + seconds


class Backend:
    """Where cases are answered: the float64 reference, or workers that hold one release."""

    def __init__(self, release: ReleaseRecord, workers: Sequence[Worker] = (), reason: str = "") -> None:
        self.release = release
        self.reason = reason
        self._workers: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._all = list(workers)
        for worker in workers:
            self._workers.put(worker)

    @property
    def target(self) -> Target:
        return Target(self.release.flavour, self.release.version)

    def outcomes(self, cases: Sequence[Case]) -> Iterator[Outcome | None]:
        """One outcome per case, in order; the workers share the cases. None: nothing is run."""
        if not self._all:
            yield from (None for _ in cases)
            return
        executor = ThreadPoolExecutor(len(self._all))
        try:
            yield from executor.map(self._answer, cases)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    def _answer(self, case: Case) -> Outcome:
        worker = self._workers.get()
        try:
            return worker.run(case.definition, case.feeds)
        finally:
            self._workers.put(worker)

    def __enter__(self) -> Backend:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._all:
            worker.close()


def backends(choice: str, python: str | None) -> list[Backend]:
    """The backends of a choice: `auto`, `tensorrt`, `build` or `reference`. Raises NoGpu where one was demanded.

    auto: TensorRT on the GPU if both are there; else the reference and, where TensorRT-RTX is installed, a build.
    """
    if choice == "reference":
        return [Backend(REFERENCE)]
    flavour = {"auto": None, "tensorrt": "tensorrt", "build": "tensorrt-rtx"}[choice]
    place = Place(flavour=flavour) if python is None else Place(python, flavour)
    try:
        worker = Worker(place)
    except WorkerUnavailable as error:
        if choice == "auto":
            return [Backend(REFERENCE, reason=str(error))]
        raise NoGpu(str(error)) from error
    release = worker.release
    if release.can_run:
        return [Backend(release_record(release), [worker])]
    if choice == "tensorrt":
        worker.close()
        raise NoGpu(release.reason)
    workers = [worker, *(Worker(place) for _ in range(cores() - 1))]
    built = Backend(release_record(release), workers, release.reason)
    return [built] if choice == "build" else [Backend(REFERENCE, reason=release.reason), built]


def release_record(release: Release) -> ReleaseRecord:
    return ReleaseRecord(
        name=release.name,
        flavour=release.flavour,
        version=release.version,
        backend="run" if release.can_run else "built",
        gpu=release.gpu if release.can_run else None,
        compute_capability=release.compute_capability if release.can_run else None,
    )


def read_all(paths: Sequence[Path]) -> list[ExperimentFile]:
    """Parse and check every file before anything is run. Raises SpecError with the faults of all of them."""
    files, faults = [], list[Fault]()
    for path in paths:
        try:
            file = read(path, shown(path))
            file.check()
            files.append(file)
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(faults)
    return files


def select(experiment: Experiment, names: Sequence[str]) -> list[Case]:
    """The cases whose names match one of the shell patterns; all if there are none."""
    from fnmatch import fnmatchcase

    return [c for c in experiment.cases if not names or any(fnmatchcase(c.name, name) for name in names)]


def run(
    files: Sequence[ExperimentFile], backend: Backend, cases: Sequence[str], folder: Path | None, terminal: Terminal
) -> Totals:
    """Run the selected cases of all files on one backend and write a report a file.

    folder: where the reports go; None, or a selection of cases, writes none, since a report holds every case.
    """
    totals = Totals()
    chosen = [(file, file.experiment(backend.target)) for file in files]
    selected = [(file, experiment, select(experiment, cases)) for file, experiment in chosen]
    terminal.start(sum(len(some) for _, _, some in selected))
    outcomes = backend.outcomes([case for _, _, some in selected for case in some])
    for file, experiment, some in selected:
        if not some:
            continue
        terminal.file(report_name(file.path), [case.name for case in some])
        records = []
        for case in some:
            outcome = next(outcomes)
            record = record_case(case, outcome)
            records.append(record)
            totals.add(record, outcome)
            terminal.case(record)
        if folder is not None and not cases:
            name = f"experiments/{report_name(file.path)}.yaml"
            totals.reports.append(write(record_report(experiment, name, backend.release, records), folder)[1])
    return totals


def write_matrix(folder: Path) -> None:
    """Write the page experiments × releases from all records of a report folder. Raises OSError, DamagedRecord."""
    replace(folder / "README.md", render_matrix([load(path) for path in sorted(folder.glob("*/**/*.json"))]))
