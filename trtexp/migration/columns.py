"""What the API of the known releases has of the experiments: the record `reports/api.json`, and from it the columns of
the matrix for releases that nothing was run on.

As a report is a record of a run, this is one of a look at the API: a run of some experiments counts these again and
takes the others from the record, `trtexp report` counts all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from trtexp.files.home import of_reports
from trtexp.files.reading import read_bytes
from trtexp.migration.counts import Counts, complete, counted
from trtexp.migration.releases.api import known, name_of
from trtexp.report.matrix import ApiColumn
from trtexp.report.overview import ReportSummary
from trtexp.spec.files import read_below

RECORD = "api.json"


class ApiCounts(NamedTuple):
    """The counts of one experiment, and the sha256 of its text."""

    sha256: str
    counts: Counts


def api_counts(
    folder: Path, experiments: Iterable[str], changed: Collection[str] | None = None
) -> dict[str, ApiCounts]:
    """The counts of experiments of a report folder's project, in the order of their names; those that are not at hand,
    or not sound, have none. changed: the experiments that are counted again whatever the record says, None for all.
    Raises OSError.
    """
    kept, found = _load(folder / RECORD), dict[str, ApiCounts]()
    digests = {}
    for name in experiments:
        with suppress(FileNotFoundError, ValueError):  # what a record names may be anything
            digests[name] = hashlib.sha256(read_below(name, folder.parent)).hexdigest()
    if changed is not None:
        found = {
            name: kept[name]
            for name, sha256 in digests.items()
            if name in kept and kept[name].sha256 == sha256 and name not in changed
        }
    again = counted({name: folder.parent / name for name in digests if name not in found}, of_reports(folder))
    found |= {name: ApiCounts(digests[name], counts) for name, counts in again.items()}
    return dict(sorted(found.items()))


def to_json(found: Mapping[str, ApiCounts]) -> str:
    """The record, a line for each experiment, and in it the releases from old to new."""
    names = [release.name for release in known()]
    entries = {name: {"sha256": one.sha256} | {key: one.counts[key] for key in names} for name, one in found.items()}
    lines = (f" {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def api_columns(reports: Sequence[ReportSummary], found: Mapping[str, ApiCounts]) -> list[ApiColumn]:
    """One for each known release that none of the reports is of, newest first."""
    here = {name_of(report.release.flavour, report.release.version) for report in reports}
    releases = [release for release in known() if release.name not in here]
    columns = (
        ApiColumn(release.name, release.version, {name: tuple(c.counts[release.name]) for name, c in found.items()})
        for release in reversed(releases)
    )
    return [column for column in columns if column.cells]


def _load(record: Path) -> dict[str, ApiCounts]:
    """What the record says; nothing if it is not there or damaged."""
    try:
        found = json.loads(read_bytes(record))
        kept = {name: ApiCounts(str(entry.pop("sha256")), entry) for name, entry in found.items()}
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return {}
    return {name: one for name, one in kept.items() if complete(one.counts)}
