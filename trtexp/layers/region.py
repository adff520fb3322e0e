"""Which layers lie between the entries and the exits of a loop or of a conditional."""

from __future__ import annotations

from collections.abc import Mapping

from trtexp.layers.base import Layer
from trtexp.layers.network import NodeError


def between(layers: Mapping[str, Layer], entries: frozenset[str], exits: frozenset[str]) -> frozenset[str]:
    """The entries and all layers behind them, up to the exits, which are not among them."""
    found = entries
    while True:
        tensors = {tensor for name in found for tensor in layers[name].output_tensors(name)}
        more = found | {name for name, layer in layers.items() if name not in exits and tensors & set(takes(layer))}
        if more == found:
            return found
        found = more


def check_exits(layers: Mapping[str, Layer], inside: frozenset[str], exits: frozenset[str], message: str) -> None:
    """Refuse a layer inside from which no exit can be reached: its tensor is used outside, or not at all."""
    makers = {tensor: name for name, layer in layers.items() for tensor in layer.output_tensors(name)}
    useful: set[str] = set()
    found = set(exits)
    while found:
        useful |= found
        found = {makers[t] for name in found for t in takes(layers[name]) if t in makers} - useful
    for name in layers:
        if name in inside - useful:
            raise NodeError(name, (layers[name].key,), message)


def takes(layer: Layer) -> list[str]:
    """The tensors that a layer takes."""
    return [tensor for _, tensor in layer.input_tensors().values()]
