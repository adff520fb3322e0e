"""A case that cannot be judged costs itself alone: its record then says why, whatever the reason is."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from trtexp.engine.outcome import Outcome
from trtexp.judging.case import place, record_case
from trtexp.judging.parsed import with_layers
from trtexp.judging.repeats import spread
from trtexp.judging.runtime import with_runtime
from trtexp.numerics.budget import OverBudget
from trtexp.records.facts import Difference, Ending, EndingKind, Place, Spread, Status
from trtexp.records.model import CaseRecord
from trtexp.spec.case import Case, Refused
from trtexp.spec.errors import shortened

MOST = 600  # characters of a message


@dataclass(frozen=True)
class Recorded:
    """The record of a case, what varies beside it, and the traceback where trtexp itself failed."""

    record: CaseRecord
    spread: Spread | None = None
    trace: str = ""


def recorded(case: Case, outcome: Outcome | None) -> Recorded:
    """What came of a case; never raises."""
    try:
        case = with_layers(case, outcome)
        return Recorded(with_runtime(case, record_case(case, outcome)), spread(case, outcome))
    except Exception as error:
        return not_judged(case, outcome, error)


def not_judged(case: Case, outcome: Outcome | None, error: Exception) -> Recorded:
    """The record of a case at which the judge fails, or has no room to judge."""
    enough = not isinstance(error, OverBudget)
    record = _bare(case.name, case.about, place(case.mark), "internal" if enough else "beyond_limits", _said(error))
    more = {
        "differs": [Difference(path=list(path), value=value) for path, value in case.differs],
        "log": list(outcome.log) if outcome else [],
        "definition": case.definition.hash,
    }
    return Recorded(record.model_copy(update=more), trace=_trace(error) if enough else "")


def not_told(record: CaseRecord, error: Exception) -> Recorded:
    """The record of a case in the place of one that cannot be shown."""
    said = f"it cannot be shown: {_said(error)}"
    bare = _bare(record.name, record.about, record.place, "internal", said)
    return Recorded(bare, trace=_trace(error))


def not_valid(refused: Refused) -> Recorded:
    """The record of a case that is not valid on a release, though it is for the reference."""
    faults = refused.error.faults
    trace = next((fault.trace for fault in faults if fault.trace), "")
    said = shortened("; ".join(str(fault) for fault in faults), MOST)
    return Recorded(
        _bare(refused.name, "", place(refused.mark), "internal" if trace else "not_valid", said), None, trace
    )


def _bare(name: str, about: str, where: Place, kind: EndingKind, message: str) -> CaseRecord:
    status: Status = "internal" if kind == "internal" else "failed"
    return CaseRecord(
        name=name,
        about=about,
        place=where,
        differs=[],
        status=status,
        as_expected=False,
        ending=Ending(kind=kind),
        message=message,
    )


def _said(error: Exception) -> str:
    return shortened(str(error) if isinstance(error, OverBudget) else f"{type(error).__name__}: {error}", MOST)


def _trace(error: Exception) -> str:
    return "".join(traceback.format_exception(error))
