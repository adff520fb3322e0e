"""Shards put together: they must be all parts of one run, and what they gave stands in the place of running it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from trtexp.engine.outcome import Outcome
from trtexp.errors import BadUsage, DamagedRecord, plural
from trtexp.records.model import ReleaseRecord
from trtexp.records.parts import check_makers, check_parts
from trtexp.records.shard import Answered, ReleaseShard, RunShard, load, maker
from trtexp.running.backends import Backend
from trtexp.running.plan import Planned
from trtexp.spec.case import Case
from trtexp.spec.errors import SpecError
from trtexp.spec.files import read_experiment
from trtexp.workers import Unsettled

MOST_NAMED = 5
_RELEASE = re.compile(r"[A-Za-z0-9][\w.+-]*", re.ASCII)


class Given(NamedTuple):
    """A shard and its file."""

    path: Path
    shard: RunShard


class Merged(Backend):
    """A release whose shards answered all cases. Asked for one, it says why there is no answer of it."""

    def __init__(self, release: ReleaseRecord, driver: str | None, made: str) -> None:
        super().__init__(release)
        self._driver, self._made = driver, made

    @property
    def driver(self) -> str | None:
        return self._driver

    def answer(self, case: Case) -> Outcome | Unsettled | None:
        here, case_name = maker().python, f"{self.release.name}: {case.mark.file}: {case.name}"
        why = f"; the shards ran with {self._made}, and this is {here}" if here != self._made else ""
        raise BadUsage(f"{case_name}: no shard has it with the tensors that it has here{why}")


class Whole(NamedTuple):
    """All parts of a run. answered: by release and experiment, then by case."""

    files: list[Path]
    named: Mapping[str, str]
    backends: list[Merged]
    answered: Mapping[tuple[str, str], Mapping[str, Answered]]


def gather(paths: Sequence[Path]) -> Whole:
    """Read shards of one run. Raises DamagedRecord, BadUsage, OSError."""
    given = [Given(path, _load(path)) for path in paths]
    check_makers([(one.path, one.shard) for one in given])
    _check_sources(given)
    releases: dict[str, list[tuple[Given, ReleaseShard]]] = {}
    for one in given:
        for release in one.shard.releases:
            releases.setdefault(release.release.name, []).append((one, release))
    lost = [text for name, parts in sorted(releases.items()) for text in _lost(name, parts)]
    if lost:
        raise BadUsage(f"{'; '.join(lost)}; run what is missing, or name its file as well")
    return Whole(
        [Path(name) for name in given[0].shard.files],
        {name: digest for one in given for name, digest in one.shard.named.items()},
        [Merged(parts[0][1].release, parts[0][1].driver, given[0].shard.maker.python) for parts in releases.values()],
        _answered(releases),
    )


def check_named(whole: Whole, files: Sequence[Planned]) -> None:
    """Raises BadUsage where a file that an experiment names is another here."""
    here = {path: digest for file in files for path, digest in file.named.items()}
    if other := [path for path, digest in here.items() if whole.named.get(path, digest) != digest]:
        raise BadUsage(f"{_some(other)}: not as where the shards ran; merge where the sources are the same")


def _load(path: Path) -> RunShard:
    shard = load(path, RunShard)
    for release in shard.releases:
        if not _RELEASE.fullmatch(release.release.name):
            raise DamagedRecord(f"{path}: damaged shard: {release.release.name!r} is no release; run it again")
    return shard


def _check_sources(given: Sequence[Given]) -> None:
    """All shards are of the same experiments, with the same files that these name, and so is this checkout. Raises
    BadUsage."""
    first = given[0]
    named: dict[str, tuple[Path, str]] = {}
    for path, shard in given:
        if other := _unlike(first.shard.files, shard.files):
            raise BadUsage(f"{first.path} and {path} are of different sources: {_some(other)}")
        for name, digest in shard.named.items():
            before = named.setdefault(name, (path, digest))
            if before[1] != digest:
                raise BadUsage(f"{before[0]} and {path} are of different sources: {name}")
    if other := [name for name, digest in first.shard.files.items() if _digest(name) != digest]:
        raise BadUsage(f"{_some(other)}: not as where the shards ran; merge where the sources are the same")


def _digest(name: str) -> str:
    """Of an experiment, as shards have it."""
    try:
        return hashlib.sha256(read_experiment(Path(name), name)).hexdigest()
    except (OSError, SpecError):
        return ""


def _unlike(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return [name for name in {**one, **other} if one.get(name) != other.get(name)]


def _some(names: Sequence[str]) -> str:
    more = f" and {plural(len(names) - MOST_NAMED, 'other')}" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"


def _lost(name: str, parts: Sequence[tuple[Given, ReleaseShard]]) -> Iterator[str]:
    """What is missing of a release. Raises BadUsage where its shards ran on different machines."""
    (one, first), *others = parts
    for other, release in others:
        if (release.release, release.driver) != (first.release, first.driver):
            where = " and ".join(_place(each) for each in (first, release))
            raise BadUsage(f"{name}: {one.path} and {other.path} ran on {where}; a report is of one GPU and driver")
    yield from check_parts(name, [(each.path, each.shard) for each, _ in parts])


def _place(release: ReleaseShard) -> str:
    return ", ".join(part for part in (release.release.gpu or "no GPU", release.driver) if part)


def _answered(
    releases: Mapping[str, Sequence[tuple[Given, ReleaseShard]]],
) -> dict[tuple[str, str], dict[str, Answered]]:
    found: dict[tuple[str, str], dict[str, Answered]] = {}
    for name, parts in releases.items():
        for one, release in parts:
            for file, answers in release.cases.items():
                cases = found.setdefault((name, file), {})
                for each in answers:
                    if each.record.name in cases or each.record.place.file != file:
                        raise DamagedRecord(f"{one.path}: damaged shard: {file}: {each.record.name}; run it again")
                    cases[each.record.name] = each
    return found
