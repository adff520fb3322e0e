"""trtexp diff"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from trtexp.cli.options import DiffOptions
from trtexp.errors import BadUsage, NothingFound
from trtexp.files.atomic import write_text
from trtexp.files.outputs import write_output
from trtexp.files.paths import shown
from trtexp.migration.releases.api import named
from trtexp.records.diff import Diff, diff
from trtexp.records.model import ReportRecord
from trtexp.report.diff import diff_page, lines, render_diff, way
from trtexp.report.terminal import Terminal
from trtexp.running.folders import overviews_lock, records, releases, write_overviews
from trtexp.spec.errors import nearest

STYLES = {"- ": "red", "+ ": "green"}  # of what was and what is


def compare(options: DiffOptions) -> int:
    """Say what changed between two releases; 1 if anything did.

    Raises NothingFound, BadUsage, DamagedRecord, OSError.
    """
    folder = options.reports
    if options.keep and options.paths:
        raise BadUsage("--keep keeps the page of all experiments; leave the paths out, or use --markdown FILE")
    sides = [_records(folder, name) for name in (options.before, options.after)]
    found = diff(*_below(sides, options.paths))
    terminal = Terminal(sys.stdout)
    for line in lines(found):
        sign = line.lstrip()[:2] if line.startswith("    ") else ""
        terminal.line(line, STYLES.get(sign, "") if line.startswith(" ") else "bold")
    if options.markdown is not None:
        page = options.markdown
        write_output(page, render_diff(found, way(page, folder)))
    if options.keep:
        _keep(found, folder)
    return 1 if found.changes else 0


def _keep(found: Diff, folder: Path) -> None:
    """Write the page where `trtexp report` keeps it up to date, and link to it from the matrix."""
    with overviews_lock(folder):
        write_text(folder / diff_page(*found.names), render_diff(found))
    write_overviews(folder)


def _records(folder: Path, name: str) -> list[ReportRecord]:
    known = releases(folder)
    meant = named(name, known)
    if len(meant) != 1:
        there = ", ".join(meant or known) or "none; trtexp run writes them"
        what = "more than one release has this name" if meant else "no records of this release here"
        raise NothingFound(f"{folder / name}: {what}; there are: {there}")
    return list(records(folder, meant[0]).values())


def _below(sides: Sequence[list[ReportRecord]], paths: Sequence[str]) -> list[list[ReportRecord]]:
    """The records of the experiments that are meant, files or folders of them; all if there are none."""
    if not paths:
        return list(sides)
    wanted = {text: PurePosixPath(shown(Path(text))) for text in paths}
    experiments = {record.experiment for side in sides for record in side}
    for text, path in wanted.items():
        if not any(PurePosixPath(name).is_relative_to(path) for name in experiments):
            raise NothingFound(f"{text}: neither release has a record of it; {nearest(str(path), experiments)}")
    meant = {name for name in experiments for path in wanted.values() if PurePosixPath(name).is_relative_to(path)}
    return [[record for record in side if record.experiment in meant] for side in sides]
