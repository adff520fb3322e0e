"""A network as a mermaid graph, which GitHub draws: which layer takes what from whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trtexp.records.network import LayerRecord

MOST = 40  # layers of a graph that can still be read
_ACROSS = 6  # layers that are drawn from left to right; more go down


def graph(layers: Sequence[LayerRecord], outputs: Sequence[str]) -> str:
    """The text of the graph. Layers of a loop or a conditional stand in a box; outputs have a thick border."""
    makers = {tensor: layer for layer in layers for tensor in layer.makes}
    inputs = dict.fromkeys(tensor for layer in layers for tensor in layer.takes if tensor not in makers)
    ids = {layer.name: f"n{i}" for i, layer in enumerate(layers)} | {name: f"x{i}" for i, name in enumerate(inputs)}
    lines = [f"flowchart {'LR' if len(layers) <= _ACROSS else 'TB'}"]
    lines += [f"  {ids[name]}([{_quoted(name)}])" for name in inputs]
    lines += _boxes(layers, ids)
    for layer in layers:
        for tensor in dict.fromkeys(layer.takes):
            maker = makers.get(tensor)
            named = "" if maker is None or tensor == maker.makes[0] else f"|{_quoted(tensor.rpartition('.')[2])}|"
            lines.append(f"  {ids[maker.name if maker else tensor]} -->{named} {ids[layer.name]}")
    last = dict.fromkeys(ids[makers[tensor].name] for tensor in outputs if tensor in makers)
    if last:
        lines += ["  classDef output stroke-width:3px", f"  class {','.join(last)} output"]
    return "\n".join(lines)


def _boxes(layers: Sequence[LayerRecord], ids: dict[str, str]) -> Iterator[str]:
    """The layers in their order; those of a loop or a conditional stand in its box, in place of it."""
    inside: dict[str, set[str]] = {}
    for owner in dict.fromkeys(layer.within for layer in layers if layer.within is not None):
        inside[owner] = _inside(layers, owner) - {name for names in inside.values() for name in names}
    placed = {name for names in inside.values() for name in names}
    for layer in layers:
        if layer.name in inside:
            yield f"  subgraph {ids[layer.name]}[{_titled(layer, ': ')}]"
            yield from (f"    {ids[one.name]}[{_titled(one)}]" for one in layers if one.name in inside[layer.name])
            yield "  end"
        elif layer.name not in placed:
            yield f"  {ids[layer.name]}[{_titled(layer)}]"


def _inside(layers: Sequence[LayerRecord], owner: str) -> set[str]:
    """The layers that a loop or a conditional owns, and the body: what lies on a way from one of them to another."""
    own = {layer.name for layer in layers if layer.within == owner}
    others = {layer.within for layer in layers if layer.within != owner} | {owner}
    body = _reached(layers, own, True) & _reached(layers, own, False)
    return own | {
        layer.name for layer in layers if layer.name in body and not {layer.within, layer.name} & others - {None}
    }


def _reached(layers: Sequence[LayerRecord], start: set[str], forwards: bool) -> set[str]:
    """The layers that depend on these, or that these depend on."""
    makers = {tensor: layer.name for layer in layers for tensor in layer.makes}
    steps = {(makers[tensor], layer.name) for layer in layers for tensor in layer.takes if tensor in makers}
    found, waiting = set[str](), list(start)
    while waiting:
        one = waiting.pop()
        near = {b if forwards else a for a, b in steps if one == (a if forwards else b)} - found
        found |= near
        waiting += near
    return found


def _titled(layer: LayerRecord, joint: str = "<br>") -> str:
    parts = [layer.name, layer.method] if layer.method != layer.name else [layer.name]
    parts += [layer.called] if layer.called and layer.called != layer.name else []
    return f'"{joint.join(map(_safe, parts))}"'


def _quoted(text: str) -> str:
    return f'"{_safe(text)}"'


def _safe(text: str) -> str:
    """Text that ends no label: what is neither letter nor digit as mermaid writes it."""
    return re.sub(r"[^\w .:/-]", lambda found: f"#{ord(found[0])};", text, flags=re.ASCII)
