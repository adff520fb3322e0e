"""What a release lacks and the YAML does not say: the entry to write."""

from __future__ import annotations

from trtexp.migration.entry import entry_line
from trtexp.running.pending import Pending


def undeclared(one: Pending) -> str | None:
    """The name that the release lacks, where the case does not expect that."""
    return one.case.ending.missing if one.case.status == "unsupported" else None


def to_declare(one: Pending) -> str | None:
    """What to write into the YAML where the release lacks something that the case does not expect to be missing."""
    missing, release = undeclared(one), one.report.release
    if missing is None:
        return None
    return f"{release.name} has no {missing}; declare that below releases: {entry_line(release, missing)}"
