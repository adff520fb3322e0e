"""Pages that `trtexp blame` wrote into a report folder, for the page of all reports."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from trtexp.files.opening import entries
from trtexp.files.reading import read_bytes
from trtexp.records.blame import Blame
from trtexp.report.blame import chart_names
from trtexp.report.wording.blame import headline

BLAMES = "blame"


def blames(folder: Path) -> list[tuple[str, str, str]]:
    """Of each record the headline, its page and its first chart, both from the folder. Raises OSError."""
    found = []
    for path in (entry.path for entry in entries(folder / BLAMES) if entry.path.suffix == ".json"):
        try:
            made = Blame.model_validate_json(read_bytes(path))
        except ValidationError:  # of another format, or of somebody else
            continue
        chart = next(iter(chart_names(made, path.stem)), "")
        found.append((headline(made), f"{BLAMES}/{path.stem}.md", f"{BLAMES}/{chart}" if chart else ""))
    return found
