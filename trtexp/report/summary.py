"""Results as one short page of Markdown that needs no other file: the summary of a CI step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from trtexp.records.model import CaseRecord, ReportRecord
from trtexp.report import escape, plain
from trtexp.report.markdown import environment, facts, page_name
from trtexp.report.matrix import BACKENDS, counts
from trtexp.report.overview import summarize
from trtexp.report.table import table
from trtexp.report.wording.cases import headline, symbol


def render(reports: Sequence[ReportRecord], limit: int, ended: str | None = None) -> str:
    """limit: bytes that the page may have; cases that are too many for it are counted. ended: why the run broke off."""
    page = _head(reports, ended)
    room = limit - len(page.encode()) - 200
    left = 0
    for text in _cases(reports):
        size = len(text.encode())
        if left or size > room:
            left += 1
            continue
        room -= size
        page += text
    return f"{page}… and {left} more, which do not fit on this page.\n" if left else page


def _head(reports: Sequence[ReportRecord], ended: str | None) -> str:
    tally = Counter(symbol(case) for report in reports for case in report.cases)
    rows = [
        [escape.inline(page_name(report.experiment)), escape.inline(report.release.name), counts(summarize(report))]
        for report in reports
    ]
    template = environment().get_template("summary.md.j2")
    text = template.render(
        tally=", ".join(f"{tally[s]} {meaning}" for s, meaning in _WORDS.items() if tally[s]) or "no case was run",
        releases=list(dict.fromkeys(f"{facts(r.release)} · {BACKENDS[r.release.backend]}" for r in reports)),
        overview=table(["experiment", "release", "cases"], rows) if rows else "",
        ended=ended,
        unexpected=tally["❌"],
    )
    return text.rstrip("\n") + "\n\n"


_WORDS = {
    "❌": "not as expected",
    "✅": "as expected",
    "◆": "findings",
    "🔨": "built",
    "➖": "unsupported",
    "❔": "unjudged",
}


def _cases(reports: Sequence[ReportRecord]) -> Iterator[str]:
    """A paragraph for each case that is not as expected."""
    for report in reports:
        for case in report.cases:
            if not case.as_expected:
                yield _case(report, case)


def _case(report: ReportRecord, case: CaseRecord) -> str:
    name = escape.strong(f"{page_name(report.experiment)} / {case.name}")
    head = f"{name} on {escape.inline(report.release.name)}: {escape.inline(str(headline(case)))}"
    return f"{head}\n\n{escape.fence(plain.account(case))}\n\n"
