"""The part of some experiments that one shard has, and the file that it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from trtexp.files.paths import report_name, shown
from trtexp.records.shard import Answered, ReleaseShard, RunShard, maker, split_digest
from trtexp.running.backends import Backend
from trtexp.running.helpers import Helpers
from trtexp.running.plan import Plan, Planned
from trtexp.running.split import Share, split
from trtexp.spec.errors import SpecError
from trtexp.spec.files import read_experiment
from trtexp.spec.load import read


@dataclass(frozen=True)
class Part:
    """What a shard has. cases: its own, by file; files: the sha256 of all experiments, empty for one that cannot be
    read; split: a digest of what each shard has; every: how many cases all of them have; seconds: what this shard's and
    all cases took in the run by which they were shared out, None if nothing is known of it."""

    share: Share
    cases: Mapping[Path, frozenset[str]]
    files: Mapping[str, str]
    split: str
    every: int
    seconds: tuple[float, float] | None

    def __str__(self) -> str:
        count = sum(len(cases - {""}) for cases in self.cases.values())
        known = "" if self.seconds is None else "; {:.3g} of {:.3g} s in the last run".format(*self.seconds)
        return f"shard {self.share}: {count} of {self.every} cases{known}; all shards must say: split {self.split}"


class _Names(NamedTuple):
    """An experiment as far as shards are concerned. cases: one without a name for a file that is no experiment."""

    sha256: str
    cases: tuple[str, ...]


def part(paths: Collection[Path], share: Share, times: Mapping[str, float], helpers: Helpers) -> Part:
    """Share out the cases of files. times: seconds of each `file/case`, as far as they are known."""
    names = dict(zip(paths, helpers.each(_names, list(paths)), strict=True))
    items = {f"{report_name(path)}/{case}": (path, case) for path, found in names.items() for case in found.cases}
    parts = split({name: times.get(name) for name in items}, share.of)
    cases: dict[Path, set[str]] = {}
    for name, (path, case) in items.items():
        if parts[name] == share.number:
            cases.setdefault(path, set()).add(case)
    own = sum(times.get(name, 0.0) for name in items if parts[name] == share.number)
    every = sum(times.get(name, 0.0) for name in items)
    return Part(
        share,
        {path: frozenset(found) for path, found in cases.items()},
        {shown(path): found.sha256 for path, found in names.items()},
        split_digest(parts),
        sum(len(set(found.cases) - {""}) for found in names.values()),
        (own, every) if every else None,
    )


def _names(path: Path) -> _Names:
    try:
        data = read_experiment(path, shown(path))
    except (OSError, SpecError):
        return _Names("", ("",))
    digest = hashlib.sha256(data).hexdigest()
    try:
        return _Names(digest, tuple(dict.fromkeys(name for name, _, _ in read(path, shown(path), data).cases)) or ("",))
    except Exception:  # whoever has it says what is wrong
        return _Names(digest, ("",))


def shard_of(
    part: Part, plan: Plan, backends: Sequence[Backend], shared: Mapping[str, Mapping[str, list[Answered]]]
) -> RunShard:
    """What a shard leaves. shared: what came of each case, by release and experiment."""
    digests = {file.shown: hashlib.sha256(file.data).hexdigest() for file in plan.files}
    return RunShard(
        number=part.share.number,
        count=part.share.of,
        division=part.split,
        maker=maker(),
        files={**part.files, **digests},
        named={path: digest for file in plan.files for path, digest in sorted(file.named.items())},
        releases=[
            ReleaseShard(
                release=backend.release,
                driver=backend.driver,
                cases={file.shown: _in_order(file, of[file.shown]) for file in plan.files if file.shown in of},
            )
            for backend in backends
            for of in [shared.get(backend.release.name, {})]
        ],
    )


def _in_order(file: Planned, answered: Sequence[Answered]) -> list[Answered]:
    return sorted(answered, key=lambda one: file.cases.index(one.record.name))
