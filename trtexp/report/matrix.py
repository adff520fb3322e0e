"""`reports/README.md`: experiments × releases, and all that is not plainly as expected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trtexp.records.model import CaseRecord, ReportRecord
from trtexp.report import escape
from trtexp.report.diff import diff_page
from trtexp.report.markdown import case_anchors, environment, facts, page_name
from trtexp.report.order import newest_first
from trtexp.report.table import table
from trtexp.report.wording.cases import LEGEND, headline, symbol

BACKENDS = {
    "run": "run on the GPU",
    "built": "built ahead of time, NOT run: shapes, types, warnings and errors are TensorRT's, values are not",
    "reference": "float64 reference only: TensorRT was NOT run",
}

API_ONLY = (
    "API only, nothing was built: cases that it has all for; ➖ cases that declare what it lacks, "
    "❌ cases that are wrong about it, see trtexp check"
)


@dataclass(frozen=True)
class ApiColumn:
    """A release that nothing was run on. cells: experiment -> how many cases its API has all for, how many declare what
    it lacks, and how many are wrong about it."""

    name: str
    version: str
    cells: Mapping[str, tuple[int, ...]]


def render_matrix(
    reports: list[ReportRecord], diffs: Sequence[tuple[str, str]] = (), apis: Sequence[ApiColumn] = ()
) -> str:
    """The overview of all reports; their order does not matter. diffs: the releases that a page compares."""
    ordered = sorted(reports, key=lambda r: (r.experiment, newest_first(r.release)))
    overview, links = _overview(ordered, apis)
    template = environment().get_template("matrix.md.j2")
    return (
        template.render(
            overview=overview,
            links=links,
            releases=[*_releases(ordered), *(f"{escape.inline(f'{a.name} ({a.version})')} · {API_ONLY}" for a in apis)],
            legend=[f"{symbol} {meaning}" for symbol, meaning in LEGEND.items()],
            unexpected=_listed(ordered, "❌"),
            findings=_listed(ordered, "◆"),
            diffs=[escape.link(" → ".join(names), diff_page(*names)) for names in diffs],
        ).rstrip("\n")
        + "\n"
    )


def _overview(reports: list[ReportRecord], apis: Sequence[ApiColumn]) -> tuple[str, str]:
    """The table and the targets of its links, which stand last so that the table is narrow as plain text."""
    records = {report.release.name: report.release for report in reports}
    releases = sorted(records.values(), key=newest_first)
    by_place = {(r.experiment, r.release.name): r for r in reports}
    rows, targets = [], []
    for i, experiment in enumerate(dict.fromkeys(r.experiment for r in reports)):
        label = _label(page_name(experiment), i)
        row = [f"[{escape.label(page_name(experiment))}][{label}]"]
        targets.append(f"[{label}]: {escape.path(f'../{experiment}')}")
        for j, release in enumerate(releases):
            if (report := by_place.get((experiment, release.name))) is None:
                row.append("–")
                continue
            row.append(f"[{counts(report)}][{label} {j}]")
            targets.append(f"[{label} {j}]: {escape.path(_page(report))}")
        rows.append([*row, *(_api_counts(api.cells.get(experiment, ())) for api in apis)])
    names = [*(release.name for release in releases), *(f"{api.name} (API only)" for api in apis)]
    head = ["experiment", *map(escape.inline, names)]
    return table(head, rows), "\n".join(targets)


def _label(name: str, row: int) -> str:
    """The name in a link's definition; the row tells apart names that need other characters."""
    return name if re.fullmatch(r"[a-z0-9_/.-]+", name) else f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-row-{row}"


def counts(report: ReportRecord) -> str:
    """How many cases bear each symbol."""
    counts = Counter(symbol(case) for case in report.cases)
    return " ".join(f"{each} {counts[each]}" for each in LEGEND if counts[each]) or "no cases"


def _api_counts(cell: Sequence[int]) -> str:
    return " ".join(f"{symbol}{n}" for symbol, n in zip(("", "➖ ", "❌ "), cell, strict=False) if n) or "–"


def _page(report: ReportRecord) -> str:
    return f"{report.release.name}/{page_name(report.experiment)}.md"


def _releases(reports: list[ReportRecord]) -> list[str]:
    """One line for each thing that answered; a release that ran on several GPUs has several."""
    lines = {f"{facts(r)} · {BACKENDS[r.release.backend]}": newest_first(r.release) for r in sorted(reports, key=facts)}
    return sorted(lines, key=lambda line: lines[line])


def _listed(reports: list[ReportRecord], bearing: str) -> list[str]:
    """The cases that bear a symbol, as links, with what they say."""
    return [
        f"{_case_link(report, case.name, anchor)} on {escape.inline(report.release.name)}: {_point(case)}"
        for report in reports
        for case, anchor in zip(report.cases, case_anchors(report), strict=True)
        if symbol(case) == bearing
    ]


def _case_link(report: ReportRecord, case: str, anchor: str) -> str:
    return escape.link(f"{page_name(report.experiment)} / {case}", f"{_page(report)}#{anchor}")


def _point(case: CaseRecord) -> str:
    return escape.inline(" ".join((case.finding or str(headline(case))).split()))
