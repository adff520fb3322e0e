"""What answers the cases of a pytest session: started when the first of them needs it, and kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace

import pytest

from trtexp.authoring.commit import recover
from trtexp.errors import BadUsage, NoGpu
from trtexp.files.home import ACCEPTING
from trtexp.files.signing import notes
from trtexp.judging.guarded import recorded
from trtexp.pytest_plugin import target_options
from trtexp.records.model import CaseRecord
from trtexp.running.backends import Backend, by_release, header
from trtexp.running.plan import Planned
from trtexp.running.targets import backends, places, workplace
from trtexp.running.traces import kept
from trtexp.spec.case import Case
from trtexp.spec.errors import SpecError
from trtexp.workers import WorkerEvent, WorkerSpec

NAME = "trtexp-session"


class BackendSession:
    """The backends that the options name. groups: a label and the workers of each release, if several were named.

    said: gets what the user should know at the end. Raises pytest.UsageError.
    """

    def __init__(self, config: pytest.Config, said: list[str]) -> None:
        self.said = said
        if os.path.lexists(ACCEPTING):
            said += recover()
        self._config = config
        self._started: dict[str, list[Backend] | NoGpu] = {}
        self._cases: dict[str, tuple[Planned, dict[str, Case | SpecError]]] = {}
        self._options = target_options(config)
        try:
            given = places(self._options)
            self._work = replace(workplace(self._options, self._heard), builders=1)
        except BadUsage as error:
            raise pytest.UsageError(f"--trtexp{str(error).removeprefix('-')}") from error
        self.groups = _labelled(_own_gpu(group, config) for group in by_release(given))

    def start(self, group: str) -> list[Backend]:
        """The backends of a group of workers, each of which answers a case. Raises NoGpu, the same again."""
        if group not in self._started:
            try:
                side_by_side = backends(self._options, self.groups[group], self._work)
                started = [backend for some in side_by_side for backend in some]
                self.said += [line for backend in started for line in header(backend)]
                self._started[group] = started
            except NoGpu as error:
                self._started[group] = error
        found = self._started[group]
        if isinstance(found, NoGpu):
            raise found
        return found

    def records(self, group: str, file: Planned, case: str) -> list[tuple[str, CaseRecord]]:
        """(release, record) of each backend. Raises NoGpu, SpecError."""
        made = [(backend, self._case(backend, file, case)) for backend in self.start(group)]
        found = [(backend.release.name, recorded(one, backend.settled(one))) for backend, one in made]
        return [(release, kept(file.name, one).record) for release, one in found]

    def pytest_sessionfinish(self) -> None:
        """A hook: end the workers; an xdist worker hands over what is to be said."""
        self.said += notes()
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["trtexp"] = self.said
        for found in self._started.values():
            for backend in found if isinstance(found, list) else ():
                backend.close()

    def _case(self, backend: Backend, file: Planned, name: str) -> Case:
        """The case as it is for a release; the file at hand is kept."""
        release = backend.release.name
        if self._cases.get(release, (None,))[0] is not file:
            found = file.file().sound(backend.target)
            named = {case.name: case for case in found.cases} | {one.name: one.error for one in found.refused}
            self._cases[release] = file, named
        case = self._cases[release][1][name]
        if isinstance(case, SpecError):
            raise case
        return case

    def _heard(self, event: WorkerEvent) -> None:
        """Say at once that another run has the GPU: pytest would seem to hang."""
        if event.kind == "restart":
            return
        capture = self._config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            print(f"trtexp: {event}", file=sys.stderr, flush=True)


def open_session(config: pytest.Config, said: list[str]) -> None:
    """Make the BackendSession, which is a plugin of its own, unless there is one. Raises pytest.UsageError."""
    if not config.pluginmanager.hasplugin(NAME):
        config.pluginmanager.register(BackendSession(config, said), NAME)


def session(config: pytest.Config) -> BackendSession:
    """The one of this pytest session."""
    found = config.pluginmanager.getplugin(NAME)
    assert isinstance(found, BackendSession)
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
