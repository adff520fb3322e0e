"""An imported network as an experiment: the text of its file, and the arrays that stand beside it in an .npz file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trtexp.definition.network import Array, Input
from trtexp.models.network import Network
from trtexp.models.npz import npz
from trtexp.models.values import drawn
from trtexp.numerics import UNIT, decode
from trtexp.numerics.format import shortest
from trtexp.spec.flow import flow, lines

MOST = 8  # elements of an array that is written out, if they are whole numbers


@dataclass(frozen=True)
class Head:
    """What stands at the top of the file. release: that of the parser."""

    title: str
    source: str
    release: str


def build(network: Network, inputs: Mapping[str, Input]) -> dict[str, Any]:
    """What the builder must know: the range of each input whose shape is open. inputs: as they will be."""
    open_ = {name: list(inputs[name].shape) for name, tensor in network.inputs.items() if -1 in (tensor.shape or ())}
    ranges = {name: {"min": shape, "opt": shape, "max": shape} for name, shape in open_.items()}
    return {"profiles": [ranges]} if ranges else {}


def text(
    network: Network, head: Head, stem: str, inputs: Mapping[str, Input], values: Mapping[str, Array], more: str = ""
) -> str:
    """The experiment. stem: the name of both files; inputs: as they will be; values: of those that were given, the
    others are drawn from a seed. more: a sentence about it."""
    count = sum(1 for layer in network.layers.values() if layer.output_names)
    about = f"{head.source}, as the parser of {head.release} makes a network of it: {count} layers. {more}".strip()
    top = {"title": head.title, "about": about, "source": head.source}
    parts = [
        f"# Written by trtexp import; the arrays are in {stem}.npz.\n",
        *(f"{key}: {flow(value)}\n" for key, value in top.items()),
        "\ninputs:\n",
        *lines({name: _input(network, name, inputs[name], values, stem) for name in network.inputs}, "  "),
    ]
    if weights := dict(_weights(network, stem)):
        parts += ["\nweights:\n", *lines(weights, "  ")]
    parts += ["\nnetwork:\n", *lines(network.data, "  "), "\noutputs:\n"]
    parts += [f"  - {flow(name)}\n" for name in network.outputs]
    if options := build(network, inputs):
        parts += ["\nbuild:\n", *lines(options, "  ")]
    return "".join(parts)


def arrays(network: Network, values: Mapping[str, Array]) -> bytes:
    """The content of the .npz file."""
    stored = {name: array for name, array in _used(network).items() if not _short(array)}
    return npz(stored | {_member(name): array for name, array in values.items()})


def _input(network: Network, name: str, given: Input, values: Mapping[str, Array], stem: str) -> dict[str, Any]:
    tensor = network.inputs[name]
    data: dict[str, Any] = {"shape": list(given.shape)}
    if name in values:
        data["file"] = f"{stem}.npz#{_member(name)}"
    else:
        data |= drawn(given, list(network.inputs).index(name))
    if given.dtype != "float32":
        data["dtype"] = given.dtype
    if tensor.shape != given.shape:
        data["declared"] = list(tensor.shape or ())
    if attributes := network.attributes(name):
        data["set"] = attributes
    if tensor.name != name:
        data["origin"] = tensor.name
    return data


def _weights(network: Network, stem: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, array in _used(network).items():
        data: dict[str, Any] = {"file": f"{stem}.npz#{name}"}
        if array.size == 0:
            data = {"shape": [0], "full": 0}
        elif _short(array):
            data = {"values": [_number(value, array.dtype) for value in decode(array).tolist()]}
        yield name, data | ({"dtype": array.dtype} if array.dtype != "float32" else {})


def _used(network: Network) -> dict[str, Array]:
    """The arrays that a layer takes."""
    used = {array for layer in network.layers.values() for _, _, array in layer.weight_arrays()}
    return {name: array for name, array in network.weights.items() if name in used}


def _short(array: Array) -> bool:
    """Whether it is written out: a number, or a few whole ones. NaN is not, since it may have bits of its own."""
    few = array.size <= (1 if array.dtype in UNIT else MOST)
    return few and not (array.dtype in UNIT and np.isnan(decode(array).astype(np.float32)).any())


def _number(value: Any, dtype: str) -> Any:
    return float(shortest(float(value), dtype)) if dtype in UNIT else value


def _member(name: str) -> str:
    """What the values of an input are called among the weights."""
    return f"inputs.{name}"
