"""A part of a network as one of its own: what its layers take from elsewhere become inputs and constants."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from trtexp.definition.network import Array
from trtexp.definition.readback import ReadLayer, ReadNetwork, ReadTensor
from trtexp.definition.steps import Ref, Value, references
from trtexp.layers.base import Layer
from trtexp.models.network import Network, of_records

#: A tensor by its name in the experiment -> its elements.
ValueOf = Callable[[str], Array]


def found(network: Network, text: str) -> list[str]:
    """The layers that a text names: by their names, or by what the model called them, their tensors or their nodes."""
    if text in network.layers:
        return [text]
    origins = network.origins.items()
    return [name for name, origin in origins if text in (origin.layer, origin.tensor)] or [
        name for name, origin in origins if text == origin.node
    ]


def between(network: Network, first: Collection[str], last: Collection[str]) -> frozenset[str]:
    """The layers on the ways from the first ones to the last ones, themselves included; none if there is no way."""
    makers = {tensor: name for name, layer in network.layers.items() for tensor in layer.output_tensors(name)}
    takes = {name: [t for _, t in layer.input_tensors().values()] for name, layer in network.layers.items()}
    ahead = {name: {makers[t] for t in tensors if t in makers} for name, tensors in takes.items()}
    behind: dict[str, set[str]] = {name: set() for name in takes}
    for name, near in ahead.items():
        for each in near:
            behind[each].add(name)
    return frozenset(_reached(last, ahead) & _reached(first, behind))


def _reached(start: Collection[str], near: Mapping[str, Collection[str]]) -> set[str]:
    done, waiting = set(start), list(start)
    while waiting:
        for name in near[waiting.pop()]:
            if name not in done:
                done.add(name)
                waiting.append(name)
    return done


def whole(network: Network, chosen: Collection[str]) -> list[str]:
    """The layers, in order, with all of each loop or conditional of which one is among them."""
    wanted = set(chosen)
    for owner in set(network.naming.owners.values()):
        inside = {owner, *network.layers[owner].hides(network.layers)}
        inside |= {name for name, layer in network.layers.items() if layer.owner and _owner(layer) == owner}
        if inside & wanted:
            wanted |= inside
    return [name for name in network.layers if name in wanted]


def _owner(layer: Layer) -> str:
    return str(getattr(layer, layer.owner or ""))


def cut(network: Network, chosen: Collection[str], value: ValueOf) -> tuple[Network, dict[str, Array]]:
    """The layers as a network of their own, and the values of its inputs.

    value: of each tensor that they take from elsewhere; one that tells a shape, or depends on no input, becomes a
    constant. Outputs are those tensors that other layers take, or the network gives. Raises Unread.
    """
    names = set(whole(network, chosen))
    origins = {network.origins[name].layer for name in names}
    layers = [layer for layer in network.read.layers if layer.name in origins]
    made = {tensor.name for layer in layers for tensor in layer.outputs}
    taken = dict.fromkeys(t for layer in layers for t in _taken(layer) if t not in made)
    others = {t for layer in network.read.layers if layer.name not in origins for t in _taken(layer)}
    varying = _varying(network.read)
    inputs: list[ReadTensor] = []
    constants: list[ReadLayer] = []
    weights = dict(network.read.weights)
    values: dict[str, Array] = {}
    for tensor in taken:
        read, array = network.read.tensors[tensor], value(network.naming.tensors[tensor])
        if tensor in varying and not read.shape_tensor:
            inputs.append(replace(read, shape=array.shape, dimensions=()))
            values[tensor] = array
        else:
            weights[tensor] = Array(array.dtype, (array.size,), array.bits)
            attributes: dict[str, Value] = {"shape": array.shape, "weights": Ref("weights", tensor)}
            constants.append(ReadLayer("CONSTANT", f"{tensor}_output", "", (), (read,), None, attributes))
    given = (*network.read.outputs, *others)
    ends = dict.fromkeys(t.name for layer in layers for t in layer.outputs if t.name in given)
    read_part = ReadNetwork(tuple(inputs), tuple(ends), (*constants, *layers), weights, _owners(network.read, layers))
    part = of_records(read_part, {**network.usual, **{layer.name: layer for layer in constants}})
    return part, {part.naming.tensors[tensor]: array for tensor, array in values.items()}


def _taken(layer: ReadLayer) -> Iterator[str]:
    """The tensors that a layer takes, those among its attributes included."""
    yield from (tensor for tensor in layer.inputs if tensor is not None)
    for attribute in layer.attributes.values():
        yield from (ref.name for ref in references(attribute) if ref.kind == "tensor")


def _varying(read: ReadNetwork) -> set[str]:
    """The tensors that depend on an input."""
    found = {tensor.name for tensor in read.inputs}
    while more := {
        tensor.name
        for layer in read.layers
        if found.intersection(_taken(layer))
        for tensor in layer.outputs
        if tensor.name not in found
    }:
        found |= more
    return found


def _owners(read: ReadNetwork, layers: Collection[ReadLayer]) -> dict[str, tuple[str, str]]:
    return {layer.owner: read.owners[layer.owner] for layer in layers if layer.owner is not None}
