"""`reports/FINDINGS.md`: where TensorRT differs from what it should give, on which releases, and how to see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trtexp.report import escape
from trtexp.report.markdown import environment, page_name
from trtexp.report.order import newest_first
from trtexp.report.overview import CaseSummary, ReportSummary
from trtexp.report.table import table

TITLE = "Findings"


@dataclass(frozen=True)
class Finding:
    """What is said of one case or of several of an experiment, in Markdown. where: links to the cases, a line for each
    release that shows it, the newest first."""

    heading: str
    text: str
    reason: str
    issue: str
    where: tuple[str, ...]
    command: str


@dataclass(frozen=True)
class _Seen:
    report: ReportSummary
    case: CaseSummary

    @property
    def link(self) -> str:
        return escape.link(self.case.name, f"{self.report.page}#{self.case.anchor}")


def render_findings(reports: Sequence[ReportSummary]) -> str:
    """The page; the order of the reports does not matter. What only the reference computed is no finding."""
    shown = [report for report in reports if report.release.backend != "reference"]
    ordered = sorted(shown, key=lambda r: (r.experiment, newest_first(r.release)))
    said = _said(ordered)
    headings = [_heading(seen) for seen in said.values()]
    targets = escape.anchors([TITLE, *headings])[1:]
    rows = [
        [escape.link(heading, f"#{target}"), escape.inline(" ".join(text.split())), _releases(seen)]
        for heading, target, ((_, text, _, _), seen) in zip(headings, targets, said.items(), strict=True)
    ]
    summary = table(["of", "what", "releases"], rows) if rows else ""
    findings = [_finding(text, reason, issue, seen) for (_, text, reason, issue), seen in said.items()]
    template = environment().get_template("findings.md.j2")
    return template.render(title=TITLE, findings=findings, summary=summary).rstrip("\n") + "\n"


def _heading(seen: Sequence[_Seen]) -> str:
    """Of what it is said: the experiment, and the cases that show it."""
    names = dict.fromkeys(each.case.name for each in seen)
    return f"{page_name(seen[0].report.experiment)} / {', '.join(names)}"


def _said(reports: Sequence[ReportSummary]) -> dict[tuple[str, str, str, str], list[_Seen]]:
    """(experiment, finding, reason, issue) -> where it was seen. An expected end of the process is one, too."""
    said: dict[tuple[str, str, str, str], list[_Seen]] = {}
    for report in reports:
        for case in report.cases:
            if case.defect is not None:
                key = (report.experiment, case.defect, case.reason, case.issue)
                said.setdefault(key, []).append(_Seen(report, case))
    return said


def _finding(text: str, reason: str, issue: str, seen: Sequence[_Seen]) -> Finding:
    first = seen[0]
    experiment, release = first.report.experiment, first.report.release.name
    return Finding(
        heading=escape.inline(_heading(seen)),
        text=escape.prose(text),
        reason=escape.prose(reason) if reason else "",
        issue=escape.address(issue) if issue else "",
        where=tuple(_line(name, seen) for name in _names(seen)),
        command=f"trtexp script {experiment} --case {first.case.name} --release {release}",
    )


def _line(release: str, seen: Sequence[_Seen]) -> str:
    links = ", ".join(each.link for each in seen if each.report.release.name == release)
    return "- " + "\n  ".join(escape.wrap(f"{escape.inline(release)}: {links}", escape.WIDTH - 2))


def _names(seen: Sequence[_Seen]) -> list[str]:
    return list(dict.fromkeys(each.report.release.name for each in seen))


def _releases(seen: Sequence[_Seen]) -> str:
    return escape.inline(", ".join(_names(seen)))
