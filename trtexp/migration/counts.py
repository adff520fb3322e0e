"""How many cases of an experiment each known release has all for, kept until the experiment or trtexp changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from trtexp.files.home import HOME
from trtexp.files.signing import read_signed, write_signed
from trtexp.files.sources import digest
from trtexp.migration.judge import judge_file
from trtexp.migration.releases.api import known
from trtexp.spec.errors import SpecError
from trtexp.spec.files import read_experiment
from trtexp.spec.load import read

STORE = "api.json"
PURPOSE = "counts"
ROOMS = ("releases", "migration", "spec", "layers", "numerics")  # what a count depends on beside the experiment

#: release -> how many cases its API has all for, how many declare what it lacks, how many are wrong about it
Counts = dict[str, list[int]]
_Kept = tuple[str, Counts]  # what the counts depend on, as a digest


def counted(files: Mapping[str, Path], home: Path = HOME) -> dict[str, Counts]:
    """The counts of each experiment, by its name; those that are not there, or not sound, have none. What was counted
    is kept in the project's hidden folder. Raises OSError.
    """
    store = home / STORE
    kept, found, code = _load(store), dict[str, _Kept](), digest(*ROOMS).encode()
    for name, path in files.items():
        with suppress(FileNotFoundError, SpecError):
            data = read_experiment(path, name)
            key = hashlib.sha256(code + data).hexdigest()
            before = kept.get(name)
            found[name] = before if before is not None and before[0] == key else (key, count(path, data))
    if any(kept.get(name) != one for name, one in found.items()):
        write_signed(store, PURPOSE, json.dumps(kept | found, indent=0, sort_keys=True) + "\n")
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


def complete(counts: object) -> bool:
    """Whether it is the counts of all releases that are known now."""
    return isinstance(counts, dict) and counts.keys() == {release.name for release in known()}


def _load(store: Path) -> dict[str, _Kept]:
    """What was kept; nothing if it is not there, damaged or another user's."""
    try:
        found = json.loads(read_signed(store, PURPOSE))
        kept = {name: (str(key), counts) for name, (key, counts) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):  # Foreign is a ValueError
        return {}
    return kept if all(complete(counts) for _, counts in kept.values()) else {}
