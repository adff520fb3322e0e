"""How long the values of a network are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from trtexp.layers.base import Layer


def last_uses(layers: Mapping[str, Layer], wanted: Collection[str], open: Collection[str] = ()) -> dict[str, list[str]]:
    """layer -> the tensors, and the loops, that nobody asks for once all layers up to it are made.

    What stands in a loop or a conditional is computed when an output of that is, so that it is asked for as long as the
    last of these. wanted: the tensors that are asked for at the end. open: those that may have to be computed anew
    when they are asked for, so that what they are made from is kept as long.
    """
    order = {name: place for place, name in enumerate(layers)}
    ends, groups = dict(order), _groups(layers)
    changed = True
    while changed:  # a loop may stand in a loop
        before = dict(ends)
        for group in groups.values():
            ends.update(dict.fromkeys(group, max(ends[name] for name in group)))
        changed = ends != before
    last = {loop: max(ends[name] for name in group) for loop, group in groups.items()}
    for name, layer in layers.items():
        for _, tensor in layer.input_tensors().values():
            last[tensor] = max(ends[name], last.get(tensor, 0))
        last.update((tensor, ends[name]) for tensor in layer.output_tensors(name) if tensor not in last)
    for name, layer in reversed(list(layers.items())):
        later = max((last[tensor] for tensor in layer.output_tensors(name) if tensor in open), default=0)
        for _, tensor in layer.input_tensors().values():
            last[tensor] = max(last[tensor], later)
    found: dict[str, list[str]] = {}
    names = list(layers)
    for tensor in last.keys() - set(wanted):
        found.setdefault(names[last[tensor]], []).append(tensor)
    return found


def _groups(layers: Mapping[str, Layer]) -> dict[str, frozenset[str]]:
    """The layers of each loop and conditional: its own, and those within it."""
    own: dict[str, set[str]] = {}
    for name, layer in layers.items():
        if layer.owner is not None:
            own.setdefault(str(getattr(layer, layer.owner)), set()).add(name)
    return {
        owner: frozenset({owner} | names | layers[owner].hides(layers))
        for owner, names in own.items()
        if owner in layers
    }
