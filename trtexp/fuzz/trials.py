"""The run stage: networks that are run by a device, their values judged, and each beside one of its twins."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from trtexp.engine.outcome import Outcome
from trtexp.fuzz import asking, twins
from trtexp.fuzz.aside import Aside
from trtexp.fuzz.asking import Judged
from trtexp.fuzz.joining import Asked, Ready, apart, each_outcome
from trtexp.fuzz.network import Answer, Data, Network, Unmade, network
from trtexp.fuzz.onnx_runtime.own_errors import widened
from trtexp.fuzz.oracle import Sign
from trtexp.fuzz.replies import Reply, Told
from trtexp.fuzz.values import answer_of, case_of, told, valued
from trtexp.numerics import Bounded, Family
from trtexp.spec.case import Case
from trtexp.workers import WorkerSpec

#: Asks a device about networks around a layer.
Ask = Callable[[str, Sequence["Trial"]], list[Reply]]


@dataclass(frozen=True, eq=False)
class Trial:
    """A network that is to be run, and what trtexp says of it before."""

    data: Data
    made: Network
    case: Case
    ours: Answer

    @property
    def runs(self) -> bool:
        """Whether trtexp knows of nothing that forbids it."""
        return not self.ours.refusal and not self.ours.too_large


def trial(data: Data, family: Family | None) -> Trial | None:
    """The data as a trial; None for data that are no network."""
    try:
        made = network(data)
    except Unmade:
        return None
    case = case_of(made, family)
    return Trial(data, made, case, answer_of(case))


def by_worker(place: WorkerSpec, word: str, batch: Sequence[Data]) -> list[Judged]:
    """On a GPU. Raises TooManyDeaths, NoGpu."""
    return _judged(word, batch, asking.family(place), partial(_on_gpu, place), refusals=False)


def by_device(aside: Aside, word: str, batch: Sequence[Data]) -> list[Judged]:
    """By ONNX Runtime, or by the references of another process. Raises TooManyDeaths, NoGpu."""

    def ask(word: str, trials: Sequence[Trial]) -> list[Reply]:
        return aside.ask(word, [each.data for each in trials])

    return _judged(word, batch, None, ask, refusals=aside.device == "references")


def _judged(word: str, batch: Sequence[Data], family: Family | None, ask: Ask, refusals: bool) -> list[Judged]:
    """refusals: whether the device is asked about networks that trtexp refuses, too."""
    trials = [trial(data, family) for data in batch]
    asked = [each for each in trials if each is not None and (refusals or each.runs)]
    replies = dict(zip(map(id, asked), ask(word, asked), strict=True))
    found: list[Judged] = []
    for data, each in zip(batch, trials, strict=True):
        if each is None:
            found.append(Judged(data, None))
        elif id(each) in replies:
            found.append(_verdict(word, each, replies[id(each)]))
        else:
            found.append(Judged(data, "refuses" if each.ours.refusal else "unknown", each.made, each.ours))
    return _with_twins(word, found, {id(each.made): each for each in asked}, family, ask)


def _verdict(word: str, each: Trial, reply: Reply) -> Judged:
    """Both answers beside one another; then what the other side knows to be wrong, which has to be seen here, too."""
    right = reply.told[0]

    def wide(name: str, reference: Bounded) -> Bounded:
        return widened(reference, reply.operators[name])

    verdict = valued(each.case, word, each.ours, right.outcome, wide if reply.operators else None)
    if right.judged is not None and isinstance(verdict, Sign) and right.judged != "takes":
        verdict = "unknown"  # the other side does not hold it for right either
    judged = Judged(each.data, verdict, each.made, each.ours, right.outcome)
    if verdict != "takes":
        return _in_words(judged, each, right.outcome)
    if reply.again is not None:
        twin = twins.read_back(each.data, each.made.definition.outputs)
        if sign := _unlike(word, twin, each, right.outcome, reply.again):
            return _in_words(replace(judged, verdict=sign), each, reply.again)
    for lie in reply.told[1:]:
        seen = valued(each.case, word, each.ours, lie.outcome)
        if isinstance(lie.judged, Sign) and not isinstance(seen, Sign):
            return _in_words(replace(judged, verdict=Sign(word, "judge", f"{lie.lie}: taken")), each, lie.outcome)
    return judged


def _in_words(judged: Judged, each: Trial, theirs: Outcome) -> Judged:
    """With the values of both sides, where they are what differs."""
    if not isinstance(judged.verdict, Sign) or not theirs.outputs or not each.runs:
        return replace(judged, theirs=theirs)
    values, came = told(each.case, theirs)
    return replace(judged, theirs=theirs, ours=replace(each.ours, values=values), came=came)


def _with_twins(
    word: str, found: list[Judged], trials: dict[int, Trial], family: Family | None, ask: Ask
) -> list[Judged]:
    """Run one twin of each network that ran as it should."""
    pairs: list[tuple[int, twins.Twin, Trial]] = []
    for i, judged in enumerate(found):
        if judged.verdict == "takes" and judged.made is not None and judged.theirs and judged.theirs.status == "ran":
            outputs = judged.made.definition.outputs
            twin = twins.KINDS[zlib.crc32(json.dumps(judged.data).encode()) % len(twins.KINDS)](judged.data, outputs)
            other = trial(twin.data, family)
            one = trials[id(judged.made)].case.evaluation().tensors
            if other is not None and other.runs and twins.applies(twin, one, other.case.evaluation().tensors):
                pairs.append((i, twin, other))
    replies = ask(word, [other for _, _, other in pairs])
    for (i, twin, _), reply in zip(pairs, replies, strict=True):
        sign = _unlike(word, twin, trials[id(found[i].made)], found[i].theirs, reply.told[0].outcome)
        if sign is not None:
            found[i] = _in_words(replace(found[i], verdict=sign), trials[id(found[i].made)], reply.told[0].outcome)
    return found


def _unlike(word: str, twin: twins.Twin, one: Trial, ran: Outcome | None, other: Outcome) -> Sign | None:
    assert ran is not None
    if other.status == "unsupported":
        return None
    if other.status != "ran":
        return twins.refused(word, twin, other.message)
    return twins.unlike(word, twin, one.case.evaluation().tensors, ran.outputs, other.outputs)


def _on_gpu(place: WorkerSpec, word: str, trials: Sequence[Trial]) -> list[Reply]:
    """Define each, then build and run those that both sides take, many at a time; a few of them once more, by another
    process that gets their engine."""
    outcomes = asking.defined(place, [each.made.definition for each in trials])
    run = [i for i, each in enumerate(trials) if outcomes[i].status == "defined"]
    asked = asking.tried(place, [Ready(trials[i].made.definition, trials[i].made.feeds) for i in run], build_only=False)
    for i, outcome in zip(run, apart(asked), strict=True):
        outcomes[i] = outcome
    fine = next((one for one in reversed(asked) if one.outcome.status == "ran"), None)
    again = {} if fine is None else _read_back(place, fine)
    places = {i: number for number, i in enumerate(run)}
    return [Reply((Told(outcome),), again=again.get(places.get(i, -1))) for i, outcome in enumerate(outcomes)]


def _read_back(place: WorkerSpec, asked: Asked) -> dict[int, Outcome]:
    """By the place of each network: what another process makes of the engine that holds it."""
    outcome = asking.read_back(place, asked.ready)
    return dict(zip(asked.places, each_outcome(replace(asked, outcome=outcome)), strict=True))
