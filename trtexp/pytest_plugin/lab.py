"""What answers the cases of a pytest session: started when the first of them needs it, and kept."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace

import pytest

from trtexp.cli.arguments import WHERE
from trtexp.errors import BadUsage, NoGpu
from trtexp.judging.case import record_case
from trtexp.records.model import CaseRecord
from trtexp.running.backends import Backend, grouped, header
from trtexp.running.plan import Planned
from trtexp.running.targets import backends, places, workplace
from trtexp.spec.case import Case
from trtexp.spec.load import read
from trtexp.workers import WorkerEvent, WorkerSpec

NAME = "trtexp-lab"


class Lab:
    """The backends that the options name. benches: a label and the workers of each release, if several were named.

    said: gets what the user should know at the end. Raises pytest.UsageError.
    """

    def __init__(self, config: pytest.Config, said: list[str]) -> None:
        self.said = said
        self._config = config
        self._started: dict[str, list[Backend] | NoGpu] = {}
        self._cases: dict[str, tuple[Planned, dict[str, Case]]] = {}
        names = [option[2:].replace("-", "_") for option, _ in WHERE]
        self._options = argparse.Namespace(**{name: config.getoption(f"trtexp_{name}") for name in names})
        try:
            given = places(self._options)
            self._work = replace(workplace(self._options, self._heard), builders=1)
        except BadUsage as error:
            raise pytest.UsageError(f"--trtexp{str(error).removeprefix('-')}") from error
        self.benches = _labelled(_own_gpu(group, config) for group in grouped(given))

    def start(self, bench: str) -> list[Backend]:
        """The backends of a bench, which answer each case one after the other. Raises NoGpu, the same again."""
        if bench not in self._started:
            try:
                groups = backends(self._options, self.benches[bench], self._work)
                started = [backend for group in groups for backend in group]
                self.said += [line for backend in started for line in header(backend)]
                self._started[bench] = started
            except NoGpu as error:
                self._started[bench] = error
        found = self._started[bench]
        if isinstance(found, NoGpu):
            raise found
        return found

    def records(self, bench: str, file: Planned, case: str) -> list[tuple[str, CaseRecord]]:
        """(release, record) of each backend. Raises NoGpu, SpecError."""
        made = [(backend, self._case(backend, file, case)) for backend in self.start(bench)]
        return [(backend.release.name, record_case(one, backend.answer(one))) for backend, one in made]

    def pytest_sessionfinish(self) -> None:
        """A hook: end the workers; an xdist worker hands over what is to be said."""
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["trtexp"] = self.said
        for found in self._started.values():
            for backend in found if isinstance(found, list) else ():
                backend.close()

    def _case(self, backend: Backend, file: Planned, name: str) -> Case:
        """The case as it is for a release; the file at hand is kept."""
        release = backend.release.name
        if self._cases.get(release, (None,))[0] is not file:
            experiment = read(file.path, file.shown, file.data).experiment(backend.target)
            self._cases[release] = file, {case.name: case for case in experiment.cases}
        return self._cases[release][1][name]

    def _heard(self, event: WorkerEvent) -> None:
        """Say at once that another run has the GPU: pytest would seem to hang."""
        if event.kind == "restart":
            return
        capture = self._config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            print(f"trtexp: {event}", file=sys.stderr, flush=True)


def open_lab(config: pytest.Config, said: list[str]) -> None:
    """Make the session's lab, which is a plugin of its own, unless there is one. Raises pytest.UsageError."""
    if not config.pluginmanager.hasplugin(NAME):
        config.pluginmanager.register(Lab(config, said), NAME)


def lab(config: pytest.Config) -> Lab:
    """The session's lab."""
    found = config.pluginmanager.getplugin(NAME)
    assert isinstance(found, Lab)
    return found


def _own_gpu(group: Sequence[WorkerSpec], config: pytest.Config) -> list[WorkerSpec]:
    """Of the GPUs of a release the one for this xdist worker, in turn."""
    number = int(getattr(config, "workerinput", {}).get("workerid", "gw0").removeprefix("gw") or 0)
    return [group[number % len(group)]]


def _labelled(groups: Iterable[list[WorkerSpec]]) -> dict[str, list[WorkerSpec]]:
    """The label of the only group is empty."""
    found = list(groups)
    if len(found) == 1:
        return {"": found[0]}
    return {group[0].version or group[0].flavour or str(group[0]): group for group in found}
