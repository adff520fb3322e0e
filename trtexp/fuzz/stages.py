"""How far networks go. Each stage says how networks are drawn and how they are judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hypothesis.strategies import SearchStrategy

from trtexp.fuzz import asking, strategies, trials
from trtexp.fuzz.asking import Judged, Place
from trtexp.fuzz.joining import Ready, apart
from trtexp.fuzz.network import Data, declared
from trtexp.fuzz.oracle import Stage, compared
from trtexp.fuzz.telling import telling
from trtexp.workers import WorkerSpec


@dataclass(frozen=True)
class Way:
    """networks: those around a layer of a release; judge: asks both sides about a batch of them, and may raise
    TooManyDeaths and NoGpu."""

    networks: Callable[[str, str], SearchStrategy[Data]]
    judge: Callable[[Place, str, Sequence[Data]], list[Judged]]


def judge(place: Place, stage: Stage, word: str, batch: Sequence[Data]) -> list[Judged]:
    """Ask both sides about networks around a layer. Raises TooManyDeaths, NoGpu."""
    return WAYS[stage].judge(place, word, batch)


def _defined(place: Place, word: str, batch: Sequence[Data]) -> list[Judged]:
    assert isinstance(place, WorkerSpec)
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


def _built(place: Place, word: str, batch: Sequence[Data]) -> list[Judged]:
    """What was defined is built, too: how that ends counts in its place."""
    assert isinstance(place, WorkerSpec)
    judged = _defined(place, word, batch)
    taken = [(i, each.made) for i, each in enumerate(judged) if each.theirs and each.theirs.status == "defined"]
    ready = [Ready(made.definition, made.feeds) for _, made in taken if made is not None]
    for (i, made), outcome in zip(taken, apart(asking.tried(place, ready, build_only=True)), strict=True):
        ours = judged[i].ours
        assert made is not None and ours is not None
        verdict = compared(made.layers, word, ours, outcome, declared(made.definition))
        judged[i] = replace(judged[i], verdict=verdict, theirs=outcome)
    return judged


def _run(place: Place, word: str, batch: Sequence[Data]) -> list[Judged]:
    if isinstance(place, WorkerSpec):
        return trials.by_worker(place, word, batch)
    return trials.by_device(asking.aside(place), word, batch)


WAYS: dict[Stage, Way] = {
    "define": Way(strategies.networks, _defined),
    "build": Way(strategies.networks, _built),
    "run": Way(telling, _run),
}
