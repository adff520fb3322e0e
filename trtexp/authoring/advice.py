"""What to do about the cases of a run that were not as expected, where trtexp can help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trtexp.migration.entry import entry, entry_line
from trtexp.running.pending import Pending

ACCEPT = "next: trtexp review shows them one by one, trtexp accept writes observed values into the YAML"
_MOST = 3  # entries that are printed; `trtexp check` has all


def advice(found: Iterable[Pending]) -> Iterator[str]:
    """Lines for the terminal; none where nothing but thinking helps."""
    acceptable, lacking = False, dict[tuple[str, str], list[Pending]]()
    for one in found:
        acceptable |= can_accept(one)
        if (missing := undeclared(one)) is not None:
            lacking.setdefault((one.report.release.name, missing), []).append(one)
    for (name, missing), cases in list(lacking.items())[:_MOST]:
        yield f"{name} has no {missing}; write in {_where(cases)}:"
        yield from (f"  {line}" for line in entry(cases[0].report.release, missing))
    if len(lacking) > _MOST:
        yield f"and {len(lacking) - _MOST} more names that are lacking: trtexp check has all of them"
    if acceptable:
        yield ACCEPT


def can_accept(one: Pending) -> bool:
    """Whether `trtexp accept` can take what was observed: an error, or numbers other than the literals."""
    case = one.case
    if one.report.release.backend == "reference":
        return False
    if case.message:
        return case.status == "failed" and case.phase is not None
    pairs = [(output.actual, output.actual_expected) for output in case.outputs]
    return any(actual is not None and pair is not None and not pair.agrees for actual, pair in pairs)


def undeclared(one: Pending) -> str | None:
    """The name that the release lacks, where the case does not expect that."""
    return one.case.ending.missing if one.case.status == "unsupported" else None


def to_declare(one: Pending) -> str | None:
    """What to write into the YAML where the release lacks something that the case does not expect to be missing."""
    missing, release = undeclared(one), one.report.release
    if missing is None:
        return None
    return f"{release.name} has no {missing}; declare that below releases: {entry_line(release, missing)}"


def _where(cases: list[Pending]) -> str:
    files = {one.file: one for one in cases}
    first, *more = files
    return first if not more else f"{first} and {len(more)} more"
