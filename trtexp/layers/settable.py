"""Strict models of what YAML gives, the kinds of their fields, and how their values stand in a definition."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, PrivateAttr, model_validator

from trtexp.definition.steps import Assign, Call, Member, Ref, Step, Value


@dataclass(frozen=True)
class Kind:
    """Marks a field: it names a `tensor`, a `weights` array or an `object`, or a member of one of TensorRT's enums."""

    name: str


@dataclass(frozen=True)
class Default:
    """Marks an attribute whose value depends on the layer if it is left out: in words, or one for every axis."""

    value: str | float


#: The default of an attribute that the constructor always gives.
GIVEN: Any = None


class Model(BaseModel):
    """Strict and frozen: an unknown key is an error, and nothing is converted."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=True, defer_build=True)


class Origin(Model):
    """What an imported network calls a layer; reports show it beside the layer's own name."""

    layer: str = ""
    """The layer."""
    tensor: str = ""
    """Its first output."""
    node: str = ""
    """The node of the ONNX model that it was made for."""


class Arguments(Model):
    """The arguments of a `set_…` method, which stands under its name without `set_` among the attributes; in a list,
    those of several calls."""


class Settable(Model):
    """What `set:` may give of an object of TensorRT; what is given is assigned in the order of the file."""

    _order: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="wrap")
    @classmethod
    def _keep_order(cls, data: Any, handler: Any) -> Any:
        made = handler(data)
        if isinstance(data, Mapping):
            made._order = tuple(data)
        return made

    def given(self) -> Iterator[tuple[str, Any]]:
        """(attribute, value) in the order of the file."""
        for name in self._order:
            yield name, getattr(self, name)

    def steps(self, name: str) -> Iterator[Step]:
        """The assignments to the object of that name; what TensorRT sets by a method is a call."""
        for attribute, value in self.given():
            if calls := _calls(value):
                yield from (Call(name, f"set_{attribute}", {k: lowered(kind, v) for k, kind, v in c}) for c in calls)
            else:
                yield Assign(name, attribute, lowered(kinds(type(self)).get(attribute), value))

    def tensors(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """(place, tensor) of each tensor among the values."""
        for attribute, value in self.given():
            if calls := _calls(value):
                yield from (((attribute, k), v) for call in calls for k, kind, v in call if kind == "tensor")
            elif kinds(type(self)).get(attribute) == "tensor" and value is not None:
                yield (attribute,), value


def _calls(value: Any) -> list[list[tuple[str, str | None, Any]]]:
    """The arguments of the calls that a value stands for: of one, or of several of the same method."""
    several = value if isinstance(value, list) else [value]
    return [list(named(each)) for each in several if isinstance(each, Arguments)]


def named(arguments: Arguments) -> Iterator[tuple[str, str | None, Any]]:
    """(name, kind, value) of each argument that is given."""
    for name in type(arguments).model_fields:
        if name in arguments.model_fields_set:
            yield name, kinds(type(arguments)).get(name), getattr(arguments, name)


@cache
def kinds(model: type[Model]) -> Mapping[str, str]:
    """field -> `tensor`, `weights`, `object` or the name of an enum, for the fields that name something."""
    return {
        name: kind.name
        for name, field in model.model_fields.items()
        for kind in [*(m for m in field.metadata if isinstance(m, Kind)), *_kinds_in(field.annotation)][:1]
    }


def tensor_arguments(model: type[Model]) -> tuple[str, ...]:
    """The fields that are tensors."""
    return tuple(name for name, kind in kinds(model).items() if kind == "tensor")


def _kinds_in(annotation: Any) -> Iterator[Kind]:
    if get_origin(annotation) is Annotated:
        yield from (m for m in annotation.__metadata__ if isinstance(m, Kind))
    if get_origin(annotation) in (Union, types.UnionType, Annotated, list):
        for inner in get_args(annotation):
            yield from _kinds_in(inner)


def lowered(kind: str | None, value: Any) -> Value:
    """A field's value as it stands in a definition."""
    if isinstance(value, list):
        return tuple(lowered(kind, v) for v in value)
    if kind is None or value is None:
        return value  # type: ignore[no-any-return]
    return Ref(kind, value) if kind in ("tensor", "weights", "object") else Member(kind, value)
