"""trtexp report"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from trtexp.errors import NothingFound
from trtexp.report.diff import FOLDER as DIFFS
from trtexp.report.diff import compared
from trtexp.report.markdown import page_name, render
from trtexp.report.write import replace, stale
from trtexp.running.folders import matrix_lock, overviews, records, release_locks
from trtexp.running.helpers import Helpers


def report(options: argparse.Namespace) -> int:
    """Render every page of a report folder from its record. Raises NothingFound, DamagedRecord, OSError.

    check: nothing is written; pages that differ and records whose experiment is gone are named instead.
    """
    folder, check = Path(options.reports), options.check
    if not any(folder.glob("*/**/*.json")):
        raise NothingFound(f"{folder}: no records here; trtexp run writes them")
    with ExitStack() as stack:
        if not check:  # a run may be writing there
            releases = [path.name for path in folder.iterdir() if path.is_dir()]
            for lock in (*release_locks(folder, releases), matrix_lock(folder)):
                stack.enter_context(lock)
        return _report(folder, check)


def _report(folder: Path, check: bool) -> int:
    found = records(folder)
    with Helpers(len(found)) as helpers:
        texts = helpers.each(render, list(found.values()))
    pages = {path.with_suffix(".md"): text for path, text in zip(found, texts, strict=True)}
    pages |= overviews(folder, list(found.values()))
    if not check:
        changed = sum(replace(page, text) for page, text in pages.items())
        print(f"{len(pages)} pages rendered, {changed} changed")
        return 0
    differs = [p for p, text in pages.items() if not p.is_file() or p.read_text(encoding="utf-8") != text]
    living = [record for record in found.values() if (folder.parent / record.experiment).is_file()]
    unmade: list[Path] = []
    for release in sorted(path for path in folder.iterdir() if path.is_dir() and path.name != DIFFS):
        made = [page_name(record.experiment) for record in living if record.release.name == release.name]
        unmade += stale(release, made)
    gone = [path for path in unmade if path.suffix == ".json"]
    extra = [path for path in unmade if path.suffix == ".md" and path.with_suffix(".json") not in gone]
    lone = [path for path in compared(folder) if path not in pages]
    for paths, what in (
        (differs, "is not what its record says; run: trtexp report"),
        (extra, "has no record; delete it"),
        (lone, "compares releases of which one has no record; delete it"),
        (gone, "is a record whose experiment is gone; delete it and its page"),
    ):
        for path in paths:
            print(f"{path} {what}", file=sys.stderr)
    return 1 if differs or extra or lone or gone else 0
