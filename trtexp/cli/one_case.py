"""The one case that `FILE::CASE` names, for commands that show or write one."""

from __future__ import annotations

from pathlib import Path

from trtexp.errors import BadUsage, NothingFound
from trtexp.files.paths import CASE, meant, shown, split_case
from trtexp.spec.case import Case, Experiment
from trtexp.spec.errors import nearest
from trtexp.spec.load import REFERENCE, load
from trtexp.spec.requirement import Target

MOST = 10  # cases that are named where one is to be chosen


def one_case(text: str, option: str | None = None, target: Target = REFERENCE) -> tuple[Experiment, Case]:
    """The case of FILE::CASE, which may be a pattern, or the only case of FILE, for a target; and its experiment.

    option: what was given with --case. Raises NothingFound, BadUsage, SpecError, OSError.
    """
    file, pattern = split_case(text)
    if option is not None and pattern:
        raise BadUsage(f"{text} --case {option}: name the case once, as {file}{CASE}{option}")
    pattern, path = option or pattern, Path(file)
    if not path.is_file():
        raise NothingFound(f"{file}: {'give one experiment file' if path.is_dir() else 'no such file'}")
    experiment = load(path, target, shown(path))
    names = [case.name for case in experiment.cases]
    found = [case for case in experiment.cases if meant(case.name, [pattern] if pattern else [])]
    if not found:
        raise NothingFound(f"{file}: no case {pattern!r}; {nearest(pattern, names)}")
    if len(found) > 1:
        which = f"{len(found)} cases match {pattern}" if pattern else f"{len(found)} cases"
        listed = ", ".join(case.name for case in found[:MOST]) + ", …" * (len(found) > MOST)
        raise NothingFound(f"{file}: {which}; name one as {file}{CASE}CASE: {listed}")
    return experiment, found[0]
