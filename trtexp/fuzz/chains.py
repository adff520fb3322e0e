"""Changes of what stands around a layer: more layers behind it, and tensors that leave the network on the way."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from trtexp.fuzz.changes import FLOATS, one_of
from trtexp.fuzz.network import Data, word
from trtexp.fuzz.subject import Subject, subject
from trtexp.layers import LAYERS

MOST_LAYERS = 4  # of a chain, with the layer itself
#: Layers that take whatever comes, where "$" stands.
_SMALL: tuple[Data, ...] = (
    {"identity": {"input": "$"}},
    {"unary": {"input": "$", "op": "NEG"}},
    {"activation": {"input": "$", "type": "TANH"}},
    {"softmax": {"input": "$"}},
    {"elementwise": {"input1": "$", "input2": "$", "op": "SUM"}},
    {"elementwise": {"input1": "$", "input2": "$", "op": "EQUAL"}},
    {"cast": {"input": "$", "to_type": "HALF"}},
    {"cast": {"input": "$", "to_type": "INT32"}},
    {"shape": {"input": "$"}},
    {"concatenation": {"inputs": ["$", "$"]}},
    {"shuffle": {"input": "$"}},
    {"reduce": {"input": "$", "op": "MAX", "axes": 1, "keep_dims": True}},
    {"squeeze": {"input": "$"}},
    {"topk": {"input": "$", "op": "MAX", "k": 1, "axes": 1}},
    {"gather": {"input": "$", "indices": "$", "axis": 0}},
    {"matrix_multiply": {"input0": "$", "op0": "NONE", "input1": "$", "op1": "TRANSPOSE"}},
)


_COUNTS = st.integers(1, MOST_LAYERS - 1)
_SMALL_ONES = st.integers(0, 2)  # 2 is another layer's network


def longer(data: Data, of: Subject, draw: DrawFn) -> None:
    """Put one to three layers behind the last one: small ones, or the network of another layer."""
    for number in range(draw(_COUNTS)):
        last = next(reversed(data["network"]))
        tensors = _outputs(last, data["network"][last])
        if not tensors:
            return
        taken, mark = draw(one_of(tensors)), f"l{number}"
        others = _others(of.release)
        if draw(_SMALL_ONES) < 2:
            data["network"][_free(data, mark)] = _put(_SMALL[draw(one_of(tuple(range(len(_SMALL)))))], {"$": taken})
        else:
            other = copy.deepcopy(others[draw(one_of(tuple(range(len(others)))))])
            _join(data, other, taken, _free(data, mark), draw)


def several_outputs(data: Data, of: Subject, draw: DrawFn) -> None:
    """Mark tensors on the way as outputs, too."""
    network = data["network"]
    if any(word(entry) in ("loop", "if_conditional") for entry in network.values()):
        return  # what stands inside has no value outside
    made = tuple(tensor for name, entry in network.items() for tensor in _outputs(name, entry))
    if made:
        chosen = draw(st.sets(st.sampled_from(made), min_size=1, max_size=4))
        last = next(reversed(network))
        data["outputs"] = [tensor for tensor in made if tensor in chosen or tensor.partition(".")[0] == last]


@cache
def _others(release: str) -> tuple[Data, ...]:
    """The small networks of all layers that have an input of floats."""
    found = (subject(name, release) for name in LAYERS)
    return tuple(of.start for of in found if of is not None and _floats(of.start))


def _join(data: Data, other: Data, taken: str, mark: str, draw: DrawFn) -> None:
    """Another network behind a tensor, which stands for one of its inputs."""
    names = [name for group in ("inputs", "weights", "network") for name in other.get(group, {})]
    entry = draw(one_of(tuple(_floats(other))))
    new = {name: f"{mark}{name}" for name in names} | {entry: taken}
    del other["inputs"][entry]
    for group in ("inputs", "weights", "network"):
        made = {new[name]: _put(each, new) for name, each in other.get(group, {}).items()}
        if made:
            data[group] = {**data.get(group, {}), **made}


def _floats(data: Data) -> list[str]:
    return [name for name, each in data.get("inputs", {}).items() if each.get("dtype", "float32") in FLOATS]


def _outputs(name: str, entry: Data) -> tuple[str, ...]:
    return tuple(f"{name}.{suffix}" if suffix else name for suffix in LAYERS[word(entry)].output_names)


def _free(data: Data, mark: str) -> str:
    """A name that no layer has."""
    return next(name for name in (mark, *(f"{mark}{i}_" for i in range(99))) if name not in data["network"])


def _put(value: Any, new: dict[str, str]) -> Any:
    """Plain data with other names of tensors, weights and objects."""
    if isinstance(value, dict):
        return {key: _put(child, new) for key, child in value.items()}
    if isinstance(value, list):
        return [_put(child, new) for child in value]
    if isinstance(value, str):
        name, dot, suffix = value.partition(".")
        return f"{new[name]}{dot}{suffix}" if name in new and (not dot or suffix.isidentifier()) else value
    return value
