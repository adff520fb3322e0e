"""Networks that take one step back to the layer's own small one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from trtexp.fuzz.network import Data, word
from trtexp.fuzz.subject import Subject


def matter(data: Data, of: Subject) -> tuple[str, ...]:
    """What a network changes in the layer's own one: arguments, attributes, inputs, `inputs` for shapes and dtypes, the
    layers behind it, and `outputs`."""
    names = [f"input {name}" if isinstance(name, int) else str(name) for _, name in _changed(data, of)]
    behind = [word(data["network"][name]) for name in _behind(data, of)]
    return (*names, *(["inputs"] * (_forms(of.start) != _forms(data))), *behind, *(["outputs"] * ("outputs" in data)))


def smaller(data: Data, of: Subject) -> Iterator[Data]:
    """The same with one thing as the layer's own network has it: an argument, an attribute, an input, a tensor, no
    layers behind it, or no outputs but the last."""
    if "outputs" in data:
        yield {key: given for key, given in data.items() if key != "outputs"}
    if behind := _behind(data, of):
        yield _without(data, behind[-1])
    before = _entry(of.start, of.word)
    for group, name in _changed(data, of):
        less = copy.deepcopy(data)
        entry = _entry(less, of.word)
        if name in before.get(group, {}):
            entry.setdefault(group, {})[name] = before[group][name]
        else:
            del entry[group][name]
        yield (
            {key: less[key] for key in less if key in ("inputs", "weights")}
            | {"network": _needed(less, of)}
            | {key: less[key] for key in less if key in ("build", "outputs")}
        )
    for group in ("inputs", "weights"):
        for name, given in data.get(group, {}).items():
            own = of.start.get(group, {}).get(name)
            if own is not None and own != given:
                yield {**data, group: {**data[group], name: own}}
            elif own is None and name not in str(data["network"]):
                yield {**data, group: {key: each for key, each in data[group].items() if key != name}}


def _needed(data: Data, of: Subject) -> Data:
    """The layers without the constants that nothing takes any more."""
    network: Data = data["network"]

    def needed(name: str) -> bool:
        return any(name in str(entry) for key, entry in network.items() if key != name)

    own = of.start["network"]
    return {name: entry for name, entry in network.items() if name in own or "constant" not in entry or needed(name)}


def _behind(data: Data, of: Subject) -> list[str]:
    """The layers that were put behind the layer's own network."""
    network, own = data["network"], of.start["network"]
    return [name for name, entry in network.items() if name not in own and word(entry) != "constant"]


def _without(data: Data, last: str) -> Data:
    """The same without its last layer."""
    less = {**data, "network": {name: entry for name, entry in data["network"].items() if name != last}}
    if outputs := [tensor for tensor in data.get("outputs", ()) if tensor.partition(".")[0] != last]:
        less["outputs"] = outputs
    else:
        less.pop("outputs", None)
    return less


def _changed(data: Data, of: Subject) -> list[tuple[str, Any]]:
    """(group, name) of what differs in the layer."""
    before, after = _entry(of.start, of.word), _entry(data, of.word)
    return [
        (group, name)
        for group in (of.word, "set", "set_input")
        for name in sorted({**before.get(group, {}), **after.get(group, {})}, key=str)
        if before.get(group, {}).get(name, ...) != after.get(group, {}).get(name, ...)
    ]


def _entry(data: Data, method: str) -> Data:
    found: Data = next(entry for entry in data["network"].values() if word(entry) == method)
    return found


def _forms(data: Data) -> list[Any]:
    """Shapes and dtypes of all tensors, where they are written."""
    tensors = [*data.get("inputs", {}).values(), *data.get("weights", {}).values()]
    return [(each.get("shape"), each.get("declared"), each.get("dtype", "float32")) for each in tensors]
