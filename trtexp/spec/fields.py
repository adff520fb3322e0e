"""What the models say of layers, in words: arguments and attributes with their types, members and text."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from trtexp.layers.base import Layer, Model
from trtexp.layers.settable import kinds
from trtexp.spec.descriptions import describe

_TYPES = {"integer": "int", "number": "float", "boolean": "bool", "string": "text", "object": "mapping"}
_NAMED = ("tensor", "weights", "object")


class Field(NamedTuple):
    """kind: its type in words; members: of its enum, whose name is `kind` then."""

    name: str
    kind: str
    members: tuple[str, ...]
    required: bool
    text: str


class Words(NamedTuple):
    """A layer's docstring: what it does, and its constraints, `C1: …` each."""

    about: str
    constraints: tuple[str, ...]


def arguments(layer: type[Layer]) -> list[Field]:
    """What the `add_…` method takes."""
    return [field for field in of_model(layer) if field.name not in Layer.model_fields]


def attributes(layer: type[Layer]) -> list[Field]:
    """What `set:` may assign, the layer's own first."""
    return of_model(layer.settable())


def words(layer: type[Layer]) -> Words:
    """What its docstring says, and the constraints of its base classes with it, by number."""
    about, own = _split(layer)
    bases = (base for base in layer.__mro__[1:] if issubclass(base, Layer) and base is not Layer)
    every = [*own, *(one for base in bases for one in _split(base).constraints)]
    by_label = {one.partition(":")[0]: one for one in reversed(every)}  # the nearest class has the last word
    return Words(about, tuple(sorted(by_label.values(), key=lambda one: int(one.partition(":")[0][1:]))))


def _split(layer: type[Layer]) -> Words:
    text = " ".join(inspect.cleandoc(layer.__doc__ or "").split())
    about, *constraints = re.split(r" (?=C\d+: )", text)
    return Words(about, tuple(constraints))


def of_model(model: type[BaseModel]) -> list[Field]:
    """The fields of a model, its own first."""
    schema = model.model_json_schema()
    parts = {model.__name__: schema, **schema.get("$defs", {})}
    describe(parts)
    required, named = schema.get("required", ()), kinds(model)
    bases = [base for base in model.__mro__[1:] if issubclass(base, Model)]
    inherited = {field.alias or name for base in bases for name, field in base.model_fields.items()}
    found = []
    for name, part in schema.get("properties", {}).items():
        kind, members = _kind(part, parts)
        if name in named:
            kind = kind.replace("text", named[name]) if named[name] in _NAMED else named[name]
        found.append(Field(name, kind, members, name in required, part.get("description", "")))
    return sorted(found, key=lambda field: field.name in inherited)


def _alternatives(kinds: list[str]) -> str:
    *rest, last = dict.fromkeys(kinds)
    said = " or ".join(rest)
    return f"{said} or a list of these" if last == f"list of {said}" else " or ".join([*rest, last])


def _kind(part: Mapping[str, Any], parts: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """A type in words, and the members if it is an enum."""
    if "$ref" in part:
        return _kind(parts[part["$ref"].rpartition("/")[2]], parts)
    if "enum" in part:
        return "text", tuple(map(str, part["enum"]))
    if "const" in part:
        return "text", (str(part["const"]),)
    if choices := part.get("anyOf", part.get("oneOf")):
        found = [_kind(one, parts) for one in choices if one.get("type") != "null"]
        return _alternatives([kind for kind, _ in found]), tuple(m for _, members in found for m in members)
    if part.get("type") == "array":
        kind, members = _kind(part.get("items", {}), parts)
        return f"list of {kind}", members
    return _TYPES.get(part.get("type", ""), "any"), ()
