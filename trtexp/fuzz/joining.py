"""Many independent networks as one: a build of forty layers takes little longer than that of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trtexp.definition.network import Array, NetworkDefinition, Range
from trtexp.definition.steps import NETWORK, Assign, Call, Parse, Ref, Step, Value
from trtexp.engine.outcome import Outcome

MOST_JOINED = 40  # networks
FINE = ("ran", "built")

Feeds = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Ready:
    """A network that can be built and run."""

    definition: NetworkDefinition
    feeds: Feeds


@dataclass(frozen=True, eq=False)
class Asked:
    """A question and its answer. places: of the networks that it was about."""

    places: tuple[int, ...]
    ready: Ready
    outcome: Outcome


def asked_together(ready: Sequence[Ready], ask: Callable[[Ready], Outcome]) -> list[Asked]:
    """As few questions as there can be: networks with the same options are asked about together, and in halves where
    that does not end well, so that each ends as it does by itself."""
    found: list[Asked] = []
    for group in _alike(ready):
        for start in range(0, len(group), MOST_JOINED):
            _halved(ready, group[start : start + MOST_JOINED], ask, found)
    return found


def apart(asked: Sequence[Asked]) -> list[Outcome]:
    """The outcome of each network, in order."""
    found: dict[int, Outcome] = {}
    for one in asked:
        found.update(zip(one.places, each_outcome(one), strict=True))
    return [found[place] for place in range(len(found))]


def each_outcome(asked: Asked) -> list[Outcome]:
    """The outcome of each of the networks that were asked about together."""
    if len(asked.places) == 1:
        return [asked.outcome]
    return [_of_one(asked.outcome, prefix(i)) for i in range(len(asked.places))]


def _halved(ready: Sequence[Ready], places: Sequence[int], ask: Callable[[Ready], Outcome], found: list[Asked]) -> None:
    one = ready[places[0]] if len(places) == 1 else joined([ready[place] for place in places])
    outcome = ask(one)
    if len(places) == 1 or outcome.status in FINE:
        found.append(Asked(tuple(places), one, outcome))
        return
    middle = len(places) // 2
    _halved(ready, places[:middle], ask, found)
    _halved(ready, places[middle:], ask, found)


def _alike(ready: Sequence[Ready]) -> Iterator[list[int]]:
    """The places of networks that one build can hold. A network with several profiles stands by itself."""
    groups: dict[str, list[int]] = {}
    for place, each in enumerate(ready):
        options = each.definition.to_json()["options"]
        profiles = options.pop("profiles")
        groups.setdefault(f"{place if len(profiles) > 1 else ''} {json.dumps(options)}", []).append(place)
    yield from groups.values()


def joined(ready: Sequence[Ready]) -> Ready:
    """One network of several that know nothing of one another; each one's names begin with its number."""
    definitions = [_renamed(each.definition, prefix(i)) for i, each in enumerate(ready)]
    profile: dict[str, Range] = {}
    for definition in definitions:
        for ranges in definition.options.profiles:
            profile.update(ranges)
    whole = NetworkDefinition(
        inputs=tuple(given for each in definitions for given in each.inputs),
        weights={name: array for each in definitions for name, array in each.weights.items()},
        steps=tuple(step for each in definitions for step in each.steps),
        outputs=tuple(name for each in definitions for name in each.outputs),
        options=replace(definitions[0].options, profiles=(profile,) if profile else ()),
    )
    feeds = {prefix(i) + name: array for i, each in enumerate(ready) for name, array in each.feeds.items()}
    return Ready(whole, feeds)


def _of_one(outcome: Outcome, start: str) -> Outcome:
    outputs = {name[len(start) :]: array for name, array in outcome.outputs.items() if name.startswith(start)}
    inferred = {name[len(start) :]: form for name, form in outcome.inferred.items() if name.startswith(start)}
    return replace(outcome, outputs=outputs, inferred=inferred, log=(), warnings=())


def prefix(number: int) -> str:
    return f"n{number}_"


def _renamed(definition: NetworkDefinition, start: str) -> NetworkDefinition:
    profiles = tuple({start + name: r for name, r in ranges.items()} for ranges in definition.options.profiles)
    return NetworkDefinition(
        inputs=tuple(replace(given, name=start + given.name) for given in definition.inputs),
        weights={start + name: array for name, array in definition.weights.items()},
        steps=tuple(_step(step, start) for step in definition.steps),
        outputs=tuple(start + name for name in definition.outputs),
        options=replace(definition.options, profiles=profiles),
    )


def _step(step: Step, start: str) -> Step:
    if isinstance(step, Parse):
        raise ValueError("a network that is parsed brings names of its own and cannot be joined")
    owner = step.object if step.object == NETWORK else start + step.object
    if isinstance(step, Assign):
        return replace(step, object=owner, value=_value(step.value, start))
    arguments = {name: _value(value, start) for name, value in step.arguments.items()}
    makes = None if step.makes is None else start + step.makes
    return Call(owner, step.method, arguments, makes, tuple(start + name for name in step.outputs))


def _value(value: Value, start: str) -> Value:
    if isinstance(value, Ref):
        return replace(value, name=start + value.name)
    if isinstance(value, tuple):
        return tuple(_value(item, start) for item in value)
    return value
