"""trtexp audit"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

from trtexp.cli.commands.sensitivity import sensitivity
from trtexp.cli.options import AuditOptions
from trtexp.errors import NothingFound, NothingSelected, plural
from trtexp.files.paths import choose, meant, report_name
from trtexp.records.audit import audit
from trtexp.records.model import ReportRecord
from trtexp.report.markdown import page_name
from trtexp.report.terminal import Terminal
from trtexp.report.wording.audit import noted, unknown
from trtexp.running.folders import records


def show(options: AuditOptions) -> int:
    """Print what stands out in the records of a report folder, or see `sensitivity`.

    Raises NothingFound, NothingSelected, DamagedRecord, OSError.
    """
    if options.sensitivity:
        return sensitivity(options)
    wanted = {report_name(path, options.reports): cases for path, cases in choose(options.paths).items()}
    reports = _of(records(options.reports).values(), wanted) if options.paths else [*records(options.reports).values()]
    if not reports:
        these = " of these experiments" if options.paths else ""
        raise NothingFound(f"{options.reports}: no records{these} here; trtexp run writes them")
    found = audit(reports)
    terminal = Terminal(sys.stdout)
    terminal.header([*map(noted, found.noted), *map(unknown, found.unknown)])
    terminal.line(f"{plural(found.outputs, 'output')} looked at, {plural(len(found.noted), 'remark')}")
    return 1 if options.check and found.noted else 0


def _of(reports: Iterable[ReportRecord], wanted: Mapping[str, Sequence[str]]) -> list[ReportRecord]:
    """The records of some experiments, by name, with the cases that are meant. Raises NothingSelected for patterns
    that match none."""
    found = dict[str, list[ReportRecord]]()
    for report in reports:
        if (patterns := wanted.get(name := page_name(report.experiment))) is not None:
            cases = [case for case in report.cases if meant(case.name, patterns)]
            found.setdefault(name, []).append(report.model_copy(update={"cases": cases}))
    for name, several in found.items():
        if not any(report.cases for report in several):
            raise NothingSelected(f"{name}: no case in its records matches {', '.join(wanted[name])}")
    return [report for several in found.values() for report in several]
