"""Shards that are all parts of one whole, made alike; what is missing, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trtexp.errors import BadUsage, DamagedRecord
from trtexp.records.shard import Shard, maker


def check_makers(given: Sequence[tuple[Path, Shard]]) -> None:
    """Raises BadUsage where shards were made by another trtexp than others, or than this one."""
    for path, shard in given:
        if unlike := given[0][1].maker.unlike(shard.maker):
            raise BadUsage(f"{given[0][0]} and {path} come from different trtexps: {unlike}")
    if unlike := given[0][1].maker.unlike(maker()):
        raise BadUsage(f"{given[0][0]} is not of this trtexp: {unlike}; merge with the one that ran the shards")


def check_parts(what: str, parts: Sequence[tuple[Path, Shard]]) -> list[str]:
    """What is missing of a whole, in words. Raises BadUsage where its parts overlap or are of different splits,
    DamagedRecord."""
    path, first = parts[0]
    found: dict[int, Path] = {}
    for other, shard in parts:
        if shard.number > shard.count:
            raise DamagedRecord(f"{other}: damaged shard: {shard.name} is no part; run it again")
        if shard.count != first.count:
            raise BadUsage(f"{what}: {path} is shard {first.name}, and {other} is shard {shard.name}: of other shards")
        if (twin := found.setdefault(shard.number, other)) is not other:
            raise BadUsage(f"{what}: {twin} and {other} overlap: both are shard {shard.name}; name one of them")
        if shard.division != first.division:
            raise BadUsage(
                f"{what}: {path} and {other} overlap: split {first.division} and split {shard.division}, by the times "
                "of different runs; give all shards the same --times"
            )
    lost = [str(number) for number in range(1, first.count + 1) if number not in found]
    return [f"{what}: shard{'s' * (len(lost) > 1)} {', '.join(lost)} of {first.count} missing"] if lost else []
