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
    """Refuse a layer inside from which no exit can be reached: its tensor is used outside, or not at all.

    A layer without outputs, as a condition, is an exit, too.
    """
    ends = {name for name in inside | exits if name in exits or not layers[name].output_tensors(name)}
    useful = ends | before(layers, inside, {tensor for name in ends for tensor in takes(layers[name])})
    for name in layers:
        if name in inside - useful:
            raise NodeError(name, (layers[name].word,), message)


def before(layers: Mapping[str, Layer], inside: frozenset[str], tensors: set[str]) -> frozenset[str]:
    """The layers inside that these tensors are computed by."""
    found: set[str] = set()
    while True:
        more = {name for name in inside if tensors & set(layers[name].output_tensors(name))} - found
        if not more:
            return frozenset(found)
        found |= more
        tensors = {tensor for name in more for tensor in takes(layers[name])}


def takes(layer: Layer) -> list[str]:
    """The tensors that a layer takes."""
    return [tensor for _, tensor in layer.input_tensors().values()]
