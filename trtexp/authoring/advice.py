"""What to do about the cases of a run that were not as expected, where trtexp can help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trtexp.running.pending import Pending

ACCEPT = "next: trtexp review shows them one by one, trtexp accept writes observed values into the YAML"


def advice(found: Iterable[Pending]) -> Iterator[str]:
    """Lines for the terminal; none where nothing but thinking helps."""
    if any(map(acceptable, found)):
        yield ACCEPT


def acceptable(one: Pending) -> bool:
    """Whether `trtexp accept` can take what was observed: an error, or numbers other than the literals."""
    case = one.case
    if one.report.release.backend == "reference":
        return False
    if case.message:
        return case.status == "failed" and case.phase is not None
    pairs = [(output.actual, output.actual_expected) for output in case.outputs]
    return any(actual is not None and pair is not None and not pair.agrees for actual, pair in pairs)
