"""Which shard has what: the same on every machine, whatever Python or release it has.

Each item has an order of preference among the shards, made of its name alone, and goes to the first that has room for
it; the long ones choose first. So the shards take about as long as each other, and an item more or less moves few
others: those at the edge of a shard that is full.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from trtexp.errors import BadUsage
from trtexp.records.shard import MOST

ROOM = 1.02  # of the mean, that a shard may have
BESIDE = 0.3  # of the mean, that is spent on each beside what is timed: 7 ms of 20 for the suite on TensorRT-RTX


class Share(NamedTuple):
    """The part `number` of so many, from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def label(self) -> str:
        """As part of a file's name."""
        return f"{self.number}-of-{self.of}"


def parse_share(text: str) -> Share:
    """`2/4`. Raises BadUsage."""
    found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
    share = Share(int(found[1]), int(found[2])) if found else Share(0, 0)
    if not 1 <= share.number <= share.of <= MOST:
        raise BadUsage(f"--shard {text}: give I/N, the I-th of N shards from 1 to N, as in --shard 2/4")
    return share


def split(times: Mapping[str, float | None], count: int) -> dict[str, int]:
    """The shard of each item by its name. times: that each takes, None where that is not known."""
    known = [seconds for seconds in times.values() if seconds is not None]
    usual = sum(known) / len(known) if known and sum(known) else 1.0
    sizes = {name: (usual if seconds is None else seconds) + usual * BESIDE for name, seconds in times.items()}
    most, loads, found = ROOM * sum(sizes.values()) / count, [0.0] * count, dict[str, int]()
    for name in sorted(sizes, key=lambda name: (-_magnitude(sizes[name]), _drawn(name, 0))):
        wanted = sorted(range(count), key=lambda shard: _drawn(name, shard + 1))
        free = (shard for shard in wanted if loads[shard] + sizes[name] <= most)
        shard = next(free, min(wanted, key=loads.__getitem__))
        loads[shard] += sizes[name]
        found[name] = shard + 1
    return {name: found[name] for name in times}


def _magnitude(seconds: float) -> int:
    """Alike for times that differ as those of two runs do, so that these leave the order as it is."""
    return math.frexp(seconds)[1]


def _drawn(name: str, number: int) -> bytes:
    """A lot that depends on nothing else."""
    return hashlib.blake2b(f"{number} {name}".encode("utf-8", "surrogateescape"), digest_size=8).digest()
