"""Which layers lie between the entries and the exits of a loop or of a conditional."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from trtexp.layers.base import Layer
from trtexp.layers.network import NodeError


def between(layers: Mapping[str, Layer], entries: frozenset[str], exits: frozenset[str]) -> frozenset[str]:
    """The entries and all layers behind them, up to the exits, which are not among them."""
    if not entries:
        return entries
    takers: dict[str, list[str]] = {}
    for name, layer in layers.items():
        for tensor in takes(layer) if name not in exits else ():
            takers.setdefault(tensor, []).append(name)
    return _reached(entries, lambda name: (t for y in layers[name].output_tensors(name) for t in takers.get(y, ())))


def check_exits(layers: Mapping[str, Layer], inside: frozenset[str], exits: frozenset[str], message: str) -> None:
    """Refuse a layer inside from which no exit can be reached: its tensor is used outside, or not at all.

    A layer without outputs, as a condition, is an exit, too.
    """
    ends = {name for name in inside | exits if name in exits or not layers[name].output_tensors(name)}
    useful = ends | before(layers, inside, {tensor for name in ends for tensor in takes(layers[name])})
    for name in layers:
        if name in inside - useful:
            raise NodeError(name, (layers[name].word,), message)


def exposed(layers: Mapping[str, Layer], outputs: Collection[str]) -> Iterator[NodeError]:
    """The refusals of outputs that have no single value."""
    owners = {str(getattr(layer, layer.owner)) for layer in layers.values() if layer.owner is not None}
    for name in (each for each in layers if each in owners):  # of thousands of empty loops nothing is asked
        try:
            layers[name].check_outputs(name, layers, outputs)
        except NodeError as error:
            yield error


def before(layers: Mapping[str, Layer], inside: frozenset[str], tensors: set[str]) -> frozenset[str]:
    """The layers inside that these tensors are computed by."""
    makers = {tensor: name for name in inside for tensor in layers[name].output_tensors(name)}
    last = frozenset(makers[tensor] for tensor in tensors if tensor in makers)
    return _reached(last, lambda name: (makers[tensor] for tensor in takes(layers[name]) if tensor in makers))


def _reached(start: frozenset[str], following: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """All that can be reached, step by step."""
    found, waiting = set(start), list(start)
    while waiting:
        for name in following(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found)


def takes(layer: Layer) -> list[str]:
    """The tensors that a layer takes."""
    return [tensor for _, tensor in layer.input_tensors().values()]
