"""trtexp audit"""

from __future__ import annotations

from trtexp.cli.commands.sensitivity import sensitivity
from trtexp.cli.options import AuditOptions
from trtexp.errors import NothingFound, plural, visible
from trtexp.files.paths import collect, report_name
from trtexp.records.audit import audit
from trtexp.report.markdown import page_name
from trtexp.report.wording.audit import noted, unknown
from trtexp.running.folders import records


def show(options: AuditOptions) -> int:
    """Print what stands out in the records of a report folder, or see `sensitivity`.

    Raises NothingFound, DamagedRecord, OSError.
    """
    if options.sensitivity:
        return sensitivity(options)
    wanted = {report_name(path) for path in collect(options.paths)}
    every = records(options.reports).values()
    reports = [report for report in every if not wanted or page_name(report.experiment) in wanted]
    if not reports:
        raise NothingFound(f"{options.reports}: no records of these experiments here; trtexp run writes them")
    found = audit(reports)
    for line in (*map(noted, found.noted), *map(unknown, found.unknown)):
        print(visible(line))
    print(f"{plural(found.outputs, 'output')} looked at, {plural(len(found.noted), 'remark')}")
    return 1 if options.check and found.noted else 0
