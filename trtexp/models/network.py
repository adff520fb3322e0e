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
from trtexp.layers.base import Layer
from trtexp.layers.network import steps
from trtexp.layers.reading import NO_WEIGHTS, Naming, arguments, assigned, inputs_of, made, word_of
from trtexp.layers.tensor import TensorAttributes
from trtexp.models.fresh import ReadBack, fresh
from trtexp.models.names import Names, of_tensor


@dataclass(frozen=True)
class Origin:
    """What TensorRT's network calls a layer and its first output, and the node of the model that it was made for."""

    layer: str
    tensor: str = ""
    node: str = ""


@dataclass(frozen=True, eq=False)
class Network:
    """data: what YAML gives of each layer, before it is validated. naming: from TensorRT's names to these. read: what
    all was made of."""

    inputs: Mapping[str, ReadTensor]
    weights: Mapping[str, Array]
    layers: Mapping[str, Layer]
    data: Mapping[str, Mapping[str, Any]]
    outputs: tuple[str, ...]
    origins: Mapping[str, Origin]
    naming: Naming
    read: ReadNetwork = field(repr=False)

    @cached_property
    def tensors(self) -> Mapping[str, str]:
        """The name of a tensor here -> its name in TensorRT's network."""
        return {new: old for old, new in self.naming.tensors.items()}

    def named(self, name: str) -> TensorAttributes:
        """What is set of an input: the names of its dimensions."""
        names = [{"index": i, "name": text} for i, text in enumerate(self.inputs[name].dimensions) if text]
        return TensorAttributes.model_validate({"dimension_name": names} if names else {})

    @property
    def steps(self) -> tuple[Step, ...]:
        """The API calls, in order."""
        return (*(step for name in self.inputs for step in self.named(name).steps(name)), *steps(self.layers))

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
    found = _Naming(read)
    order = _sorted(read)
    usual = fresh(read_back, read)
    layers: dict[str, Layer] = {}
    data: dict[str, Mapping[str, Any]] = {}
    origins: dict[str, Origin] = {}
    for layer in order:
        owner = layer.owner and found.naming.owners[layer.owner]
        if owner and owner not in layers:
            kind, name = read.owners[layer.owner or ""]
            layers[owner], data[owner], origins[owner] = LAYERS[kind](), {kind: {}}, Origin(name)
        inputs = inputs_of(layer, read.tensors)
        given = arguments(layer, inputs, found.naming)
        attributes = assigned(layer, usual.get(layer.name), inputs, found.naming)
        whole = given | ({"set": attributes} if attributes else {})
        name = found.layers[layer.name]
        layers[name] = made(layer, whole)
        beside = {key: whole.pop(key) for key in ("set", "set_input") if key in whole}
        data[name] = {word_of(layer): whole, **beside}
        first = layer.outputs[0].name if layer.outputs else ""
        origins[name] = Origin(layer.name, first, node_of(layer.metadata))
    return Network(
        {found.naming.tensors[tensor.name]: tensor for tensor in read.inputs},
        {new: read.weights.get(digest, _NONE) for digest, new in found.naming.weights.items()},
        layers,
        data,
        tuple(found.naming.tensors[tensor] for tensor in read.outputs),
        origins,
        found.naming,
        read,
    )


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
