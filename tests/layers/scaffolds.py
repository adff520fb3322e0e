"""Every layer's small network with other dtypes in the place of its own: one tensor at a time, and all floats."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from trtexp.authoring.scaffold import flow, scaffold
from trtexp.definition.network import DTYPES
from trtexp.numerics import UNIT, decode, encode
from trtexp.spec.case import Case
from trtexp.spec.load import REFERENCE, read


class Variant(NamedTuple):
    """A network in which some tensors, joined by `+`, have another dtype; no layer of it is checked."""

    layer: str
    tensors: str
    dtype: str
    case: Case
    text: str


def variants(layer, target=REFERENCE) -> Iterator[Variant]:
    base = {"title": "t", **scaffold(layer)}
    for part in base["network"].values():
        part["check"] = False
    case = made(flow(base), target)
    arrays = {("inputs", n): m.array for n, m in case.inputs.items()}
    arrays |= {("weights", n): m.array for n, m in case.weights.items()}
    floats = [place for place, array in arrays.items() if array.dtype in UNIT]
    for places in [*([place] for place in arrays), *([floats] if len(floats) > 1 else [])]:
        for dtype in DTYPES:
            given = copy.deepcopy(base)
            for group, name in places:
                given[group][name] = {"values": near(decode(arrays[group, name]), dtype), "dtype": dtype}
            text = flow(given)
            yield Variant(layer, "+".join(name for _, name in places), dtype, made(text, target), text)


def made(text, target):
    return read(Path("scaffold.yaml"), data=text.encode()).experiment(target).cases[0]


def near(values, dtype):
    """Values as nested lists, 1 for each that the dtype has not."""
    return np.vectorize(lambda v: v if has(v, dtype) else 1.0, otypes=[float])(values.astype(float)).tolist()


def has(value, dtype):
    try:
        return float(decode(encode(np.asarray(value), dtype))) == value
    except ValueError:
        return False
