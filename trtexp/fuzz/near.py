"""A number of a network moved by one: what lies just beyond a constraint, or just within it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis.strategies import DrawFn

from trtexp.fuzz.changes import one_of
from trtexp.fuzz.network import Data
from trtexp.fuzz.subject import Subject


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
