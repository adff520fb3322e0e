"""What a campaign came to, by layer: plain data that rounds give and that add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from trtexp.fuzz.network import Data
from trtexp.fuzz.oracle import Sign, Stage
from trtexp.fuzz.subject import Subject

Reached = Literal["attributes", "members", "dtypes", "ranks"]


@dataclass(frozen=True, order=True)
class Round:
    """A number of networks around one layer, which are always the same: they come of these fields alone."""

    word: str
    release: str
    seed: int
    number: int
    count: int
    stage: Stage = "define"

    @property
    def name(self) -> str:
        """What tells it from the others of its campaign."""
        return f"{self.word}/{self.number}"


@dataclass
class Seen:
    """A difference: how often it came, and the first network that showed it, with the round that it is of."""

    round: Round
    data: Data
    count: int = 1


@dataclass
class Tally:
    """What came of the networks of one layer. answers: how often each agreement came; reached: of what there is to
    try."""

    tried: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    seen: dict[Sign, Seen] = field(default_factory=dict)
    reached: set[tuple[Reached, str]] = field(default_factory=set)

    def add(self, other: Tally) -> None:
        """Take in another round; what was seen before keeps its first network."""
        self.tried += other.tried
        self.answers += other.answers
        self.reached |= other.reached
        for sign, seen in other.seen.items():
            self.saw(sign, seen)

    def saw(self, sign: Sign, seen: Seen) -> None:
        if sign in self.seen:
            self.seen[sign].count += seen.count
        else:
            self.seen[sign] = seen


def reaches(data: Data, of: Subject) -> set[tuple[Reached, str]]:
    """What of a layer a network tries: its attributes and arguments, members of enums, dtypes and ranks of inputs."""
    entry = next(entry for entry in data["network"].values() if of.word in entry)
    found: set[tuple[Reached, str]] = set()
    for fields, given in ((of.arguments, entry[of.word]), (of.attributes, entry.get("set", {}))):
        for one in fields:
            if one.name in given:
                found.add(("attributes", one.name))
                if given[one.name] in one.members:
                    found.add(("members", f"{one.name}={given[one.name]}"))
    for tensor in data.get("inputs", {}).values():
        found.add(("dtypes", tensor.get("dtype", "float32")))
        if "shape" in tensor:
            found.add(("ranks", str(len(tensor["shape"]))))
    return found


def reachable(of: Subject) -> Counter[Reached]:
    """How much there is to try of a layer."""
    fields = (*of.arguments, *of.attributes)
    members = sum(len(one.members) for one in fields)
    return Counter({"attributes": len(fields), "members": members, "dtypes": len(of.dtypes), "ranks": 9})
