"""Keys at the wrong level: a method that is none, attributes beside it, layers outside `network`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from trtexp.layers import LAYERS
from trtexp.layers.base import Layer
from trtexp.spec.brought import FLAGS
from trtexp.spec.errors import brief, nearest
from trtexp.spec.models import LayerModel
from trtexp.spec.spoken import Meant, meant, no_layer


def no_method(name: object, given: Any) -> str:
    """The message for a layer that does not say which one it is."""
    if isinstance(given, str) and (found := meant(given)):
        return f"{given!r} given; write {name}: {{{found.layer}: {{{_first(found)}}}}}"
    if found := meant(str(name)):
        inner = brief(given, 40, str) if isinstance(given, dict) else f"{{{_first(found)}}}"
        return f"a layer has a name of its own: write y: {{{found.layer}: {inner}}}"
    return "give a mapping with an add_… method, as in deconvolution_nd: {input: x, …}"


def is_method(name: object, keys: Collection[Any]) -> bool:
    """Whether a layer's arguments stand in the place of its method, since its name is one."""
    found = meant(str(name))
    return found is not None and any(key in arguments_of(LAYERS[found.layer]) for key in keys)


def beside(key: str, given: Any, model: type[Layer]) -> str:
    """The message for a key that stands beside a method and is none."""
    if key in model.settable().model_fields:
        return f"an attribute, which goes below set: write set: {{{key}: {brief(given, 40, str)}}}"
    if key in arguments_of(model):
        return f"an argument, which goes into {model.word}: {{…, {key}: {brief(given, 40, str)}}}"
    return no_layer(key)


def no_key(key: str, allowed: Sequence[str], groups: Mapping[str, Collection[Any]]) -> str:
    """The message for an outer key that there is not. groups: the names of layers, inputs and weights."""
    for group, names in groups.items():
        if key in names:
            return f"unknown key {key!r}; write {group}: {{{key}: …}}"
    if key.upper() in (*FLAGS, "PRECISION"):
        return (
            f"unknown key {key!r}; an input has dtype: float16; of the builder it is build: {{flags: {{FP16: true}}}}"
        )
    found = meant(key)
    if key in LayerModel.model_fields or (found is not None and nearest(key, allowed).startswith("give")):
        return f"unknown key {key!r}; a layer's place is network: {{y: {{{found.layer if found else key}: …}}}}"
    return f"unknown key {key!r}; {nearest(key, allowed)}"


def arguments_of(model: type[Layer]) -> list[str]:
    """What the method of a layer takes."""
    return [name for name in model.model_fields if name not in Layer.model_fields]


def _first(found: Meant) -> str:
    """The beginning of a layer's arguments."""
    first = next(iter(arguments_of(LAYERS[found.layer])), "")
    return ", ".join(filter(None, (f"{first}: x", found.argument)))
