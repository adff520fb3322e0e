"""How far networks go. Each stage says how networks are drawn and how they are judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis.strategies import SearchStrategy

from trtexp.fuzz import asking, strategies
from trtexp.fuzz.asking import Judged
from trtexp.fuzz.network import Data, declared
from trtexp.fuzz.oracle import Stage, compared
from trtexp.workers import WorkerSpec


@dataclass(frozen=True)
class Way:
    """networks: those around a layer of a release; judge: asks both sides about a batch of them, and may raise
    TooManyDeaths and NoGpu."""

    networks: Callable[[str, str], SearchStrategy[Data]]
    judge: Callable[[WorkerSpec, str, Sequence[Data]], list[Judged]]


def judge(place: WorkerSpec, stage: Stage, word: str, batch: Sequence[Data]) -> list[Judged]:
    """Ask both sides about networks around a layer. Raises TooManyDeaths, NoGpu."""
    return WAYS[stage].judge(place, word, batch)


def _defined(place: WorkerSpec, word: str, batch: Sequence[Data]) -> list[Judged]:
    made = asking.made(batch)
    outcomes = iter(asking.defined(place, [each.definition for each in made if each is not None]))
    family, judged = asking.family(place), []
    for data, one in zip(batch, made, strict=True):
        if one is None:
            judged.append(Judged(data, None))
            continue
        ours, theirs = one.answer(family), next(outcomes)
        judged.append(
            Judged(data, compared(one.layers, word, ours, theirs, declared(one.definition)), one, ours, theirs)
        )
    return judged


WAYS: dict[Stage, Way] = {"define": Way(strategies.networks, _defined)}
