"""Which cases tell that an attribute or a member of an enum is ignored: what comes out is then something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from pydantic import BaseModel

from trtexp.layers import LAYERS
from trtexp.layers.base import Attributes, Layer
from trtexp.layers.network import NodeError, evaluate
from trtexp.layers.region import exposed
from trtexp.numerics import Arithmetic, Bounded
from trtexp.spec.case import Case

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Choice:
    """A field of a layer in which YAML may name one member where it names another. field: with dots."""

    layer: str
    field: str
    member: str
    other: str


def attributes() -> set[tuple[str, str]]:
    """(layer, attribute) of all that `set:` may assign, but for what every layer has."""
    return {
        (word, name)
        for word, model in LAYERS.items()
        for name in model.settable().model_fields
        if name not in Attributes.model_fields
    } | {("every layer", name) for name in Attributes.model_fields}


def untold_attributes(cases: Iterable[Case]) -> set[tuple[str, str]]:
    """Those of `attributes()` without a case in which something else comes out when they are not assigned."""
    untold = attributes()
    for case in cases:
        for name, layer in case.layers.items():
            for attribute, _ in layer.set.given():
                key = ("every layer" if attribute in Attributes.model_fields else layer.word, attribute)
                if key in untold and tells(case, name, without(layer, attribute)):
                    untold.discard(key)
    return untold


def untold_choices(cases: Iterable[Case]) -> set[Choice]:
    """The pairs of members of which no case that names the first tells that it means the second; and those that no
    case names."""
    told: set[Choice] = set()
    tried: set[Choice] = set()
    for case in cases:
        for name, layer in case.layers.items():
            for place, members in named(layer):
                field = ".".join(part for part in place if isinstance(part, str))
                member = _at(layer, place)
                for other in members:
                    choice = Choice(layer.word, field, member, other)
                    if other == member or choice in told:
                        continue
                    tried.add(choice)
                    if tells(case, name, exchanged(layer, place, other)):
                        told.add(choice)
    return tried - told


def named(model: BaseModel, above: KeyPath = ()) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:
    """Each place in a layer that names a member of an enum, with all members that it may name."""
    for name in model.model_fields_set - (_overwritten(model) if isinstance(model, Layer) else set()):
        value, place = getattr(model, name), (*above, name)
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            here = place if index is None else (*place, index)
            if isinstance(item, BaseModel):
                yield from named(item, here)
            elif isinstance(item, str) and (members := tuple(_literals(type(model).model_fields[name].annotation))):
                yield here, members


def _overwritten(layer: Layer) -> set[str]:
    """The arguments that an attribute takes the place of."""
    given = [name for name, _ in layer.set.given()]
    written = {attribute for name in given for attribute in layer.aliases.get(name, (name,))}
    return {name for name in layer.model_fields_set if written.issuperset(layer.aliases.get(name, (name,)))}


def _literals(annotation: Any) -> Iterator[str]:
    for inner in get_args(annotation):
        if isinstance(inner, str):
            yield inner
        else:
            yield from _literals(inner)


def _at(model: Any, place: KeyPath) -> Any:
    for part in place:
        model = getattr(model, part) if isinstance(part, str) else model[part]
    return model


def without(layer: Layer, attribute: str) -> Layer | None:
    """The layer as it is if one attribute is never assigned; None if it cannot be."""
    given = {name: value for name, value in _plain(layer)["set"].items() if name != attribute}
    return _made(layer, {**_plain(layer), "set": given})


def exchanged(layer: Layer, place: KeyPath, member: str) -> Layer | None:
    """The layer with another member at a place; None if it cannot be."""
    data = _plain(layer)
    inner: Any = data
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = member
    return _made(layer, data)


def _plain(layer: Layer) -> dict[str, Any]:
    given = {name: getattr(layer.set, name) for name, _ in layer.set.given()}
    ordered = {n: v.model_dump(exclude_unset=True) if isinstance(v, BaseModel) else v for n, v in given.items()}
    return layer.model_dump(exclude_unset=True) | {"set": ordered}


def _made(layer: Layer, data: dict[str, Any]) -> Layer | None:
    try:
        return type(layer).model_validate(data)
    except ValueError:
        return None


def tells(case: Case, name: str, changed: Layer | None) -> bool:
    """Whether something else comes out of a case, or another refusal, when one of its layers is changed."""
    right = case.evaluation()
    if changed is None:
        return True
    tensors = {key: made.known for key, made in case.inputs.items()}
    weights = {key: made.known for key, made in case.weights.items()}
    layers = {**case.layers, name: changed}
    try:
        wrong = evaluate(layers, tensors, weights, Arithmetic())
    except NodeError:
        return True
    refusal = next(iter((*wrong.refusals, *exposed(layers, case.definition.outputs))), None)
    if right.refusal is not None or refusal is not None:
        return str(right.refusal) != str(refusal)
    return any(differ(right.tensors[output], wrong.tensors[output]) for output in case.definition.outputs)


def differ(right: Bounded, wrong: Bounded) -> bool:
    """Whether no result can be legal for both: their form differs, or an element by more than both bounds."""
    if (right.dtype, right.shape) != (wrong.dtype, wrong.shape):
        return True
    with np.errstate(invalid="ignore"):
        error = np.abs(right.ref - wrong.ref)
    error = np.where(np.isnan(error), np.inf, error)
    same = (right.ref == wrong.ref) | (np.isnan(right.ref) & np.isnan(wrong.ref))
    far = ~same & (error > right.bound + wrong.bound)
    return bool((far & ~right.undetermined & ~wrong.undetermined).any())
