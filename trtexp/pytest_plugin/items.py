"""An experiment file as a collector, a case as a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from trtexp.errors import NoGpu
from trtexp.files.code_path import WithoutWorkingDirectory
from trtexp.files.paths import meant
from trtexp.pytest_plugin import PATTERNS
from trtexp.pytest_plugin.session import session
from trtexp.records.model import CaseRecord
from trtexp.report.plain import account, ending
from trtexp.report.wording.cases import headline
from trtexp.running.helpers import Helpers
from trtexp.running.plan import Planned, plan_files
from trtexp.spec.errors import SpecError


class NotAsExpected(Exception):
    """A case that differs; the message is what `trtexp run` says of it."""

    def __init__(self, found: list[tuple[str, CaseRecord]]) -> None:
        release, self.first = found[0]
        self.headline = f"{release}: {headline(self.first)}"
        super().__init__("\n\n".join(f"{release}: {headline(case)}\n{account(case)}" for release, case in found))


class ExperimentFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        """One item a case, of each release if several are named. Raises CollectError with all faults of the file."""
        try:
            with WithoutWorkingDirectory():
                (planned,) = plan_files([self.path], Helpers()).files
        except SpecError as error:
            raise self.CollectError("\n".join(map(str, error.faults))) from error
        cases, planned = planned.file().cases, replace(planned, parsed=None)  # items last as long as the session
        patterns = self.config.stash[PATTERNS].get(str(self.path.resolve()), ())
        for name, mark, _ in cases:
            if not meant(name, patterns):
                continue
            for group in session(self.config).groups:
                label = f"{name}[{group}]" if group else name
                yield CaseItem.from_parent(self, name=label, planned=planned, case=name, group=group, line=mark.line)


class CaseItem(pytest.Item):
    """line: of the case in its file, from 1."""

    def __init__(self, *, planned: Planned, case: str, group: str, line: int, **more: Any) -> None:
        super().__init__(**more)
        self.planned, self.case, self.group, self.line = planned, case, group, line

    def setup(self) -> None:
        """Where no TensorRT can be had that was demanded, that is an error and no failure."""
        with WithoutWorkingDirectory():
            session(self.config).start(self.group)

    def runtest(self) -> None:
        """What counts is the worst of what the backends gave, then the best."""
        with WithoutWorkingDirectory():
            found = session(self.config).records(self.group, self.planned, self.case)
        self.user_properties += [("release", release) for release, _ in found]
        if wrong := [(release, case) for release, case in found if not case.as_expected]:
            raise NotAsExpected(wrong)
        endings = dict(ending(case) for _, case in found)
        if "expected" in endings:
            pytest.xfail(endings["expected"])
            raise NotAsExpected(found)  # --runxfail
        if "passed" not in endings:
            pytest.skip("; ".join(endings.values()))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message without the stack, and the line of the YAML as the place."""
        error = excinfo.value
        if not isinstance(error, (NotAsExpected, NoGpu, SpecError, OSError)):
            return super().repr_failure(excinfo, style)
        shown = excinfo.getrepr(style="value")
        if shown.reprcrash is not None:
            shown.reprcrash.path = str(self.path)
            shown.reprcrash.lineno = error.first.place.line if isinstance(error, NotAsExpected) else self.line
            shown.reprcrash.message = error.headline if isinstance(error, NotAsExpected) else str(error)
        return shown

    def reportinfo(self) -> tuple[Any, int, str]:
        return self.path, self.line - 1, self.name
