"""trtexp report"""

from __future__ import annotations

from pathlib import Path

from trtexp.paths import NothingFound
from trtexp.report.markdown import render
from trtexp.report.write import replace
from trtexp.results import load
from trtexp.runner import write_matrix


def report(folder: Path) -> int:
    """Render every page of a report folder from its record. Raises NothingFound, DamagedRecord, OSError."""
    records = sorted(folder.glob("*/**/*.json"))
    if not records:
        raise NothingFound(f"{folder}: no records here; trtexp run writes them")
    pages = {path.with_suffix(".md"): render(load(path)) for path in records}
    changed = sum(replace(page, text) for page, text in pages.items())
    write_matrix(folder)
    print(f"{len(pages)} pages rendered, {changed} changed")
    return 0
