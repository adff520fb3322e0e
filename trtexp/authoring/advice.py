"""What to do about the cases of a run that were not as expected, where trtexp can help."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from trtexp.authoring.accept import DOUBTFUL, Side, accept
from trtexp.authoring.declare import undeclared
from trtexp.errors import plural
from trtexp.files.program import program, typed
from trtexp.migration.entry import entry
from trtexp.running.pending import Pending
from trtexp.spec.errors import SpecError
from trtexp.spec.files import read_experiment
from trtexp.spec.tree import mapping, parse

REVIEW = "next: trtexp review shows them one by one, trtexp accept"
ADVICE: Mapping[Side, str] = {
    "device": f"{REVIEW} writes observed values into the YAML",
    "reference": f"{REVIEW} --from reference writes the reference's numbers into the YAML",
}
_MOST = 3  # entries that are printed; `trtexp check` has all
_TRIED = 20  # cases of which accept is tried, so that it is advised where it works


def advice(found: Iterable[Pending]) -> Iterator[str]:
    """Lines for the terminal; none where nothing but thinking helps."""
    cases, lacking = list(found), dict[tuple[str, str], list[Pending]]()
    for one in cases:
        if (missing := undeclared(one)) is not None:
            lacking.setdefault((one.report.release.name, missing), []).append(one)
    for (name, missing), some in list(lacking.items())[:_MOST]:
        yield f"{name} has no {missing}; write in {_where(some)}:"
        yield from (f"  {line}" for line in entry(some[0].report.release, missing))
    if len(lacking) > _MOST:
        yield f"and {len(lacking) - _MOST} more names that are lacking: {program()} check has all of them"
    for side, said in ADVICE.items():
        if "CI" not in os.environ and any(can_accept(one, side) for one in cases[:_TRIED]):
            yield typed(said)


def can_accept(one: Pending, side: Side) -> bool:
    """Whether `trtexp accept` can take what was observed of a case, or what the reference gives, as the file is now."""
    if (one.report.release.backend == "run") != (side == "device"):
        return False
    try:
        return bool(accept([one], DOUBTFUL, side))
    except (SpecError, OSError):
        return False


def _where(cases: list[Pending]) -> str:
    """The first file and its cases below which an entry stands; one that a matrix made must be written out for it."""
    first, *more = dict.fromkeys(one.file for one in cases)
    names = [one.case.name for one in cases if one.file == first]
    if names == ["base"]:
        below = ""
    else:
        below = f", below {', '.join(names[:_MOST])}" + (f" and {len(names) - _MOST} more" if names[_MOST:] else "")
    others = f" and {plural(len(more), 'other file')}" if more else ""
    own = ", written out as a case of its own" if below and not _written(first).issuperset(names) else ""
    return f"{first}{others}{below}{own}"


def _written(file: str) -> set[str]:
    """The cases that stand in a file under their own names, rather than made by a matrix; none if it cannot be read."""
    try:
        cases = mapping(parse(read_experiment(Path(file), file).decode("utf-8"), file), "cases")
    except (SpecError, OSError, ValueError):
        return set()
    return {str(name) for name in cases.keys} if cases else set()
