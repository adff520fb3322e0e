"""The proof of an import: the network that its layers make tells of itself what the imported one told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trtexp.definition.readback import ReadLayer, ReadNetwork, ReadTensor
from trtexp.definition.steps import Ref, Value, written
from trtexp.layers import LAYERS
from trtexp.layers.reading import inputs_of, word_of
from trtexp.models.network import Network


def differences(network: Network, again: ReadNetwork) -> Iterator[str]:
    """A sentence for each difference between the network that was imported and `again`, read back of what its layers
    made: kinds, attributes, bits of weights, inputs, types, shapes, names of dimensions, outputs.

    Permutations are compared up to the rank: what stands behind that depends on how they were set.
    """
    first, second = network.read, again
    before = {layer.name: layer for layer in first.layers}
    after = {layer.name: layer for layer in second.layers}
    for name in network.layers:
        old, new = before.get(network.origins[name].layer), after.pop(name, None)
        if name in network.naming.owners.values():
            continue
        if old is None or new is None:
            yield f"{name}: a layer that only one of the two has"
            continue
        told = _facts(old, first.tensors, {}), _facts(new, second.tensors, network.tensors)
        for key in dict.fromkeys((*told[0], *told[1])):
            if told[0].get(key) != told[1].get(key):
                yield f"{name}: {key} was {told[0].get(key)} and is {told[1].get(key)}"
    yield from (f"{name}: a layer that only one of the two has" for name in after)
    for what, ours, theirs in (("inputs", network.inputs, second.inputs), ("outputs", network.outputs, second.outputs)):
        given = [tensor.name if isinstance(tensor, ReadTensor) else tensor for tensor in theirs]
        if list(ours) != given:
            yield f"{what} were {', '.join(ours)} and are {', '.join(given)}"
    for name, tensor in zip(network.inputs, second.inputs, strict=False):
        if (was := _form(network.inputs[name])) != (now := _form(tensor)):
            yield f"{name}: was {was} and is {now}"


def _facts(layer: ReadLayer, tensors: Mapping[str, ReadTensor], names: Mapping[str, str]) -> dict[str, str]:
    """What a layer tells, as text. names: of tensors, where they have others in the network that was imported."""
    inputs = inputs_of(layer, tensors)
    told = LAYERS[word_of(layer)].told(layer, inputs)
    found = {key: _text(value, names) for key, value in told.items()} | {"kind": layer.kind}
    found |= {f"input {i}": names.get(tensor.name, tensor.name) for i, tensor in enumerate(inputs) if tensor}
    return found | {f"output {i}": _form(tensor) for i, tensor in enumerate(layer.outputs)}


def _text(value: Value | Mapping[str, Value], names: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_text(item, names)}" for key, item in value.items())
    if isinstance(value, Ref) and value.kind == "tensor":
        return names.get(value.name, value.name)
    return value.hex() if isinstance(value, float) else written(value)


def _form(tensor: ReadTensor) -> str:
    shape = "a shape that cannot be inferred" if tensor.shape is None else str(list(tensor.shape))
    names = f", dimensions {', '.join(tensor.dimensions)}" if tensor.dimensions else ""
    return f"{tensor.dtype} {shape}{', computed with the shapes' * tensor.shape_tensor}{names}"
