"""trtexp report"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

from trtexp.cli.options import ReportOptions
from trtexp.errors import NothingFound
from trtexp.files.atomic import write_text
from trtexp.report.markdown import render
from trtexp.running.folders import every_lock, leftovers, overviews, page_path, record_paths, records
from trtexp.running.helpers import Helpers


def report(options: ReportOptions) -> int:
    """Render every page of a report folder from its record. Raises NothingFound, DamagedRecord, OSError.

    check: nothing is written; pages that differ and records whose experiment is gone are named instead.
    """
    folder, check = options.reports, options.check
    if not record_paths(folder):
        raise NothingFound(f"{folder}: no records here; trtexp run writes them")
    with ExitStack() as stack:
        if not check:  # a run may be writing there
            for lock in every_lock(folder):
                stack.enter_context(lock)
        return _report(folder, check)


def _report(folder: Path, check: bool) -> int:
    found = records(folder)
    with Helpers(len(found)) as helpers:
        texts = helpers.each(render, list(found.values()))
    pages = {page_path(path): text for path, text in zip(found, texts, strict=True)}
    pages |= overviews(folder, list(found.values()))
    if not check:
        changed = sum(write_text(page, text) for page, text in pages.items())
        print(f"{len(pages)} pages rendered, {changed} changed")
        return 0
    differs = [p for p, text in pages.items() if not p.is_file() or p.read_text(encoding="utf-8") != text]
    extra, lone, gone = leftovers(folder, found)
    for paths, what in (
        (differs, "is not what its record says; run: trtexp report"),
        (extra, "has no record; delete it"),
        (lone, "compares releases of which one has no record; delete it"),
        (gone, "is a record whose experiment is gone; delete it and its page"),
    ):
        for path in paths:
            print(f"{path} {what}", file=sys.stderr)
    return 1 if differs or extra or lone or gone else 0
