"""The part of a campaign that one shard has, as a file, and all parts put together.

A round comes of its fields alone, so that the rounds of a campaign can be tried anywhere. Each shard shrinks what it
saw; of a difference that several saw, the one that came first in the order of the rounds counts, as in one process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from trtexp.definition.facts import Phase
from trtexp.engine.outcome import Outcome, OutcomeStatus
from trtexp.errors import BadUsage
from trtexp.fuzz.campaign import Campaign, Plan, settle
from trtexp.fuzz.finds import Find
from trtexp.fuzz.network import Answer
from trtexp.fuzz.oracle import Sign, Stage
from trtexp.fuzz.rounds import Shrunk
from trtexp.fuzz.tally import Reached, Round, Seen, Tally
from trtexp.records.facts import Record
from trtexp.records.parts import check_makers, check_parts
from trtexp.records.shard import Shard, load, maker, split_digest
from trtexp.running.helpers import Job

#: Begins the text of a key that is a number.
NUMBER = "#"


class Told(Record):
    """What finds say of an outcome."""

    status: OutcomeStatus
    phase: Phase | None
    message: str
    inferred: dict[str, tuple[str, tuple[int, ...]]]


class Small(Record):
    """A network that was shrunk."""

    data: dict[str, Any]
    ours: Answer
    theirs: Told
    whole: bool
    came: str


class Difference(Record):
    """A sign, and the first network of this part that showed it. count: how often it came."""

    sign: Sign
    round: Round
    data: dict[str, Any]
    count: int


class Line(Record):
    """What came of the networks of one layer."""

    tried: int
    answers: dict[str, int]
    kinds: dict[str, int]
    reached: list[tuple[Reached, str]]
    seen: list[Difference]


class FuzzShard(Shard):
    """A part of a campaign. every: the layers were not named, so that there is a page. shrunk: what each new difference
    was shrunk to, None where the build refuses it."""

    kind: Literal["fuzz"] = "fuzz"
    hypothesis: str
    every: bool
    words: list[str]
    release: str
    full: str
    seed: int
    examples: int
    stage: Stage
    lines: dict[str, Line]
    shrunk: list[tuple[Sign, Small | None]]

    @property
    def plan(self) -> Plan:
        return Plan(tuple(self.words), self.release, self.full, self.seed, self.examples, stage=self.stage)


def shard_of(made: Campaign, every: bool) -> FuzzShard:
    """What a shard leaves of its campaign."""
    plan, share = made.plan, made.plan.share
    assert share is not None
    return FuzzShard(
        number=share.number,
        count=share.of,
        division=split_digest(plan.parts(share.of)),
        maker=maker(),
        hypothesis=version("hypothesis"),
        every=every,
        words=list(plan.words),
        release=plan.release,
        full=plan.full,
        seed=plan.seed,
        examples=plan.examples,
        stage=plan.stage,
        lines={word: _line(tally) for word, tally in made.tallies.items()},
        shrunk=[(sign, None if found is None else _small(found)) for sign, found in sorted(made.shrunk.items())],
    )


def merged(paths: Sequence[Path], kept: Callable[[Find], None]) -> tuple[Campaign, bool]:
    """The campaign of all parts, and whether it is of all layers. kept: is given each find. Raises DamagedRecord,
    BadUsage, OSError."""
    given = [(path, load(path, FuzzShard)) for path in paths]
    _check(given)
    shards = [shard for _, shard in given]
    made = Campaign(shards[0].plan)
    first: dict[Sign, tuple[tuple[int, int], FuzzShard]] = {}
    order = {word: place for place, word in enumerate(made.plan.words)}
    for word in made.plan.words:
        lines = [(shard, shard.lines[word]) for shard in shards if word in shard.lines]
        if lines:
            made.tallies[word] = _tally([line for _, line in lines])
        for shard, line in lines:
            for each in line.seen:
                place = (order[word], each.round.number)
                if each.sign not in first or place < first[each.sign][0]:
                    first[each.sign] = place, shard
    shrunk = {sign: _shrunk(shard, sign) for sign, (_, shard) in first.items()}
    settle(made, lambda sign, seen: Job(partial(shrunk.__getitem__, sign), None), kept)
    return made, shards[0].every


def _check(given: Sequence[tuple[Path, FuzzShard]]) -> None:
    """Raises BadUsage where these are not all parts of one campaign."""
    check_makers(given)
    path, first = given[0]
    for other, shard in given:
        if shard.hypothesis != first.hypothesis:
            both = f"{first.hypothesis} and {shard.hypothesis}"
            raise BadUsage(f"{path} and {other}: networks of Hypothesis {both}, which draw others of one seed")
        for name in ("full", "stage", "seed", "examples", "words"):
            one, two = getattr(first, name), getattr(shard, name)
            if one != two:
                what = "release" if name == "full" else "layers" if name == "words" else name
                said = "" if name == "words" else f": {one} and {two}"
                raise BadUsage(f"{path} and {other} are of different campaigns, by their {what}{said}")
    if lost := check_parts(f"fuzz of {first.full}", given):
        raise BadUsage(f"{'; '.join(lost)}; run what is missing, or name its file as well")


def _line(tally: Tally) -> Line:
    seen = [
        Difference(sign=sign, round=one.round, data=_coded(one.data), count=one.count)
        for sign, one in tally.seen.items()
    ]
    counts = {"answers": dict(tally.answers), "kinds": dict(tally.kinds)}
    return Line(tried=tally.tried, **counts, reached=sorted(tally.reached), seen=seen)


def _tally(lines: Sequence[Line]) -> Tally:
    """Several parts of one layer, as if its rounds had come in their order."""
    made = Tally()
    for line in lines:
        made.add(Tally(line.tried, Counter(line.answers), reached=set(line.reached), kinds=Counter(line.kinds)))
    every = [each for line in lines for each in line.seen]
    for each in sorted(every, key=lambda each: each.round.number):
        made.saw(each.sign, Seen(each.round, _decoded(each.data), each.count))
    return made


def _small(found: Shrunk) -> Small:
    theirs = found.theirs
    told = Told(status=theirs.status, phase=theirs.phase, message=theirs.message, inferred=dict(theirs.inferred))
    return Small(data=_coded(found.data), ours=found.ours, theirs=told, whole=found.whole, came=found.came)


def _shrunk(shard: FuzzShard, sign: Sign) -> Shrunk | None:
    found = dict(shard.shrunk).get(sign)
    if found is None:
        return None
    told = found.theirs
    theirs = Outcome(told.status, told.phase, told.message, inferred=told.inferred)
    return Shrunk(_decoded(found.data), found.ours, theirs, found.whole, found.came)


def _coded(value: Any) -> Any:
    """Data with keys that JSON can have: `set_input` has numbers."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else f"{NUMBER}{key}": _coded(each) for key, each in value.items()}
    return [_coded(each) for each in value] if isinstance(value, (list, tuple)) else value


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = ((int(key[1:]) if key.startswith(NUMBER) else key, _decoded(each)) for key, each in value.items())
        return dict(pairs)
    return [_decoded(each) for each in value] if isinstance(value, list) else value
