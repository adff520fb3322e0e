"""What a campaign came to, by layer: plain data that rounds give and that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from trtexp.fuzz.network import Data
from trtexp.fuzz.oracle import Sign, Stage
from trtexp.fuzz.subject import Subject
from trtexp.layers import LAYERS
from trtexp.layers.base import MOST_AXES
from trtexp.spec.fields import words

Reached = Literal["attributes", "members", "dtypes", "ranks", "constraints"]
COLUMNS: tuple[Reached, ...] = ("attributes", "members", "dtypes", "ranks", "constraints")


OFTEN = 3  # networks of a difference that are built before it is one


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
    """A difference: how often it came, and the first network that showed it, with the round that it is of. more: those
    that came next, up to `OFTEN` with the first."""

    round: Round
    data: Data
    count: int = 1
    more: list[Data] = field(default_factory=list)


@dataclass
class Tally:
    """What came of the networks of one layer. answers: how often each agreement came; kinds: how many were made in
    which way; reached: of what there is to try; cpu: seconds of this process."""

    tried: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    seen: dict[Sign, Seen] = field(default_factory=dict)
    reached: set[tuple[Reached, str]] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    cpu: float = 0.0

    def add(self, other: Tally) -> None:
        """Take in another round; what was seen before keeps its first network."""
        self.tried += other.tried
        self.answers += other.answers
        self.reached |= other.reached
        self.kinds += other.kinds
        self.cpu += other.cpu
        for sign, seen in other.seen.items():
            self.saw(sign, seen)

    def saw(self, sign: Sign, seen: Seen) -> None:
        if sign in self.seen:
            mine = self.seen[sign]
            mine.count += seen.count
            mine.more = [*mine.more, seen.data, *seen.more][: OFTEN - 1]
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
                values = given[one.name] if isinstance(given[one.name], list) else [given[one.name]]
                found |= {("members", f"{one.name}={value}") for value in values if value in one.members}
    for tensor in data.get("inputs", {}).values():
        found.add(("dtypes", tensor.get("dtype", "float32")))
        if "shape" in tensor:
            found.add(("ranks", str(len(tensor["shape"]))))
    return found


def kinds_of(data: Data, of: Subject, refused: bool) -> Iterator[str]:
    """In which ways a network was made. refused: one of trtexp's constraints does not hold."""
    behind = [entry for name, entry in data["network"].items() if name not in of.start["network"]]
    if any("constant" not in entry for entry in behind):
        yield "chains"
    if any("declared" in tensor for tensor in data.get("inputs", {}).values()):
        yield "dynamic"
    if "outputs" in data:
        yield "outputs"
    if any(entry.get("set_input") for entry in data["network"].values()):
        yield "set_input"
    if refused:
        yield "refused"


def names(of: Subject) -> set[tuple[Reached, str]]:
    """What there is to try of a layer."""
    fields = (*of.arguments, *of.attributes)
    found: set[tuple[Reached, str]] = {("attributes", one.name) for one in fields}
    found |= {("members", f"{one.name}={member}") for one in fields for member in one.members}
    found |= {("dtypes", dtype) for dtype in of.dtypes} | {("ranks", str(rank)) for rank in range(MOST_AXES + 1)}
    return found | {("constraints", each.partition(":")[0]) for each in words(LAYERS[of.word]).constraints}


def reachable(of: Subject) -> Counter[Reached]:
    """How much there is to try of a layer."""
    found: Counter[Reached] = Counter(dict.fromkeys(COLUMNS, 0))
    found.update(what for what, _ in names(of))
    return found
