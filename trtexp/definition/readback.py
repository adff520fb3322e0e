"""What a network that TensorRT holds says of itself, as plain records: read by the engine, made into layers in front.

Tensors and layers have the names that they have in the network, which need not be names of an experiment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from trtexp.definition.network import Array
from trtexp.definition.steps import Value, value_from_json, value_to_json


@dataclass(frozen=True)
class ReadTensor:
    """A tensor. shape: -1 is an open dimension, None where TensorRT cannot infer it. shape_tensor: whether TensorRT
    computes it while it infers shapes. dimensions: the name of each, empty for one without."""

    name: str
    dtype: str
    shape: tuple[int, ...] | None
    shape_tensor: bool = False
    dimensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadLayer:
    """A layer. kind: the member of LayerType; the two layers of an attention are one, ATTENTION. inputs: the tensors by
    name, None for an input that is not set. owner: the key of the loop or the conditional that it belongs to.
    attributes: those that have a value; weights are Ref("weights", digest)."""

    kind: str
    name: str
    metadata: str
    inputs: tuple[str | None, ...]
    outputs: tuple[ReadTensor, ...]
    owner: str | None
    attributes: Mapping[str, Value]


@dataclass(frozen=True)
class ReadNetwork:
    """A network. outputs: tensors by name. weights: by digest. owners: by key, `loop` or `if_conditional` and its
    name."""

    inputs: tuple[ReadTensor, ...]
    outputs: tuple[str, ...]
    layers: tuple[ReadLayer, ...]
    weights: Mapping[str, Array] = field(default_factory=dict, repr=False)
    owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @cached_property
    def tensors(self) -> Mapping[str, ReadTensor]:
        """Every tensor by its name."""
        made = (tensor for layer in self.layers for tensor in layer.outputs)
        return {tensor.name: tensor for tensor in (*self.inputs, *made)}

    def to_json(self) -> str:
        """All but the bits of the weights."""
        return json.dumps(
            {
                "inputs": [vars(tensor) for tensor in self.inputs],
                "outputs": self.outputs,
                "layers": [_layer_to_json(layer) for layer in self.layers],
                "owners": self.owners,
            }
        )

    @classmethod
    def from_json(cls, text: str, weights: Mapping[str, Array]) -> ReadNetwork:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        return cls(
            inputs=tuple(map(_tensor_from_json, data["inputs"])),
            outputs=tuple(data["outputs"]),
            layers=tuple(map(_layer_from_json, data["layers"])),
            weights=weights,
            owners={key: (kind, name) for key, (kind, name) in data["owners"].items()},
        )


def _layer_to_json(layer: ReadLayer) -> dict[str, Any]:
    attributes = {name: value_to_json(value) for name, value in layer.attributes.items()}
    return {**vars(layer), "outputs": [vars(tensor) for tensor in layer.outputs], "attributes": attributes}


def _layer_from_json(data: Mapping[str, Any]) -> ReadLayer:
    return ReadLayer(
        kind=data["kind"],
        name=data["name"],
        metadata=data["metadata"],
        inputs=tuple(data["inputs"]),
        outputs=tuple(map(_tensor_from_json, data["outputs"])),
        owner=data["owner"],
        attributes={name: value_from_json(value) for name, value in data["attributes"].items()},
    )


def _tensor_from_json(data: Mapping[str, Any]) -> ReadTensor:
    shape = data["shape"]
    return ReadTensor(
        data["name"],
        data["dtype"],
        None if shape is None else tuple(shape),
        data["shape_tensor"],
        tuple(data["dimensions"]),
    )
