"""Data that tells: numbers at which a wrong formula, order, rounding or range shows."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from trtexp.fuzz import changes
from trtexp.fuzz.near import near
from trtexp.fuzz.network import Data
from trtexp.fuzz.strategies import networks
from trtexp.fuzz.subject import Subject, subject
from trtexp.numerics import UNIT

NAN, INF = math.nan, math.inf
MOST_WRITTEN = 64  # elements that stand in a list
Numbers = tuple[float, ...]

#: Of float types. What is beyond the range of a narrow one becomes its infinity or its largest number.
REALS: tuple[Numbers, ...] = (
    (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0),
    (1.0, 10.0, 100.0, 1000.0, -1.0, -10.0, -100.0, -1000.0),  # who met whom
    (1.0, 0.5, 2.0, -0.25, 4.0, 2.0**-10, -1024.0, 2.0**-24),  # powers of two: sums of few are exact
    (0.1, -0.7, 1.3, 0.9, -2.1, 3.3, 0.01, -5.7),  # no number of any type
    (0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 3.5, 0.0),  # ties
    (0.49999997, 2.5000002, 1.4999999, -0.50000006, 126.5, -127.5, 3.4999998, -0.49999997),  # beside them
    (1e8, 1.0, -1e8, 1.0, 2.0**24, 1.0, -(2.0**24), 1.0),  # cancellation
    (65504.0, 65519.0, 65520.0, -65504.0, 6.1035156e-05, 5.9604645e-08, 2049.0, 2051.0),  # the range of half
    (127.0, 127.5, 128.0, -128.0, -128.5, -129.0, 200.0, -0.5),  # and of int8
    (NAN, 1.0, 2.0, -3.0),
    (1.0, INF, 2.0, 3.0),
    (1.0, -INF, -2.0, 3.0),
    (INF, -INF, NAN, 0.0, -0.0, 1.0, -1.0, 2.0),
    (0.0, -0.0),
    (1e-40, -1e-45, 1.1754944e-38, 1.4e-45, -5.9e-39, 1e-38, 0.0, 3e-39),  # subnormal in float32
    (3e38, -3e38, 1.0, 3.4028235e38),  # sums that overflow
    (3.0, 3.0, 3.0, 1.0, 1.0, 3.0, 2.0, 2.0),  # equal ones
    (-1.0, -2.0, -3.0, -4.0),
    (88.0, -88.0, 89.0, -104.0, 10.0, -10.0, 20.0, 0.0),  # the ends of exp
    (1.0,),
    (2.0, 1.0),
)
#: Of types of 8 bits and fewer.
NARROW: tuple[Numbers, ...] = ((1.0, 2.0, 0.5, -1.0, 3.0, -2.0, 1.5, 0.0), (1.0,), (4.0, -4.0, 6.0, -6.0))
#: Of integers, where they fit.
WHOLE: tuple[Numbers, ...] = (
    (1, 2, 3, 4, 5, 6, 7, 8),
    (0, 1),
    (1, 0, 2),
    (-1, 0, 1, -2),
    (3, 3, 1, 2),
    (2**31 - 1, -(2**31), 1, -1),
    (127, -128, 1, -1, 100, 64),
    (255, 0, 128, 1),
    (2**63 - 1, -(2**63), 2**53 + 1, -1),
    (7, -7, 2, -2, 3, -3),
)
TRUTHS: tuple[Numbers, ...] = ((True, False), (True,), (False,), (True, True, False))
RANGES = {
    "int64": (-(2**63), 2**63 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int4": (-8, 7),
}
_COUNTS: SearchStrategy[int] = st.sampled_from((1, 1, 2, 2, 3))
_CHANGES: SearchStrategy[Any] = st.sampled_from(
    (
        *(changes.attribute, changes.attribute, changes.attribute, changes.argument, changes.left_out),
        *(changes.size_of_all, changes.dtype_of_all, changes.rank_of_all, near, near, near),
    )
)
_SEEDS = st.integers(0, 999)
_OFTEN = st.sampled_from((True, True, True, False))
_SELDOM = st.sampled_from((False, False, True))
_TURNS = st.integers(0, 7)


@cache
def telling(word: str, release: str) -> SearchStrategy[Data]:
    """Networks around a layer of a release, with data that tell."""
    found = subject(word, release)
    assert found is not None, word
    return _with_data(st.one_of(_gentle(found), networks(word, release)), found)


@st.composite
def _gentle(draw: DrawFn, of: Subject) -> Data:
    """A network with a few changes of those that it mostly survives: one that is refused has no values."""
    data: Data = copy.deepcopy(of.start)
    for _ in range(draw(_COUNTS)):
        draw(_CHANGES)(data, of, draw)
    return data


@st.composite
def _with_data(draw: DrawFn, drawn: SearchStrategy[Data], of: Subject) -> Data:
    data = draw(drawn)
    if draw(_SELDOM):
        _weights(data, of, draw)
    for tensor in (*data.get("inputs", {}).values(), *data.get("weights", {}).values()):
        dtype = tensor.get("dtype", "float32")
        if draw(_OFTEN if dtype in UNIT or dtype == "bool" else _SELDOM):  # integers may be indices, axes, shapes
            _fill(tensor, dtype, draw)
    return data


def _weights(data: Data, of: Subject, draw: DrawFn) -> None:
    """Give one of the weights arrays that may be left out: a bias, a scale. It is as long as a number among the
    arguments says, or as an input is along some axis."""
    entry = next(entry for entry in data["network"].values() if of.word in entry)
    given = entry[of.word] | entry.get("set", {})
    fields = tuple(field.name for field in of.arguments if field.kind == "weights" and field.name not in given)
    if not fields:
        return
    inputs = [*data.get("inputs", {}).values()]
    counts = [n for n in entry[of.word].values() if isinstance(n, int) and 0 < n <= MOST_WRITTEN]
    sizes = [n for each in inputs for n in each.get("shape", ())]
    dtype = inputs[0].get("dtype", "float32") if inputs else "float32"
    name = f"w{len(data.get('weights', {}))}"
    count = draw(changes.one_of((*counts, *counts, *sizes, 1)))
    data.setdefault("weights", {})[name] = {"shape": [count], "full": 1, "dtype": dtype}
    entry[of.word][draw(changes.one_of(fields))] = name


def _fill(tensor: Data, dtype: str, draw: DrawFn) -> None:
    """Other numbers in a tensor of the same shape."""
    shape = tensor["shape"] if "shape" in tensor else list(np.shape(tensor.get("values", 0)))
    numbers = draw(changes.one_of(patterns(dtype)))
    kept: Data = {key: tensor[key] for key in ("declared", "set") if key in tensor}
    made = _made(numbers, math.prod(shape), draw)
    tensor.clear()
    tensor |= {"shape": shape} | made | {"dtype": dtype} | kept


def _made(numbers: Numbers, count: int, draw: DrawFn) -> Data:
    """So many elements: the numbers again and again, from one of them on; random ones where that would be long."""
    if count > MOST_WRITTEN:
        return {"random": {"seed": draw(_SEEDS), "normal": [0.0, 1.0]}} if _fractional(numbers) else _full(numbers)
    turn = draw(_TURNS)
    return {"values": [numbers[(i + turn) % len(numbers)] for i in range(count)]}


def _full(numbers: Numbers) -> Data:
    return {"full": numbers[0]}


def _fractional(numbers: Numbers) -> bool:
    return any(isinstance(each, float) for each in numbers)


@cache
def patterns(dtype: str) -> Sequence[Any]:
    """The rows of numbers that a type has."""
    if dtype == "bool":
        return TRUTHS
    if dtype not in UNIT:
        low, high = RANGES[dtype]
        return tuple(row for row in WHOLE if all(low <= each <= high for each in row))
    if dtype == "float8e8m0":
        return ((1.0, 2.0, 0.5, 4.0), (1.0,))
    return REALS if UNIT[dtype] <= UNIT["bfloat16"] else NARROW
