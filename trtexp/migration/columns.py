"""The columns of the matrix for releases that nothing was run on: what their API has, computed from the experiments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from trtexp.files.atomic import write_text
from trtexp.files.home import HOME
from trtexp.migration.judge import judge_file
from trtexp.records.model import ReportRecord
from trtexp.releases.api import known, name_of
from trtexp.report.matrix import ApiColumn
from trtexp.spec.errors import SpecError
from trtexp.spec.load import read

PACKAGE = Path(__file__).parents[1]
STORE = "api.json"
ROOMS = ("releases", "migration", "spec", "layers", "numerics")  # what a count depends on beside the experiment

#: release -> how many cases its API has all for, how many declare what it lacks, how many are wrong about it
Counts = dict[str, list[int]]
_Kept = tuple[str, Counts]  # what the counts depend on, as a digest


def api_columns(folder: Path, reports: Sequence[ReportRecord]) -> list[ApiColumn]:
    """One for each known release that none of the reports is of, newest first; experiments that are not at hand, or not
    sound, have no count. Raises OSError.
    """
    here = {name_of(report.release.flavour, report.release.version) for report in reports}
    releases = [release for release in known() if release.name not in here]
    experiments = sorted({report.experiment for report in reports})
    counts = counted({name: folder.parent / name for name in experiments}, folder.parent / HOME)
    columns = (
        ApiColumn(release.name, release.version, {name: tuple(found[release.name]) for name, found in counts.items()})
        for release in reversed(releases)
    )
    return [column for column in columns if column.cells]


def counted(files: Mapping[str, Path], home: Path = HOME) -> dict[str, Counts]:
    """The counts of each experiment, by its name; those that are not there, or not sound, have none. What was counted
    is kept in the project's hidden folder, and taken from there until the experiment or trtexp changes. Raises OSError.
    """
    store = home / STORE
    kept, found = _load(store), dict[str, _Kept]()
    for name, path in files.items():
        with suppress(FileNotFoundError, SpecError):
            data = path.read_bytes()
            key = hashlib.sha256(_sources() + data).hexdigest()
            before = kept.get(name)
            found[name] = before if before is not None and before[0] == key else (key, count(path, data))
    if any(kept.get(name) != one for name, one in found.items()):
        write_text(store, json.dumps(kept | found, indent=0, sort_keys=True) + "\n")
    return {name: counts for name, (_, counts) in found.items()}


def count(path: Path, data: bytes) -> Counts:
    """The cases of one file, counted for every known release. Raises SpecError."""
    file, counts = read(path, data=data), Counts()
    for release in known():
        cases = judge_file(file, release)
        declared = sum(case.declared for case in cases)
        wrong = sum(not case.as_expected for case in cases)
        counts[release.name] = [len(cases) - declared - wrong, declared, wrong]
    return counts


@cache
def _sources() -> bytes:
    """A digest of the code and data that counts depend on."""
    digest = hashlib.sha256()
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*")):
            if path.suffix in (".py", ".json"):
                digest.update(path.read_bytes())
    return digest.digest()


def _load(store: Path) -> dict[str, _Kept]:
    """What was kept; nothing if it is not there or damaged."""
    try:
        found = json.loads(store.read_text(encoding="utf-8"))
        kept = {name: (str(key), counts) for name, (key, counts) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    names = {release.name for release in known()}
    return kept if all(isinstance(c, dict) and c.keys() == names for _, c in kept.values()) else {}
