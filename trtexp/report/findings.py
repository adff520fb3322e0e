"""`reports/FINDINGS.md`: where TensorRT differs from what it should give, on which releases, and how to see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trtexp.report import escape, verdict
from trtexp.report.markdown import case_anchors, environment, page_name
from trtexp.report.order import newest_first
from trtexp.results import CaseRecord, ReportRecord


@dataclass(frozen=True)
class Finding:
    """One finding in Markdown. releases: a link to the report of each release that shows it, the newest first."""

    heading: str
    text: str
    reason: str
    issue: str
    releases: tuple[str, ...]
    command: str


def render_findings(reports: Sequence[ReportRecord]) -> str:
    """The page; the order of the reports does not matter. What only the reference computed is no finding."""
    shown = [report for report in reports if report.release.backend != "reference"]
    ordered = sorted(shown, key=lambda r: (r.experiment, newest_first(r.release)))
    template = environment().get_template("findings.md.j2")
    return template.render(findings=list(_findings(ordered))).rstrip("\n") + "\n"


def _findings(reports: Sequence[ReportRecord]) -> Iterator[Finding]:
    """A case is one finding on all releases on which the same is said of it."""
    alike: dict[tuple[str, ...], list[tuple[ReportRecord, CaseRecord, str]]] = {}
    for report in reports:
        for case, anchor in zip(report.cases, case_anchors(report), strict=True):
            if verdict.symbol(case) == "◆":
                said = (report.experiment, case.name, case.finding or "", case.reason or "", case.issue or "")
                alike.setdefault(said, []).append((report, case, anchor))
    for (experiment, name, finding, reason, issue), places in alike.items():
        newest, case, _ = places[0]
        yield Finding(
            heading=escape.inline(f"{page_name(experiment)} / {name}"),
            text=escape.prose(finding),
            reason=escape.prose(reason) if reason else "",
            issue=escape.address(issue) if issue else "",
            releases=tuple(_link(report, anchor) for report, _, anchor in places),
            command=f"trtexp script {experiment} --case {case.name} --release {newest.release.name}",
        )


def _link(report: ReportRecord, anchor: str) -> str:
    return escape.link(report.release.name, f"{report.release.name}/{page_name(report.experiment)}.md#{anchor}")
