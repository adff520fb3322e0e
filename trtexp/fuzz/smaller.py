"""Networks that take one step back to the layer's own small one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from trtexp.fuzz.network import Data, word
from trtexp.fuzz.subject import Subject


def matter(data: Data, of: Subject) -> tuple[str, ...]:
    """What a network changes in the layer's own one: arguments, attributes, inputs, and `inputs` for shapes and
    dtypes."""
    names = [f"input {name}" if isinstance(name, int) else str(name) for _, name in _changed(data, of)]
    return (*names, *(["inputs"] * (_forms(of.start) != _forms(data))))


def smaller(data: Data, of: Subject) -> Iterator[Data]:
    """The same with one thing as the layer's own network has it: an argument, an attribute, an input, or a tensor."""
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
            | {key: less[key] for key in less if key == "build"}
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
    return {
        name: entry
        for name, entry in network.items()
        if name in of.start["network"] or any(name in str(other) for key, other in network.items() if key != name)
    }


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
