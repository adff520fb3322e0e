"""A network that was read back -> the layers, inputs and weights of an experiment, with the names of both sides.

    read = definer.read([definition])[0].network      # a definition with a Parse step, or any other
    network = made_of(read, definer.read)             # Network: models of layers, arrays, names
    network.layers, network.weights, network.inputs   # what `layers.network.Values` and the spec take
    network.tensors["conv1"] == "/conv/Conv_output_0"  # the name in TensorRT's network of each tensor of the layers

`Network.steps` and `Network.definition(options)` give the same network as a definition, all tensors under their new
names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from trtexp.definition.network import Array, BuildOptions, Input, NetworkDefinition
from trtexp.definition.readback import ReadLayer, ReadNetwork, ReadTensor
from trtexp.definition.steps import Step, references
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer, Origin
from trtexp.layers.network import steps
from trtexp.layers.reading import NO_WEIGHTS, Naming, arguments, assigned, inputs_of, made, word_of
from trtexp.layers.tensor import TensorAttributes
from trtexp.models.fresh import ReadBack, fresh
from trtexp.models.names import Names, of_tensor


@dataclass(frozen=True, eq=False)
class Network:
    """data: what YAML gives of each layer, before it is validated. naming: from TensorRT's names to these. read: what
    all was made of. usual: of each layer by TensorRT's name, what its constructor alone gives."""

    inputs: Mapping[str, ReadTensor]
    weights: Mapping[str, Array]
    layers: Mapping[str, Layer]
    data: Mapping[str, Mapping[str, Any]]
    outputs: tuple[str, ...]
    naming: Naming
    read: ReadNetwork = field(repr=False)
    usual: Mapping[str, ReadLayer | None] = field(repr=False)

    @cached_property
    def tensors(self) -> Mapping[str, str]:
        """The name of a tensor here -> its name in TensorRT's network."""
        return {new: old for old, new in self.naming.tensors.items()}

    @cached_property
    def origins(self) -> Mapping[str, Origin]:
        """What each layer is called in TensorRT's network."""
        return {name: layer.origin or Origin() for name, layer in self.layers.items()}

    def attributes(self, name: str) -> dict[str, Any]:
        """What is set of an input: the names of its dimensions."""
        names = [{"index": i, "name": text} for i, text in enumerate(self.inputs[name].dimensions) if text]
        return {"dimension_name": names} if names else {}

    @property
    def steps(self) -> tuple[Step, ...]:
        """The API calls, in order."""
        given = {name: TensorAttributes.model_validate(self.attributes(name)) for name in self.inputs}
        return (*(step for name, attributes in given.items() for step in attributes.steps(name)), *steps(self.layers))

    def definition(self, options: BuildOptions) -> NetworkDefinition:
        """The network of these layers."""
        flow = self.steps
        used = {ref.name for step in flow for ref in references(step) if ref.kind == "weights"}
        return NetworkDefinition(
            inputs=tuple(Input(name, tensor.dtype, tensor.shape or ()) for name, tensor in self.inputs.items()),
            weights={name: array for name, array in self.weights.items() if name in used},
            steps=flow,
            outputs=self.outputs,
            options=options,
        )


def made_of(read: ReadNetwork, read_back: ReadBack) -> Network:
    """The layers of a network. read_back: asks the same release of further networks. Raises Unread."""
    return of_records(read, fresh(read_back, read))


def of_records(read: ReadNetwork, usual: Mapping[str, ReadLayer | None]) -> Network:
    """The same where it is known what each layer tells that its constructor alone has made. Raises Unread."""
    found = _Naming(read)
    order = _sorted(read)
    layers: dict[str, Layer] = {}
    data: dict[str, Mapping[str, Any]] = {}
    for layer in order:
        owner = layer.owner and found.naming.owners[layer.owner]
        if owner and owner not in layers:
            kind, name = read.owners[layer.owner or ""]
            given = {"origin": {"layer": name}}
            layers[owner], data[owner] = _entered(LAYERS[kind].model_validate(given), given)
        inputs = inputs_of(layer, read.tensors)
        whole = arguments(layer, inputs, found.naming)
        if attributes := assigned(layer, usual.get(layer.name), inputs, found.naming):
            whole["set"] = attributes
        whole["origin"] = _origin(layer)
        layers[found.layers[layer.name]], data[found.layers[layer.name]] = _entered(made(layer, whole), whole)
    return Network(
        {found.naming.tensors[tensor.name]: tensor for tensor in read.inputs},
        {new: read.weights.get(digest, _NONE) for digest, new in found.naming.weights.items()},
        layers,
        data,
        tuple(found.naming.tensors[tensor] for tensor in read.outputs),
        found.naming,
        read,
        usual,
    )


def _origin(layer: ReadLayer) -> dict[str, str]:
    """What a layer was called, as far as it was called anything."""
    first = layer.outputs[0].name if layer.outputs else ""
    told = {"layer": layer.name, "tensor": first, "node": node_of(layer.metadata)}
    return {key: text for key, text in told.items() if text}


def _entered(layer: Layer, given: Mapping[str, Any]) -> tuple[Layer, Mapping[str, Any]]:
    """A layer, and what YAML says of it."""
    beside = {key: given[key] for key in ("set", "set_input", "origin") if key in given}
    return layer, {layer.word: {key: given[key] for key in given if key not in beside}, **beside}


_NONE = Array("float32", (0,), np.zeros(0, np.float32))


def node_of(metadata: str) -> str:
    """The node of an ONNX model in what its parser says of a layer: `[ONNX Layer: Conv_0]`."""
    _, found, rest = metadata.partition("[ONNX Layer: ")
    return rest.partition("]")[0] if found else ""


class _Naming:
    """layers: the name of a layer there -> its name here."""

    def __init__(self, read: ReadNetwork) -> None:
        names = Names()
        tensors = {tensor.name: names.give(tensor.name, "x") for tensor in read.inputs}
        self.layers: dict[str, str] = {}
        for layer in read.layers:
            first = of_tensor(layer.outputs[0].name, layer.name) if layer.outputs else layer.name
            self.layers[layer.name] = name = names.give(first)
            made = LAYERS[word_of(layer)]
            for tensor, suffix in zip(layer.outputs, made.output_names, strict=False):
                tensors[tensor.name] = f"{name}.{suffix}" if suffix else name
        owners = {key: names.give(name, kind) for key, (kind, name) in read.owners.items()}
        arrays, weights = Names(), dict[str, str]()
        for layer in read.layers:
            for attribute, value in layer.attributes.items():
                for ref in references(value):
                    if ref.kind == "weights" and ref.name not in weights:
                        own = self.layers[layer.name]
                        weights[ref.name] = arrays.give(own if layer.kind == "CONSTANT" else f"{own}_{attribute}")
        weights[NO_WEIGHTS] = arrays.give(NO_WEIGHTS)
        self.naming = Naming(tensors, weights, owners)


def _sorted(read: ReadNetwork) -> list[ReadLayer]:
    """The layers in their order, but each behind those that make its inputs; a recurrence waits for the first alone."""
    makers = {tensor.name: layer for layer in read.layers for tensor in layer.outputs}
    done: dict[str, ReadLayer] = {}
    for layer in read.layers:
        waiting = [layer]
        while waiting:
            ahead = [makers[t] for t in _needed(waiting[-1]) if t in makers and makers[t].name not in done]
            if ahead and len(waiting) <= len(read.layers):
                waiting += ahead
            else:
                last = waiting.pop()
                done.setdefault(last.name, last)
    return list(done.values())


def _needed(layer: ReadLayer) -> Iterator[str]:
    inputs: Sequence[str | None] = layer.inputs[:1] if layer.kind == "RECURRENCE" else layer.inputs
    yield from (tensor for tensor in inputs if tensor is not None)
