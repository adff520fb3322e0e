"""What the experiments reach of the API, counted in cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from trtexp.authoring.coverage.exceptions import excepted
from trtexp.authoring.coverage.walk import EVERY_LAYER, INPUTS, TYPES, Feature, features
from trtexp.definition.network import DTYPES, PRECISION_FLAGS
from trtexp.definition.steps import Assign, Call, Member, Plugin, Value
from trtexp.migration.releases.api import Release
from trtexp.migration.releases.needs import Missing, lacks
from trtexp.spec.case import Case


@dataclass(frozen=True)
class Coverage:
    """cases: release -> how many cases need nothing that it lacks. there: release -> what it has, and whether YAML has
    words for it. reached: (release, feature) -> how many of those cases reach it."""

    cases: Mapping[str, int]
    there: Mapping[str, Mapping[Feature, bool]]
    reached: Mapping[tuple[str, Feature], int]

    def all_features(self) -> list[Feature]:
        """Everything that any release has, by layer: methods, attributes, members."""
        kinds = ("method", "attribute", "member")
        every = {feature for has in self.there.values() for feature in has}
        return sorted(every, key=lambda f: (f.layer, kinds.index(f.kind), not f.name.startswith("add_"), f.name))

    def count(self, release: str, feature: Feature) -> int | None:
        """How many cases reach it; None if the release lacks it."""
        return self.reached[release, feature] if feature in self.there[release] else None

    def wanted(self, release: str) -> list[Feature]:
        """What the release has and no exception leaves out."""
        return [f for f in self.there[release] if excepted(f) is None]

    def unreachable(self) -> list[Feature]:
        """What neither YAML has words for nor a case reaches, exceptions included."""
        return [f for f in self.unreached() if not any(has.get(f) for has in self.there.values())]

    def unreached(self) -> list[Feature]:
        """What no case reaches in any release, exceptions included."""
        return [f for f in self.all_features() if not any(self.reached[name, f] for name in self.there)]

    def unreached_in(self, feature: Feature) -> list[str]:
        """The releases that have it and in which no case reaches it."""
        return [name for name in self.there if self.count(name, feature) == 0]


def cover(cases: Iterable[Case], releases: Iterable[Release]) -> Coverage:
    """Count the cases, by their definitions."""
    known = list(releases)
    there = {release.name: features(release) for release in known}
    reached: Counter[tuple[str, Feature]] = Counter()
    able: Counter[str] = Counter()
    every = frozenset(f.name for has in there.values() for f in has if f.layer == EVERY_LAYER)
    for case in cases:
        found = frozenset(_reached(case, every))
        for release in known:
            if all(map(_made_up_for, lacks(case.definition, release))):
                able[release.name] += 1
                reached.update((release.name, feature) for feature in found)
    return Coverage(able, there, reached)


def _made_up_for(missing: Missing) -> bool:
    """Whether the engine makes up for it: arguments that a release demands, and flags of precisions that 11.x and RTX
    take from the network."""
    return missing.demanded or missing.name in {f"BuilderFlag.{flag}" for flag in PRECISION_FLAGS}


def _reached(case: Case, of_every_layer: frozenset[str]) -> Iterator[Feature]:
    """What the definition of a case reaches; some of it more than once."""
    words = {name: layer.word for name, layer in case.layers.items()} | dict.fromkeys(case.inputs, INPUTS)
    definition = case.definition
    arrays = [array for name, array in definition.weights.items() if name not in definition.models]
    for dtype in {*(i.dtype for i in definition.inputs), *(array.dtype for array in arrays)}:
        yield Feature(TYPES, "member", f"DataType.{DTYPES[dtype][2]}")
    for step in definition.steps:
        if isinstance(step, Assign):
            layer = words.get(step.object, INPUTS)
            common = layer != INPUTS and step.attribute in of_every_layer
            yield Feature(EVERY_LAYER if common else layer, "attribute", step.attribute)
            values: Iterable[Value] = (step.value,)
        elif isinstance(step, Call):
            layer = words[step.makes or step.object]
            yield Feature(layer, "method", step.method)
            if layer != INPUTS and step.method in of_every_layer:
                yield Feature(EVERY_LAYER, "method", step.method)
            values = step.arguments.values()
        else:
            continue
        for enum, member in (named for value in values for named in _members(value)):
            yield Feature(TYPES if enum == "DataType" else layer, "member", f"{enum}.{member}")


def _members(value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for item in value:
            yield from _members(item)
    elif isinstance(value, Member):
        yield value.enum, value.name
    elif isinstance(value, Plugin):
        yield from (("PluginFieldType", kind) for _, kind, _ in value.fields)
