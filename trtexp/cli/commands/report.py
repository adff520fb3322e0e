"""trtexp report"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from trtexp.cli.options import ReportOptions
from trtexp.errors import NothingFound, plural, visible
from trtexp.files.program import program
from trtexp.running.folders import every_lock, leftovers, nearby, overviews, record_paths, render_again
from trtexp.running.helpers import Helpers
from trtexp.running.pages import put
from trtexp.running.summaries import keep


def report(options: ReportOptions) -> int:
    """Render every page of a report folder from its record. Raises NothingFound, DamagedRecord, OSError.

    check: nothing is written; pages that differ and records whose experiment is gone are named instead.
    """
    folder, check = options.reports, options.check
    if not record_paths(folder):
        raise NothingFound(f"{folder}: no records here; {program()} run writes them")
    with ExitStack() as stack:
        if not check:  # a run may be writing there
            for lock in every_lock(folder):
                stack.enter_context(lock)
        return _report(folder, check)


def _report(folder: Path, check: bool) -> int:
    near = nearby(folder, record_paths(folder))
    with Helpers(len(near)) as helpers:
        items = sorted(near.items(), key=lambda item: item[0])
        rendered = list(helpers.each(partial(render_again, folder=folder, check=check), items))
    found = {path: one.summarized for path, one in zip(sorted(near), rendered, strict=True)}
    untold = [path for path, one in zip(sorted(near), rendered, strict=True) if not one.whole]
    for path in untold:
        print(f"{visible(str(path))}: internal error: not all of it can be shown; its page says more", file=sys.stderr)
    keep(folder, found)
    reports = [one.summary for one in found.values()]
    overall = {page: put(page, text, check) for page, text in overviews(folder, reports)}
    differs = [*(path for one in rendered for path in one.changed), *(page for page, new in overall.items() if new)]
    if not check:
        print(f"{len(found) + len(overall)} pages rendered, {plural(len(differs), 'file')} changed")
        return 3 if untold else 0
    extra, lone, gone = leftovers(folder, {path: one.summary for path, one in found.items()})
    for left, what in (
        (differs, "is not what its record says; run: trtexp report"),
        (extra, "has no record; delete it"),
        (lone, "compares releases of which one has no record; delete it"),
        (gone, "is a record whose experiment is gone; delete it and its page"),
    ):
        for path in left:
            print(f"{visible(str(path))} {what}", file=sys.stderr)
    return 3 if untold else 1 if differs or extra or lone or gone else 0
