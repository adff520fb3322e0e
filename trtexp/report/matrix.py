"""`reports/README.md`: experiments × releases, and all that is not plainly as expected."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trtexp.report import escape
from trtexp.report.diff import diff_page
from trtexp.report.markdown import environment, facts, page_name
from trtexp.report.order import newest_first
from trtexp.report.overview import FINDING, WRONG, CaseSummary, ReportSummary
from trtexp.report.table import table
from trtexp.report.wording.cases import LEGEND

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
    reports: Sequence[ReportSummary], diffs: Sequence[tuple[str, str]] = (), apis: Sequence[ApiColumn] = ()
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
            unexpected=_listed(ordered, WRONG),
            findings=_listed(ordered, FINDING),
            diffs=[escape.link(" → ".join(names), diff_page(*names)) for names in diffs],
        ).rstrip("\n")
        + "\n"
    )


def _overview(reports: Sequence[ReportSummary], apis: Sequence[ApiColumn]) -> tuple[str, str]:
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
            targets.append(f"[{label} {j}]: {escape.path(report.page)}")
        rows.append([*row, *(_api_counts(api.cells.get(experiment, ())) for api in apis)])
    names = [*(release.name for release in releases), *(f"{api.name} (API only)" for api in apis)]
    head = ["experiment", *map(escape.inline, names)]
    return table(head, rows), "\n".join(targets)


def _label(name: str, row: int) -> str:
    """The name in a link's definition; the row tells apart names that need other characters."""
    return name if re.fullmatch(r"[a-z0-9_/.-]+", name) else f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-row-{row}"


def counts(report: ReportSummary) -> str:
    """How many cases bear each symbol."""
    return " ".join(f"{each} {n}" for each in LEGEND if (n := report.counts.get(each))) or "no cases"


def _api_counts(cell: Sequence[int]) -> str:
    return " ".join(f"{symbol}{n}" for symbol, n in zip(("", "➖ ", "❌ "), cell, strict=False) if n) or "–"


def _releases(reports: Sequence[ReportSummary]) -> list[str]:
    """One line for each thing that answered; a release that ran on several GPUs has several."""
    releases = sorted((report.release for report in reports), key=facts)
    lines = {f"{facts(release)} · {BACKENDS[release.backend]}": newest_first(release) for release in releases}
    return sorted(lines, key=lambda line: lines[line])


def _listed(reports: Sequence[ReportSummary], bearing: str) -> list[str]:
    """The cases that bear a symbol, as links, with what they say."""
    return [
        f"{_case_link(report, case)} on {escape.inline(report.release.name)}: {escape.inline(case.text)}"
        for report in reports
        for case in report.cases
        if case.symbol == bearing
    ]


def _case_link(report: ReportSummary, case: CaseSummary) -> str:
    return escape.link(f"{page_name(report.experiment)} / {case.name}", f"{report.page}#{case.anchor}")
