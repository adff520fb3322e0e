"""What every layer is made of: a strict model of one `add_…` method, its lowering to calls, its float64 reference."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Literal, NoReturn, Protocol, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from trtexp.definition import NETWORK, Assign, Call, Member, Ref, Step, Value
from trtexp.numerics import Arithmetic, Bounded


@dataclass(frozen=True)
class Kind:
    """Marks a field: it names a `tensor`, a `weights` array or an `object`, or a member of one of TensorRT's enums."""

    name: str


Tensor = Annotated[str, Kind("tensor"), Field(description="the name of a tensor: an input, a layer, or layer.output")]
Object = Annotated[str, Kind("object"), Field(description="the name of a loop or a conditional")]
Weights = Annotated[str, Kind("weights"), Field(description="the name of an array under `weights`")]
Dims = Annotated[list[int], Field(description="one number per spatial dimension")]
PaddingMode = Annotated[
    Literal[
        "EXPLICIT_ROUND_DOWN", "EXPLICIT_ROUND_UP", "SAME_UPPER", "SAME_LOWER", "CAFFE_ROUND_DOWN", "CAFFE_ROUND_UP"
    ],
    Kind("PaddingMode"),
]
DataType = Annotated[
    Literal["FLOAT", "HALF", "BF16", "FP8", "E8M0", "FP4", "INT64", "INT32", "INT8", "UINT8", "INT4", "BOOL"],
    Kind("DataType"),
]


class LayerError(ValueError):
    """A constraint that does not hold: `path` is the place below the layer, the message says what is allowed."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path


class Model(BaseModel):
    """Strict and frozen: an unknown key is an error, and nothing is converted."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=True, defer_build=True)


class Attributes(Model):
    """The attributes of a layer that can be assigned; those given are assigned in the order of the file."""

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


class Tensors(Protocol):
    """The values of a network's tensors, computed when they are asked for."""

    layers: Mapping[str, Layer]
    weights: Mapping[str, Bounded]
    arithmetic: Arithmetic

    def value(self, tensor: str) -> Bounded: ...

    def inside(self, known: Mapping[str, Bounded], varying: frozenset[str]) -> Tensors:
        """The same network in which some tensors have other values, and the layers `varying` depend on them."""
        ...


class Layer(Model):
    """One layer: the constructor's arguments under TensorRT's names, and what is assigned afterwards.

    A subclass gives `method`, `interface`, its arguments as fields, the type of `set`, `check_inputs` and `evaluate`.
    `most_inputs`: how many inputs TensorRT gives the layer, those of `set_input` included. `aliases` says which
    attributes an argument or an attribute writes, where the names differ.
    """

    method: ClassVar[str]
    interface: ClassVar[str]
    key: ClassVar[str]  # the name in YAML: the method without add_, unless a class says otherwise
    owner: ClassVar[str | None] = None  # the argument that names the object whose method it is, if not the network
    most_inputs: ClassVar[int] = 1
    output_names: ClassVar[tuple[str, ...]] = ("",)  # the outputs' names after the layer's own; "" is the layer itself
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    set: Attributes = Attributes()
    """Attributes assigned after the layer is made, in the order of the file."""
    set_input: dict[int, Tensor] = {}
    """Inputs that are set afterwards: {index: tensor}."""
    check: bool = True
    """False: trtexp refuses nothing about this layer, so that TensorRT's own answer is the experiment."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "method" in cls.__dict__ and "key" not in cls.__dict__:
            cls.key = cls.method.removeprefix("add_")

    def state(self) -> Mapping[str, Any]:
        """The attributes as they stand at the end: arguments first, then assignments in the order of the file."""
        return self._state

    @cached_property
    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = {}
        for name, value in [*self._arguments(), *self.set.given()]:
            for attribute in self.aliases.get(name, (name,)):
                state[attribute] = value
        return state

    def refuse(self, attribute: str, message: str, label: str) -> NoReturn:
        """Raise a LayerError at whatever wrote the attribute last."""
        path: tuple[str, ...] = (self.key,)
        for name, _ in self._arguments():
            if attribute in (name, *self.aliases.get(name, ())):
                path = (self.key, name)
        for name, _ in self.set.given():
            if attribute in (name, *self.aliases.get(name, ())):
                path = ("set", name)
        raise LayerError(path, f"{message} [{label}]")

    def input_tensors(self) -> dict[int, tuple[tuple[str | int, ...], str]]:
        """{index: (place below the layer, tensor)}: the tensors of the constructor, then those of `set_input`."""
        found: dict[int, tuple[tuple[str | int, ...], str]] = {}
        for name, kind in kinds(type(self)).items():
            if kind == "tensor" and (value := getattr(self, name)) is not None:
                for tensor in [value] if isinstance(value, str) else value:
                    found[len(found)] = ((self.key, name), tensor)
        return found | {i: (("set_input", i), tensor) for i, tensor in self.set_input.items()}

    def weight_arrays(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """(place below the layer, attribute, array) of each weights array; the last one of an attribute stands."""
        for owner, prefix, pairs in (
            (type(self), self.key, self._arguments()),
            (type(self.set), "set", self.set.given()),
        ):
            for name, value in pairs:
                if kinds(owner).get(name) == "weights":
                    yield (prefix, name), self.aliases.get(name, (name,))[0], value

    def output_tensors(self, name: str) -> tuple[str, ...]:
        """The tensors that the layer makes, in TensorRT's order."""
        return tuple(f"{name}.{suffix}" if suffix else name for suffix in self.output_names)

    def steps(self, name: str) -> Iterator[Step]:
        """The API calls: the constructor, the assignments, then `set_input`."""
        arguments = {k: lowered(kinds(type(self)).get(k), v) for k, v in self._arguments() if k != self.owner}
        owner = NETWORK if self.owner is None else getattr(self, self.owner)
        yield Call(owner, self.method, arguments, name, self.output_tensors(name))
        for attribute, value in self.set.given():
            yield Assign(name, attribute, lowered(kinds(type(self.set)).get(attribute), value))
        for index, tensor in self.set_input.items():
            yield Call(name, "set_input", {"index": index, "tensor": Ref("tensor", tensor)})

    def hides(self, layers: Mapping[str, Layer]) -> frozenset[str]:
        """The layers whose tensors have no single value: those of a loop's body."""
        return frozenset()

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        """Refuse what is wrong with the layers around this one. Raises LayerError."""

    def pull(self, name: str, tensors: Tensors) -> tuple[Bounded, ...]:
        """The outputs, asking for the inputs' values; a layer that knows iterations or branches does it otherwise."""
        wanted = self.input_tensors()
        inputs: list[Any] = [
            tensors.value(wanted[i][1]) if i in wanted else None for i in range(max(wanted, default=-1) + 1)
        ]
        arrays = {attribute: tensors.weights[array] for _, attribute, array in self.weight_arrays()}
        self.check_inputs(inputs, arrays)
        return self.evaluate(inputs, arrays, tensors.arithmetic)

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        """Refuse what TensorRT refuses, with the labels of the docstring. Raises LayerError."""

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        """The outputs in float64 with their bounds; a layer without outputs has none to give."""
        if self.output_names:
            raise NotImplementedError
        return ()

    def _arguments(self) -> Iterator[tuple[str, Any]]:
        for name in type(self).model_fields:
            if name not in Layer.model_fields and name in self.model_fields_set:
                yield name, getattr(self, name)


@cache
def kinds(model: type[Model]) -> Mapping[str, str]:
    """field -> `tensor`, `weights`, `object` or the name of an enum, for the fields that name something."""
    return {
        name: kind.name
        for name, field in model.model_fields.items()
        for kind in [*(m for m in field.metadata if isinstance(m, Kind)), *_kinds_in(field.annotation)][:1]
    }


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


def masked_axes(mask: int, rank: int) -> list[int]:
    """The axes that a bit mask names, below a rank."""
    return [axis for axis in range(rank) if mask >> axis & 1]
