"""What will be run: files that were read and checked before anything is."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from trtexp.errors import BadUsage, NothingSelected
from trtexp.files.lengths import too_long
from trtexp.files.paths import Chosen, inside, meant, report_name, shown
from trtexp.judging.check import Checked
from trtexp.numerics.budget import Limits, current_limits
from trtexp.records.shard import Answered
from trtexp.running.helpers import FEW, Helpers
from trtexp.running.traces import keep_trace, with_traces
from trtexp.spec.case import Experiment
from trtexp.spec.errors import Fault, Mark, SpecError, internal, nearest
from trtexp.spec.files import read_experiment
from trtexp.spec.load import ExperimentFile, read

Judge = Callable[[Experiment, ExperimentFile], Checked]


@dataclass(frozen=True)
class Planned:
    """A checked experiment file: its bytes as they were checked, the name of its report, the names of its cases, and
    what a judge says of them. wanted: patterns of the cases that are meant, all if there are none. part: the cases of a
    shard, beside which it has no others, None for all. spent: of what a run may ask for. named: the sha256 of the files
    that it names. parsed: the file, where few are run by this process alone."""

    path: Path
    shown: str
    data: bytes
    name: str
    cases: tuple[str, ...]
    checked: Checked
    wanted: tuple[str, ...] = ()
    part: frozenset[str] | None = None
    spent: Mapping[str, int] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    parsed: ExperimentFile | None = None

    def file(self) -> ExperimentFile:
        """The file as it was checked; none of its cases is made yet."""
        found = self.parsed or read(self.path, self.shown, self.data)
        return found if self.part is None else found.only(self.part)

    @property
    def kept(self) -> str:
        """What that is called which is kept of it for later runs."""
        return kept_as(self.path)

    def selected(self, patterns: Sequence[str] = ()) -> list[str]:
        """The cases that are meant, and match one of the shell patterns if there are any."""
        return [case for case in self.cases if meant(case, self.wanted, patterns)]


def kept_as(path: Path) -> str:
    """What that is called which is kept of an experiment: as its report, apart from those of the project's own."""
    return report_name(path) if inside(path) else f".scratch/{report_name(path)}"


class Files(NamedTuple):
    """What was read. refused: the faults of the other files, None if there are none."""

    files: tuple[Planned, ...]
    refused: SpecError | None


@dataclass(frozen=True)
class Plan:
    """What to do with each file.

    patterns: of case names. reports: where they go, None for none; scratch: where those of files go that are none of
    the project's experiments, None for no other place. journals: where each result goes at once, None for none; resume:
    take results from there. keep: whole reports are wanted at the end. pending: where the cases that are not as
    expected are kept, None for nowhere. first: the first case that is not as expected ends the run. answered: what
    shards gave of each release and experiment, in the place of running it. sharing: what comes of each case is kept for
    a shard. helpers: who else reads files and writes reports.
    """

    files: Sequence[Planned]
    patterns: Sequence[str] = ()
    reports: Path | None = None
    scratch: Path | None = None
    journals: Path | None = None
    resume: bool = False
    keep: bool = False
    pending: Path | None = None
    first: bool = False
    answered: Mapping[tuple[str, str], Mapping[str, Answered]] | None = None
    sharing: bool = False
    helpers: Helpers = field(default_factory=Helpers)

    def journal(self, release: str, file: Planned) -> Path:
        assert self.journals is not None
        return self.journals / release / f"{file.kept}.jsonl"

    def reports_of(self, file: Planned) -> Path | None:
        """Where the reports of a file go."""
        return self.reports if self.scratch is None or inside(file.path) else self.scratch

    def source(self, file: Planned) -> str:
        """The path of a file as its record has it: from the folder that holds the report folder."""
        folder = self.reports_of(file)
        return Path(os.path.relpath(file.path, "." if folder is None else folder.parent)).as_posix()

    @cached_property
    def folders(self) -> dict[Path, list[Planned]]:
        """The files by where their reports go."""
        found: dict[Path, list[Planned]] = {}
        for file in self.files:
            if (folder := self.reports_of(file)) is not None:
                found.setdefault(folder, []).append(file)
        return found


def check_patterns(files: Sequence[Planned], patterns: Sequence[str] = ()) -> None:
    """Raises NothingSelected for a pattern that matches no case of any file, or of the files that it was given for,
    with the nearest name."""
    own = dict.fromkeys(pattern for file in files for pattern in file.wanted)
    for pattern, asked in [*((p, [f for f in files if p in f.wanted]) for p in own), *((p, files) for p in patterns)]:
        names = dict.fromkeys(case for file in asked for case in file.cases)
        if not any(fnmatchcase(name, pattern) for name in names):
            where = f"{asked[0].shown}: " if pattern in own and len(asked) == 1 else ""
            raise NothingSelected(f"{where}no case matches {pattern}; {nearest(pattern, names)}")
    if files and not any(file.selected(patterns) for file in files):
        raise NothingSelected(f"no case matches both {', '.join(own)} and --case {', '.join(patterns)}")


def plan_files(
    paths: Chosen | Sequence[Path],
    helpers: Helpers,
    judge: Judge | None = None,
    parts: Mapping[Path, frozenset[str]] | None = None,
) -> Files:
    """Check every file before anything is run; what was checked is what will be run. Raises SpecError if there is no
    file without faults, BadUsage where they are too much together.

    paths: of files, perhaps with the cases that are meant. judge: is shown each file's cases as they are for the
    reference, perhaps by a helper. parts: the cases of each file that are looked at, None for all.
    """
    keep, limits = not helpers.count and len(paths) <= FEW, current_limits()
    files, faults, spent, more = list[Planned](), list[Fault](), Counter[str](), False
    chosen = paths if isinstance(paths, Mapping) else dict.fromkeys(paths, ())
    asked = [(path, wanted, None if parts is None else parts[path]) for path, wanted in chosen.items()]
    for one in helpers.each(partial(_check, judge=judge, keep=keep), asked):
        if isinstance(one, Planned):
            files.append(one)
            spent.update(one.spent)
            _check_run(spent, limits)
        else:
            faults += map(_kept, one.faults)
            more |= one.more
    refused = SpecError(faults, limits.faults, more) if faults else None
    if refused is not None and not files:
        raise refused
    return Files(tuple(files), refused)


def _check_run(spent: Mapping[str, int], limits: Limits) -> None:
    """Raises BadUsage where all files together ask for more than a run may."""
    for what, count in spent.items():
        if count > limits.run * getattr(limits, what):
            most = limits.run * getattr(limits, what)
            raise BadUsage(f"{count} {what} in these files; a run may have {most}, or more by --limit run=N")


def _kept(fault: Fault) -> Fault:
    """A fault that names where its traceback is, if it has one."""
    if not fault.trace:
        return fault
    name = report_name(Path(fault.mark.file))
    return replace(fault, message=f"{fault.message}; {keep_trace(name, fault.case, fault.trace)}")


class _Refused(NamedTuple):
    """The faults of a file, of which there may be more than are told."""

    faults: tuple[Fault, ...]
    more: bool = False


def _check(
    chosen: tuple[Path, tuple[str, ...], frozenset[str] | None], judge: Judge | None, keep: bool
) -> Planned | _Refused:
    """A file, the patterns of the cases that are meant and those of a shard, as planned, which may keep what was
    parsed; or its faults."""
    path, wanted, part = chosen
    name = shown(path)
    if (wrong := too_long(Path(report_name(path)))) is not None:
        return _Refused((Fault(Mark(name, 1, 1), "", "", f"its page would have {wrong}; rename the file"),))
    try:
        data = read_experiment(path, name)
        file = read(path, name, data)
        file = file if part is None else file.only(part)
        experiment = file.check()
        named = replace(experiment, cases=tuple(case for case in experiment.cases if meant(case.name, wanted)))
        checked = Checked() if judge is None else with_traces(report_name(path), judge(named, file))
    except SpecError as error:
        return _Refused(error.faults, error.more)
    except OSError as error:
        return _Refused((Fault(Mark(name, 1, 1), "", "", f"cannot be read: {error.strerror or error}"),))
    except Exception as error:
        return _Refused((internal(Mark(name, 1, 1), "", error),))
    return Planned(
        path,
        file.shown,
        data,
        report_name(path),
        tuple(name for name, _, _ in file.cases),
        checked,
        wanted,
        part,
        spent=file.budget.spent,
        named=file.budget.named,
        parsed=file.unmade() if keep else None,
    )
