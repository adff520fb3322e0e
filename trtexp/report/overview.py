"""What the pages of all releases need of one record: small, so that they are written without reading every record.

`summarize` alone looks at records; the matrix and the findings look at summaries.
"""

from __future__ import annotations

from collections import Counter

from trtexp.records.facts import Record
from trtexp.records.model import ReleaseRecord, ReportRecord
from trtexp.report.markdown import case_anchors, page_name
from trtexp.report.wording.cases import defect, headline, symbol

WRONG, FINDING = "❌", "◆"


class CaseSummary(Record):
    """A case that these pages name. text: its finding or its headline, in a line; defect: what is wrong with TensorRT,
    if that is known, with its reason and a link."""

    name: str
    anchor: str
    symbol: str
    text: str
    defect: str | None = None
    reason: str = ""
    issue: str = ""


class ReportSummary(Record):
    """One experiment file on one release. counts: how many cases bear each symbol; cases: those that are not plainly
    as expected."""

    experiment: str
    release: ReleaseRecord
    counts: dict[str, int]
    cases: list[CaseSummary]

    @property
    def page(self) -> str:
        """Where its page stands, below the folder of all reports."""
        return f"{self.release.name}/{page_name(self.experiment)}.md"


def summarize(report: ReportRecord) -> ReportSummary:
    """The same record gives the same summary."""
    cases = []
    for case, anchor in zip(report.cases, case_anchors(report), strict=True):
        mark = symbol(case)
        known = mark == FINDING or (case.as_expected and case.status == "crashed")
        if known or mark == WRONG:
            text = " ".join((case.finding or str(headline(case))).split())
            more = {"defect": defect(case), "reason": case.reason or "", "issue": case.issue or ""} if known else {}
            cases.append(CaseSummary(name=case.name, anchor=anchor, symbol=mark, text=text, **more))
    counts = Counter(symbol(case) for case in report.cases)
    return ReportSummary(experiment=report.experiment, release=report.release, counts=dict(counts), cases=cases)
