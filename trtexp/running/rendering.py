"""Reports as text, whatever is in them: a case that cannot be shown costs itself alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from trtexp.judging.guarded import not_told
from trtexp.records.model import CaseRecord, ReportRecord
from trtexp.report.markdown import page_name
from trtexp.running.traces import kept

T = TypeVar("T")


def rendered(report: ReportRecord, render: Callable[[ReportRecord], T]) -> tuple[ReportRecord, T]:
    """The report as it can be shown, and what that gives. Raises what is no case's fault, and OSError."""
    try:
        return report, render(report)
    except OSError:
        raise
    except Exception:
        cases = [_shown(report, case, render) for case in report.cases]
        report = report.model_copy(update={"cases": cases})
        return report, render(report)


def _shown(report: ReportRecord, case: CaseRecord, render: Callable[[ReportRecord], object]) -> CaseRecord:
    try:
        render(report.model_copy(update={"cases": [case]}))
    except OSError:
        raise
    except Exception as error:
        return kept(page_name(report.experiment), not_told(case, error)).record
    return case
