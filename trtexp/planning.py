"""What will be run: files that were read and checked before anything is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from trtexp.paths import report_name, shown
from trtexp.spec.case import Experiment
from trtexp.spec.errors import Fault, SpecError
from trtexp.spec.load import read


@dataclass(frozen=True)
class Planned:
    """A checked experiment file: its bytes as they were checked, the name of its report, the names of its cases."""

    path: Path
    shown: str
    data: bytes
    name: str
    cases: tuple[str, ...]

    def selected(self, patterns: Sequence[str]) -> list[str]:
        """The cases whose names match one of the shell patterns; all if there are none."""
        return [case for case in self.cases if not patterns or any(fnmatchcase(case, p) for p in patterns)]


def plan_files(paths: Sequence[Path], visit: Callable[[Experiment], None] | None = None) -> list[Planned]:
    """Check every file before anything is run; what was checked is what will be run. Raises SpecError with the faults
    of all files, OSError.

    visit: is shown each file's cases as they are for the reference.
    """
    files, faults = [], list[Fault]()
    for path in paths:
        try:
            data = path.read_bytes()
            file = read(path, shown(path), data)
            experiment = file.check()
            if visit is not None:
                visit(experiment)
            files.append(Planned(path, file.shown, data, report_name(path), tuple(name for name, _, _ in file.cases)))
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(faults)
    return files
