"""`reports/README.md`: experiments × releases, and all that is not plainly as expected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from trtexp.report import escape, navigation
from trtexp.report.diff import diff_page
from trtexp.report.markdown import environment, facts, page_name
from trtexp.report.order import experiments_in_order, newest_first
from trtexp.report.overview import FINDING, WRONG, CaseSummary, ReportSummary
from trtexp.report.table import table
from trtexp.report.wording.cases import LEGEND

BACKENDS = {
    "run": "run on the GPU",
    "built": "built ahead of time, NOT run: shapes, types, warnings and errors are TensorRT's, values are not",
    "reference": "float64 reference only: TensorRT was NOT run",
}

NONE = "–"  # of a release that has no such cases

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
    reports: Sequence[ReportSummary],
    diffs: Sequence[tuple[str, str]] = (),
    apis: Sequence[ApiColumn] = (),
    blames: Sequence[tuple[str, str, str]] = (),
) -> str:
    """The overview of all reports; their order does not matter. diffs: the releases that a page compares. blames: of
    models, the first line of a page, the page, and its chart or nothing."""
    ordered = sorted(reports, key=lambda r: (experiments_in_order(page_name(r.experiment)), newest_first(r.release)))
    groups = _grouped(ordered)
    columns = _columns(ordered, apis)
    tables, links = _tables(groups, columns)
    template = environment().get_template("matrix.md.j2")
    return (
        template.render(
            totals=_totals(groups, columns),
            tables=tables,
            links=links,
            releases=[*_releases(ordered), *(f"{escape.inline(f'{a.name} ({a.version})')} · {API_ONLY}" for a in apis)],
            legend=[f"{symbol} {meaning}" for symbol, meaning in LEGEND.items()],
            unexpected=_listed(ordered, WRONG),
            findings=_found(ordered),
            blames=[
                escape.link(title, page) + (f"\n\n{escape.image(title, chart)}" if chart else "")
                for title, page, chart in blames
            ],
            diffs=[escape.link(" → ".join(names), diff_page(*names)) for names in diffs],
        ).rstrip("\n")
        + "\n"
    )


@dataclass(frozen=True)
class _Columns:
    """The releases that have reports, then those that nothing was run on."""

    releases: list[str]
    apis: Sequence[ApiColumn]

    def head(self, first: str) -> list[str]:
        names = [*self.releases, *(f"{api.name} (API only)" for api in self.apis)]
        return [first, *map(escape.inline, names)]

    def total(self, reports: Sequence[ReportSummary]) -> list[str]:
        """How many cases of these experiments bear each symbol, release by release."""
        cells = []
        for release in self.releases:
            tally = Counter[str]()
            for report in reports:
                tally.update(report.counts if report.release.name == release else {})
            cells.append(_symbols(tally) or NONE)
        names = dict.fromkeys(report.experiment for report in reports)
        return cells + [_api_counts(_sums([api.cells.get(name, ()) for name in names])) for api in self.apis]


def _sums(rows: Sequence[Sequence[int]]) -> list[int]:
    """Column by column; a row that is short has nothing there."""
    return [sum(column) for column in zip_longest(*rows, fillvalue=0)]


def _columns(reports: Sequence[ReportSummary], apis: Sequence[ApiColumn]) -> _Columns:
    records = {report.release.name: report.release for report in reports}
    return _Columns([release.name for release in sorted(records.values(), key=newest_first)], apis)


def _grouped(reports: Sequence[ReportSummary]) -> dict[str, list[ReportSummary]]:
    """The reports by the folders of their experiments."""
    groups: dict[str, list[ReportSummary]] = {}
    for report in reports:
        groups.setdefault(navigation.folder(page_name(report.experiment)), []).append(report)
    return groups


def _totals(groups: Mapping[str, Sequence[ReportSummary]], columns: _Columns) -> str:
    """A row for each group, and one for all."""
    rows = [[escape.link(name, f"#{escape.anchor(name)}"), *columns.total(group)] for name, group in groups.items()]
    every = [report for group in groups.values() for report in group]
    return table(columns.head("experiments in"), [*rows, _bold(["all", *columns.total(every)])])


def _tables(groups: Mapping[str, Sequence[ReportSummary]], columns: _Columns) -> tuple[list[tuple[str, str]], str]:
    """A table for each group under its heading, and the targets of all links, which stand last so that the tables are
    narrow as plain text."""
    tables, targets = [], list[str]()
    for name, group in groups.items():
        by_place = {(r.experiment, r.release.name): r for r in group}
        rows = []
        for experiment in dict.fromkeys(r.experiment for r in group):
            label = _label(page_name(experiment), len(targets))
            row = [f"[{escape.label(page_name(experiment))}][{label}]"]
            targets.append(f"[{label}]: {escape.path(f'../{experiment}')}")
            for j, release in enumerate(columns.releases):
                if (report := by_place.get((experiment, release))) is None:
                    row.append(NONE)
                    continue
                row.append(f"[{counts(report)}][{label} {j}]")
                targets.append(f"[{label} {j}]: {escape.path(report.page)}")
            rows.append([*row, *(_api_counts(api.cells.get(experiment, ())) for api in columns.apis)])
        tables.append((name, table(columns.head("experiment"), [*rows, _bold(["total", *columns.total(group)])])))
    return tables, "\n".join(targets)


def _bold(cells: Sequence[str]) -> list[str]:
    return [cell if cell == NONE else f"**{cell}**" for cell in cells]


def _label(name: str, row: int) -> str:
    """The name in a link's definition; the row tells apart names that need other characters."""
    return name if re.fullmatch(r"[a-z0-9_/.-]+", name) else f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-row-{row}"


def counts(report: ReportSummary) -> str:
    """How many cases bear each symbol."""
    return _symbols(report.counts) or "no cases"


def _symbols(counts: Mapping[str, int]) -> str:
    return " ".join(f"{each} {n}" for each in LEGEND if (n := counts.get(each)))


def _api_counts(cell: Sequence[int]) -> str:
    return " ".join(f"{symbol}{n}" for symbol, n in zip(("", "➖ ", "❌ "), cell, strict=False) if n) or NONE


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


def _found(reports: Sequence[ReportSummary]) -> list[str]:
    """The findings, each once, with the cases that show it on each release."""
    said: dict[tuple[str, str], list[str]] = {}
    for report in reports:
        for case in (case for case in report.cases if case.symbol == FINDING):
            of = escape.link(case.name, f"{report.page}#{case.anchor}")
            said.setdefault((report.experiment, case.text), []).append(f"{of} on {escape.inline(report.release.name)}")
    return [
        f"{escape.inline(page_name(experiment))}: {escape.inline(text)} Seen in {', '.join(where)}."
        for (experiment, text), where in said.items()
    ]


def _case_link(report: ReportSummary, case: CaseSummary) -> str:
    return escape.link(f"{page_name(report.experiment)} / {case.name}", f"{report.page}#{case.anchor}")
