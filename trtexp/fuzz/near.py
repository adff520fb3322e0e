"""Changes by one step: a number moved by one, other numbers in a tensor, another tensor or object for an operand. They
reach what lies just beyond a constraint, or just within it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis.strategies import DrawFn

from trtexp.fuzz.changes import FLOATS, one_of
from trtexp.fuzz.network import Data
from trtexp.fuzz.subject import Subject

_FULL = (0, -1, 2, 0.5, 1)  # what floats are filled with
_WHOLE = (0, 1, 2, 3)


def near(data: Data, of: Subject, draw: DrawFn) -> None:
    """Move a whole number by one: an argument, an attribute, an element of a list, or a size of a tensor."""
    places = tuple(_places(data, of))
    if places:
        owner, key = places[draw(one_of(tuple(range(len(places)))))]
        owner[key] += draw(one_of((1, -1)))


def longer_list(data: Data, of: Subject, draw: DrawFn) -> None:
    """Give a list of numbers one more, or one less."""
    entry = next(entry for entry in data["network"].values() if of.word in entry)
    lists = [each for group in (of.word, "set") for each in _lists(entry.get(group, {}))]
    if lists:
        chosen = lists[draw(one_of(tuple(range(len(lists)))))]
        if draw(one_of((True, False))):
            chosen.append(chosen[-1])
        else:
            chosen.pop()


def other_numbers(data: Data, of: Subject, draw: DrawFn) -> None:
    """Fill a tensor with another number."""
    tensors = [each for group in ("inputs", "weights") for each in data.get(group, {}).values() if "full" in each]
    tensors += [data["weights"][name] for name in data.get("weights", {}) if "full" not in data["weights"][name]]
    if tensors:
        tensor = tensors[draw(one_of(tuple(range(len(tensors)))))]
        dtype = tensor.get("dtype", "float32")
        if dtype != "bool" and ("full" in tensor or "shape" in tensor):
            shape = tensor["shape"]
            kept = {key: tensor[key] for key in ("dtype", "declared") if key in tensor}
            tensor.clear()
            tensor |= {"shape": shape, "full": draw(one_of(_FULL if dtype in FLOATS else _WHOLE)), **kept}


def other_name(data: Data, of: Subject, draw: DrawFn) -> None:
    """Give an operand another tensor of the network, or an object another name."""
    name = next(name for name, entry in data["network"].items() if of.word in entry)
    entry, above = data["network"][name], list(data["network"])[: list(data["network"]).index(name)]
    fields = {field.name: field.kind for field in of.arguments if field.kind in ("tensor", "object")}
    places = tuple(name for name in entry[of.word] if name in fields)
    if places:
        entry[of.word][draw(one_of(places))] = draw(one_of((*data.get("inputs", {}), *above, "other")))


def _places(data: Data, of: Subject) -> Iterator[tuple[Any, Any]]:
    entry = next(entry for entry in data["network"].values() if of.word in entry)
    for group in (of.word, "set"):
        for key, given in entry.get(group, {}).items():
            if _whole(given):
                yield entry[group], key
        for each in _lists(entry.get(group, {})):
            yield from ((each, i) for i in range(len(each)))
    for group in ("inputs", "weights"):
        for tensor in data.get(group, {}).values():
            if "full" in tensor and "declared" not in tensor:  # other generators have as many numbers as they have
                yield from ((tensor["shape"], i) for i, n in enumerate(tensor["shape"]) if n)


def _lists(given: Data) -> list[list[int]]:
    return [each for each in given.values() if isinstance(each, list) and each and all(map(_whole, each))]


def _whole(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool)
