"""What will be run: files that were read and checked before anything is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from trtexp.errors import NothingSelected
from trtexp.files.paths import report_name, shown
from trtexp.judging.check import Checked
from trtexp.running.helpers import FEW, Helpers
from trtexp.spec.case import Experiment
from trtexp.spec.errors import Fault, SpecError, nearest
from trtexp.spec.load import ExperimentFile, read

Judge = Callable[[Experiment], Checked]


@dataclass(frozen=True)
class Planned:
    """A checked experiment file: its bytes as they were checked, the name of its report, the names of its cases, and
    what a judge says of them. parsed: the file, where few are run by this process alone."""

    path: Path
    shown: str
    data: bytes
    name: str
    cases: tuple[str, ...]
    checked: Checked
    parsed: ExperimentFile | None = None

    def file(self) -> ExperimentFile:
        """The file as it was checked; none of its cases is made yet."""
        return self.parsed or read(self.path, self.shown, self.data)

    def selected(self, patterns: Sequence[str]) -> list[str]:
        """The cases whose names match one of the shell patterns; all if there are none."""
        return [case for case in self.cases if not patterns or any(fnmatchcase(case, p) for p in patterns)]


@dataclass(frozen=True)
class Plan:
    """What to do with each file. patterns: of case names; reports: where they go, None for none; journals: where each
    result goes at once, None for none; resume: take results from there; keep: whole reports are wanted at the end;
    pending: where the cases that are not as expected are kept, None for nowhere; helpers: who else reads files and
    writes reports."""

    files: Sequence[Planned]
    patterns: Sequence[str] = ()
    reports: Path | None = None
    journals: Path | None = None
    resume: bool = False
    keep: bool = False
    pending: Path | None = None
    helpers: Helpers = field(default_factory=Helpers)

    def journal(self, release: str, file: Planned) -> Path:
        assert self.journals is not None
        return self.journals / release / f"{file.name}.jsonl"


def check_patterns(files: Sequence[Planned], patterns: Sequence[str]) -> None:
    """Raises NothingSelected for a pattern that matches no case of any file, with the nearest name."""
    names = dict.fromkeys(case for file in files for case in file.cases)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise NothingSelected(f"no case matches {pattern}; {nearest(pattern, names)}")


def plan_files(paths: Sequence[Path], helpers: Helpers, judge: Judge | None = None) -> list[Planned]:
    """Check every file before anything is run; what was checked is what will be run. Raises SpecError with the faults
    of all files, OSError.

    judge: is shown each file's cases as they are for the reference, perhaps by a helper.
    """
    keep = not helpers.count and len(paths) <= FEW
    checked = helpers.each(partial(_check, judge=judge, keep=keep), paths)
    faults = [fault for one in checked if not isinstance(one, Planned) for fault in one]
    if faults:
        raise SpecError(faults)
    return [one for one in checked if isinstance(one, Planned)]


def _check(path: Path, judge: Judge | None, keep: bool) -> Planned | tuple[Fault, ...]:
    """A file, which may keep what was parsed of it, or its faults. Raises OSError."""
    data = path.read_bytes()
    try:
        file = read(path, shown(path), data)
        experiment = file.check()
    except SpecError as error:
        return error.faults
    checked = Checked() if judge is None else judge(experiment)
    names, parsed = tuple(name for name, _, _ in file.cases), file.unmade() if keep else None
    return Planned(path, file.shown, data, report_name(path), names, checked, parsed)
