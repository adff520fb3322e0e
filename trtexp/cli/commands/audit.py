"""trtexp audit"""

from __future__ import annotations

import argparse
from pathlib import Path

from trtexp.errors import NothingFound
from trtexp.files.paths import collect, report_name
from trtexp.records.audit import audit
from trtexp.report.escape import visible
from trtexp.report.markdown import page_name
from trtexp.running.folders import records


def show(options: argparse.Namespace) -> int:
    """Print what stands out in the records of a report folder. Raises NothingFound, DamagedRecord, OSError."""
    wanted = {report_name(path) for path in collect(options.paths)}
    every = records(Path(options.reports)).values()
    reports = [report for report in every if not wanted or page_name(report.experiment) in wanted]
    if not reports:
        raise NothingFound(f"{options.reports}: no records of these experiments here; trtexp run writes them")
    found = audit(reports)
    for remark in found.remarks:
        print(visible(f"{remark.place}: {remark.text}; tightest: {remark.tightest}"))
    for name in found.unknown:
        print(visible(f"{name}: no record has a result to measure it by; run it on a GPU"))
    count = len(found.remarks)
    print(f"{found.outputs} outputs looked at, {count} remark{'s' * (count != 1)}")
    return 1 if options.check and count else 0
