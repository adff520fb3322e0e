"""What the parser computes itself, before there is a network: the scale and the shift of a batch normalization.

No device can show whether these are right. The parser computes in float32 scale' = scale / sqrt(var + epsilon) and
shift' = bias - mean · scale'. A sum, a root and a quotient make scale' at most 1/2 + 1 + 1 roundings u wrong; a product
and a difference more make shift' 4.5 u (|bias| + |mean · scale'|) wrong. What is of higher order is far less than the
half rounding that is added to both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trtexp.layers.base import Layer
from trtexp.layers.scale import ScaleNd
from trtexp.models.network import Network
from trtexp.numerics import UNIT, decode

ALLOWED = {"scale": 3.0, "shift": 5.0}  # roundings
EPSILON = 1e-5  # where the node gives none. Source: ONNX operators, BatchNormalization


@dataclass(frozen=True)
class Folded:
    """A node that became a scale layer. off: the largest error of its scale and its shift, as a share of what is
    allowed; more than 1 is a fault of the parser."""

    node: str
    tensor: str
    off: float


def folded(data: bytes, network: Network) -> list[Folded]:
    """Every batch normalization of a model whose numbers are known. Raises ModuleNotFoundError without the package
    onnx."""
    from onnx import load_model_from_string

    graph = load_model_from_string(data).graph
    known = dict(_constants(graph))
    layers = {network.origins[name].tensor: layer for name, layer in network.layers.items()}
    return list(_each(graph, known, layers, network))


def _each(graph: Any, known: Mapping[str, Any], layers: Mapping[str, Layer], network: Network) -> Iterator[Folded]:
    from onnx import numpy_helper

    for node in graph.node:
        layer = layers.get(node.output[0]) if node.op_type == "BatchNormalization" else None
        if not isinstance(layer, ScaleNd) or not all(name in known for name in node.input[1:]):
            continue
        epsilon = next((each.f for each in node.attribute if each.name == "epsilon"), EPSILON)
        scale, bias, mean, variance = (numpy_helper.to_array(known[name]).astype(np.float64) for name in node.input[1:])
        wanted = scale / np.sqrt(variance + np.float64(np.float32(epsilon)))
        found = [decode(network.weights[name or ""]).astype(np.float64) for name in (layer.scale, layer.shift)]
        u = UNIT["float32"]
        off = [
            _share(found[0] - wanted, ALLOWED["scale"] * u * np.abs(wanted)),
            _share(found[1] - (bias - mean * wanted), ALLOWED["shift"] * u * (np.abs(bias) + np.abs(mean * wanted))),
        ]
        yield Folded(node.name, node.output[0], max(off))


def _share(error: np.ndarray, allowed: np.ndarray) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(error == 0, 0.0, np.abs(error) / allowed)
    return float(np.nan_to_num(share, nan=np.inf).max(initial=0.0))


def _constants(graph: Any) -> Iterator[tuple[str, Any]]:
    """The arrays that the graph holds, as they are there, by the names of their tensors."""
    yield from ((tensor.name, tensor) for tensor in graph.initializer)
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
            yield node.output[0], node.attribute[0].t
