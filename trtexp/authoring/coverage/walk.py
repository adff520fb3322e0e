"""The walk over the API of a release: every method of a layer, every attribute that can be assigned, every member."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from trtexp.layers import LAYERS
from trtexp.layers.base import Attributes, Kind
from trtexp.layers.tensor import TensorAttributes
from trtexp.migration.releases.api import NETWORK_CLASS, Release

#: The classes whose methods make layers -> the argument by which a layer of ours names their object.
MAKERS = {NETWORK_CLASS: None, "ILoop": "loop", "IIfConditional": "conditional"}
EVERY_LAYER, INPUTS, TYPES = "every layer", "inputs", "data types"
#: Given otherwise: names are the keys of YAML; an input's dtype and shape stand beside it.
GIVEN = {"name"}
GIVEN_TO_INPUTS = {"name", "dtype", "shape"}
#: Takes back what another method set, of which a network that is made once has no need; or reads only.
TAKEN_BACK = ("reset_", "get_", "is_", "output_type_is_set")


@dataclass(frozen=True, order=True)
class Feature:
    """One thing of the API. layer: the layer's word in YAML, or one of EVERY_LAYER, INPUTS and TYPES."""

    layer: str
    kind: Literal["method", "attribute", "member"]
    name: str


def features(release: Release) -> dict[Feature, bool]:
    """Everything that a release has for layers, and whether YAML has words for it."""
    return dict(_features(release))


def _features(release: Release) -> Iterator[tuple[Feature, bool]]:
    for maker, argument in MAKERS.items():
        for method in release.classes[maker]["methods"]:
            if not _makes_a_layer(maker, method):
                continue
            model = next((m for m in LAYERS.values() if (m.owner, m.method) == (argument, method)), None)
            layer = method.removeprefix("add_") if model is None else model.word
            yield Feature(layer, "method", method), model is not None
            kind = release.made_by(maker, method)
            if kind is not None:
                yield from _of_class(release, layer, kind, None if model is None else model.settable())
            if model is not None:
                yield from _members(release, layer, (model, model.settable()))
    yield from _of_class(release, EVERY_LAYER, "ILayer", Attributes)
    yield from _of_class(release, INPUTS, "ITensor", TensorAttributes)
    yield from _members(release, INPUTS, (TensorAttributes,))
    words = _words(tuple(LAYERS.values()), "DataType")
    yield from ((Feature(TYPES, "member", f"DataType.{m}"), m in words) for m in release.enums["DataType"])


def _makes_a_layer(maker: str, method: str) -> bool:
    return (method.startswith("add_") and (maker, method) != (NETWORK_CLASS, "add_input")) or method == "set_condition"


def _of_class(release: Release, layer: str, kind: str, words: type[BaseModel] | None) -> Iterator[tuple[Feature, bool]]:
    """The attributes and the setters of a class, but for those that it shares with every layer."""
    known = set() if words is None else set(words.model_fields)
    described = release.classes[kind]
    shared = (
        set(described["attributes"]) & set(release.classes["ILayer"]["attributes"]) if layer != EVERY_LAYER else set()
    )
    given = GIVEN_TO_INPUTS if layer == INPUTS else GIVEN
    for attribute in described["attributes"]:
        if attribute not in {*described["read_only"], *given, *shared}:
            yield Feature(layer, "attribute", attribute), attribute in known
    for method in described["methods"]:
        if kind not in MAKERS and not method.startswith(TAKEN_BACK):
            reachable = words is not None and (method == "set_input" or method.removeprefix("set_") in known)
            yield Feature(layer, "method", method), reachable


def _members(release: Release, layer: str, models: tuple[type[BaseModel], ...]) -> Iterator[tuple[Feature, bool]]:
    """The members of the enums that the fields of a layer name; DataType is counted once, for all layers."""
    for enum in sorted({enum for enum, _ in _literals(models)} - {"DataType"}):
        words = _words(models, enum)
        for member in release.enums.get(enum, ()):
            yield Feature(layer, "member", f"{enum}.{member}"), member in words


def _words(models: tuple[type[BaseModel], ...], enum: str) -> set[str]:
    return {word for found, words in _literals(models) if found == enum for word in words}


def _literals(models: tuple[type[BaseModel], ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(enum, the members that YAML may name) of each field of the models, and of the models in these fields."""
    for model in models:
        for field in model.model_fields.values():
            named = [m.name for m in field.metadata if isinstance(m, Kind)]
            yield from _in_annotation(field.annotation, named[0] if named else None)


def _in_annotation(annotation: Any, enum: str | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _literals((annotation,))
    elif get_origin(annotation) is Literal:
        if enum is not None:
            yield enum, get_args(annotation)
    else:
        if get_origin(annotation) is Annotated:
            enum = next((m.name for m in annotation.__metadata__ if isinstance(m, Kind)), enum)
        for inner in get_args(annotation):
            yield from _in_annotation(inner, enum)
