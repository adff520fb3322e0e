"""Metamorphic twins: another network in which the same layer must give the same, whatever it gives."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trtexp.definition.network import Array
from trtexp.fuzz.network import Data, word
from trtexp.fuzz.oracle import Sign
from trtexp.judging.pairs import numbers
from trtexp.layers import LAYERS
from trtexp.layers.settable import kinds
from trtexp.numerics import Bounded

#: Names that no generated network has.
BESIDE, FRONT, BEHIND, AGAIN = "beside", "front", "behind", "again"
NAMES = ("tensor", "weights", "object")


@dataclass(frozen=True)
class Twin:
    """A network whose tensors `same` (its name for each output of the other one) must be those of the other; of a
    batch, in each half along the first axis."""

    name: str
    data: Data
    same: Mapping[str, tuple[str, ...]]
    halves: bool = False


def beside_another(data: Data, outputs: tuple[str, ...]) -> Twin:
    """A layer that knows nothing of it stands beside it."""
    twin = copy.deepcopy(data)
    twin.setdefault("inputs", {})[BESIDE] = {"values": [1.0, -2.0, 3.0, -4.0], "shape": [2, 2]}
    twin["network"] = {f"{BESIDE}_y": {"activation": {"input": BESIDE, "type": "RELU"}}, **twin["network"]}
    twin["outputs"] = [*outputs, f"{BESIDE}_y"]
    return Twin("beside another layer", twin, {name: (name,) for name in outputs})


def between_identities(data: Data, outputs: tuple[str, ...]) -> Twin:
    """Each input and each output goes through an identity."""
    twin = copy.deepcopy(data)
    names = {name: f"{FRONT}_{name}" for name in twin.get("inputs", {})}
    front = {names[name]: {"identity": {"input": name}} for name in names}
    behind = {f"{BEHIND}_{_plain(name)}": {"identity": {"input": name}} for name in outputs}
    twin["network"] = front | renamed(twin["network"], names) | behind
    twin["outputs"] = list(behind)
    return Twin("between identities", twin, {name: (f"{BEHIND}_{_plain(name)}",) for name in outputs})


def marked_or_not(data: Data, outputs: tuple[str, ...]) -> Twin:
    """What goes on is an output as well, and so are all tensors in between."""
    twin = copy.deepcopy(data)
    behind = {f"{BEHIND}_{_plain(name)}": {"identity": {"input": name}} for name in outputs}
    twin["network"] = twin["network"] | behind
    twin["outputs"] = [*outputs, *behind]
    return Twin("marked while it goes on", twin, {name: (name, f"{BEHIND}_{_plain(name)}") for name in outputs})


def twice(data: Data, outputs: tuple[str, ...]) -> Twin:
    """It stands there twice, on the same inputs."""
    twin = copy.deepcopy(data)
    names = {name: f"{AGAIN}_{name}" for name in twin["network"]}
    second = {names[name]: entry for name, entry in renamed(twin["network"], names).items()}
    twin["network"] = twin["network"] | second
    same = {name: (name, _new(name, names)) for name in outputs}
    twin["outputs"] = [each for pair in same.values() for each in pair]
    return Twin("twice in one network", twin, same)


def batch_of_two(data: Data, outputs: tuple[str, ...]) -> Twin:
    """Each sample comes twice, one after the other along the first axis. For networks of which the reference makes two
    equal samples as well."""
    twin = copy.deepcopy(data)
    for name, given in twin.get("inputs", {}).items():
        own = {key: given[key] for key in given if key not in ("dtype", "declared", "set")}
        kept = {key: given[key] for key in ("dtype", "set") if key in given}
        twin["inputs"][name] = {"concat": {"of": [own, own], "axis": 0}, **kept}
    return Twin("a batch of two equal samples", twin, {name: (name,) for name in outputs}, halves=True)


def read_back(data: Data, outputs: tuple[str, ...]) -> Twin:
    """The same engine, serialised and read back by another process."""
    return Twin("read back by another process", data, {name: (name,) for name in outputs})


KINDS: tuple[Callable[[Data, tuple[str, ...]], Twin], ...] = (
    *(beside_another, between_identities, marked_or_not, twice, batch_of_two),
)


def applies(twin: Twin, reference: Mapping[str, Bounded], of_twin: Mapping[str, Bounded]) -> bool:
    """Whether the references have the same to say of both, so that a device has to."""
    for name, others in twin.same.items():
        for other in others:
            if name not in reference or other not in of_twin:
                return False
            for part in parts(of_twin[other].ref, twin.halves):
                one = reference[name]
                if part.shape != one.shape or not np.array_equal(part, one.ref, equal_nan=one.ref.dtype.kind == "f"):
                    return False
    return True


def unlike(
    subject: str, twin: Twin, reference: Mapping[str, Bounded], one: Mapping[str, Array], other: Mapping[str, Array]
) -> Sign | None:
    """A certified element that a network and its twin have otherwise; None if all are the same. Of other elements
    nothing is said. NaN is NaN and zero is zero, whatever their other bits are."""
    for name, others in twin.same.items():
        certified, values = reference[name].certified, numbers(one[name])
        for tensor in others:
            for part in parts(numbers(other[tensor]), twin.halves):
                same = (part == values) | ((part != part) & (values != values)) if part.shape == values.shape else None
                if same is None or not same[certified].all():
                    first = name.partition(".")[2] or "first output"
                    return Sign(subject, "twin", f"{twin.name}: {first}, {reference[name].dtype}")
    return None


def parts(tensor: np.ndarray, halves: bool) -> list[np.ndarray]:
    """The two halves of a batch, or the tensor itself; nothing of which halves could be made is itself, too."""
    if not halves or not tensor.ndim or tensor.shape[0] % 2:
        return [tensor]
    return np.split(tensor, 2)


def refused(subject: str, twin: Twin, message: str) -> Sign:
    """A twin of what ran does not run."""
    return Sign(subject, "twin", f"{twin.name}: {message}")


def renamed(network: Data, names: Mapping[str, str]) -> Data:
    """A network's layers, under their own names, that take other tensors, arrays and objects."""
    return {name: _entry(entry, names) for name, entry in network.items()}


def _entry(entry: Data, names: Mapping[str, str]) -> Data:
    model = LAYERS[word(entry)]
    of = {model.word: kinds(model), "set": kinds(model.settable())}
    made: Data = {}
    for key, given in entry.items():
        if key == "set_input":
            made[key] = {index: _new(tensor, names) for index, tensor in given.items()}
        elif key in of:
            made[key] = {name: _value(value, of[key].get(name), names) for name, value in given.items()}
        else:
            made[key] = given
    return made


def _value(value: Any, kind: str | None, names: Mapping[str, str]) -> Any:
    """A value of a field of some kind; in what is nested, each name that there is stands for what has it."""
    if isinstance(value, dict):
        return {key: _value(each, "tensor", names) for key, each in value.items()}
    if isinstance(value, list):
        return [_value(each, kind, names) for each in value]
    return _new(value, names) if isinstance(value, str) and kind in NAMES else value


def _new(name: str, names: Mapping[str, str]) -> str:
    """The new name of a tensor, by that of the layer that makes it."""
    maker, dot, suffix = name.partition(".")
    return names.get(name) or f"{names.get(maker, maker)}{dot}{suffix}"


def _plain(name: str) -> str:
    return name.replace(".", "_")
