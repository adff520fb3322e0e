"""A layer that was read back -> its model. The rule is made of what the models say of themselves; where one differs, it
says so in `told`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.definition.steps import Member, Ref, Value
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer
from trtexp.layers.settable import kinds, tensor_arguments
from trtexp.numerics.format import shortest

#: Kind of layer -> the word of its model, where that is not the kind in small letters.
WORDS = {
    "CONVOLUTION": "convolution_nd",
    "DECONVOLUTION": "deconvolution_nd",
    "POOLING": "pooling_nd",
    "PADDING": "padding_nd",
    "SCALE": "scale_nd",
    "GATHER": "gather_v2",
    "DYNAMIC_QUANTIZE": "dynamic_quantize_v2",
}
NO_WEIGHTS = "none"  # the digest of the array that stands for weights without elements


class Unread(ValueError):
    """A layer of which no model can be made: one sentence with its name."""


@dataclass(frozen=True)
class Naming:
    """The names that experiments give to what a network holds: to tensors by their name there, to weights by their
    digest, to loops and conditionals by their key."""

    tensors: Mapping[str, str]
    weights: Mapping[str, str]
    owners: Mapping[str, str]

    def of(self, value: Value | Mapping[str, Value]) -> Any:
        """A value as an experiment has it."""
        if isinstance(value, Mapping):
            return {name: self.of(item) for name, item in value.items()}
        if isinstance(value, tuple):
            return [self.of(item) for item in value]
        if isinstance(value, Member):
            return value.name
        if isinstance(value, Ref):
            return (self.weights if value.kind == "weights" else self.tensors)[value.name]
        return short(value) if isinstance(value, float) else value


def short(value: float) -> float:
    """The number with the fewest digits that is the same float32, if it is one: what was 0.1 before it was read."""
    with np.errstate(over="ignore"):
        return float(shortest(value, "float32")) if float(np.float32(value)) == value else value


def inputs_of(layer: ReadLayer, tensors: Mapping[str, ReadTensor]) -> list[ReadTensor | None]:
    """The inputs of a layer, as they are made."""
    return [None if name is None else tensors[name] for name in layer.inputs]


def word_of(read: ReadLayer) -> str:
    """The word of the model of a layer. Raises Unread."""
    word = WORDS.get(read.kind, read.kind.lower())
    if read.attributes.get("is_v2") or (read.kind == "ATTENTION" and "causal_kind" in read.attributes):
        word = f"{word}_v2"
    if word not in LAYERS:
        raise Unread(f"{read.name}: trtexp has no model of a layer of the kind {read.kind}")
    return word


def arguments(read: ReadLayer, inputs: Sequence[ReadTensor | None], naming: Naming) -> dict[str, Any]:
    """What the constructor is given, and `set_input`. inputs: those of the layer, as they are made. Raises Unread."""
    model = LAYERS[word_of(read)]
    told = model.told(read, inputs)
    given = dict(_arguments(model, read, told, naming))
    taken = _placed(model, read)
    own = {model.operands.index(name) for name in kinds(model.settable()) if name in told and name in model.operands}
    behind = enumerate(read.inputs[: model.most_inputs()])  # what follows those is set by attributes
    rest = {i: naming.tensors[t] for i, t in behind if t is not None and i not in {*taken, *own}}
    return given | ({"set_input": rest} if rest else {})


def assigned(
    read: ReadLayer, fresh: ReadLayer | None, inputs: Sequence[ReadTensor | None], naming: Naming
) -> dict[str, Any]:
    """The attributes that differ from those of a layer that its constructor alone has made; all of them without it."""
    model = LAYERS[word_of(read)]
    told, usual = model.told(read, inputs), {} if fresh is None else model.told(fresh, inputs)
    given = {name for name, kind in kinds(model).items() if kind == "weights"}  # which a fresh layer goes without
    names = [name for name in model.settable().model_fields if name in told and name not in {*given, *model.aliases}]
    return {name: naming.of(told[name]) for name in names if fresh is None or told[name] != usual.get(name)}


def made(read: ReadLayer, data: Mapping[str, Any]) -> Layer:
    """The model of a layer. Raises Unread."""
    try:
        return LAYERS[word_of(read)].model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Unread(f"{read.name}: {place}: {first['input']!r} was read, which the model does not take") from error


def _arguments(
    model: type[Layer], read: ReadLayer, told: Mapping[str, Any], naming: Naming
) -> Iterator[tuple[str, Any]]:
    places = {name: i for i, name in _placed(model, read).items()}
    for name, field in model.model_fields.items():
        kind = kinds(model).get(name)
        if name in Layer.model_fields:
            continue
        if name == model.owner:
            yield name, naming.owners[read.owner or ""]
        elif kind == "tensor" and model.variadic:
            yield name, [naming.tensors[tensor] for tensor in read.inputs if tensor is not None]
        elif kind == "tensor":
            if name in places:
                yield name, naming.tensors[str(read.inputs[places[name]])]
        elif found := [told[each] for each in (name, *model.aliases.get(name, ())) if told.get(each) is not None]:
            yield name, naming.of(found[0])
        elif kind == "weights" and field.is_required():
            yield name, naming.weights[NO_WEIGHTS]
        elif field.is_required():
            raise Unread(f"{read.name}: {name} of a layer of the kind {read.kind} cannot be read back")


def _placed(model: type[Layer], read: ReadLayer) -> dict[int, str]:
    """Index of an input -> the argument of the constructor that gives it, of those that are there."""
    names = tensor_arguments(model)
    if model.variadic:
        return dict.fromkeys(range(len(read.inputs)), names[0])
    return {i: name for i, name in enumerate(names) if i < len(read.inputs) and read.inputs[i] is not None}
