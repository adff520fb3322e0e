"""What releases made of NaN, infinities, zeros and subnormal numbers is legal by their rules, for each function."""

import json
from importlib import resources
from typing import get_args

import numpy as np
import pytest
from layer_runs import evaluate, tensor

from trtexp.bench.accuracy.formulas import ALPHA, BETA
from trtexp.bench.accuracy.points import special
from trtexp.layers.activation import ActivationType
from trtexp.layers.unary import UnaryOperation
from trtexp.numerics import Arithmetic, decode, encode

RELEASES = ("tensorrt-8.5.3.1", "tensorrt-8.6.0")
TYPES = ("float32", "float16")
ACTIVATIONS = get_args(get_args(ActivationType)[0])
OPERATIONS = get_args(get_args(UnaryOperation)[0])
#: function -> special number that 8.x gets wrong: beyond some 20 SOFTPLUS is x, whatever alpha and beta are.
WRONG = {"SOFTPLUS": {"largest"}}
#: The same for one release and type: 8.5 makes its sigmoid of an approximate tanh.
ALONE = {("tensorrt-8.5.3.1", "float32"): {"SIGMOID": {"1", "-1"}}}


def measured(release):
    text = (resources.files("trtexp.numerics") / "measured" / f"{release}.json").read_text(encoding="utf-8")
    return json.loads(text)["ways"]


def reference(function, x, dtype):
    """The function of a vector as 8.x computes it."""
    given, arithmetic = tensor(x, dtype), Arithmetic(family="tensorrt<10")
    if function not in ACTIVATIONS:
        return evaluate("unary", [given], arithmetic=arithmetic, input="x", op=function)
    parameters = {"alpha": float(np.float32(ALPHA)), "beta": float(np.float32(BETA))}
    return evaluate("activation", [given], arithmetic=arithmetic, input="x", type=function, set=parameters)


def number(text, dtype):
    return float(text == "True") if text in ("True", "False") else float(np.dtype(dtype).type(text))


def legal(made, i, got):
    values = [made.ref[i], *(other.values[i] for other in made.also if other.where[i])]
    values = [float(decode(encode(np.array([value]), made.dtype))[0]) for value in values]  # the range of the type
    near = (np.isfinite(value) and abs(got - value) <= made.bound[i] for value in values)
    equal = (got == value or (np.isnan(got) and np.isnan(value)) for value in values)
    return made.anything[i] or any(near) or any(equal)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("dtype", TYPES)
def test_what_was_measured_is_legal(release, dtype):
    numbers = special(dtype)
    place = {name: i for i, name in enumerate(numbers)}
    functions = {name: facts["of"] for name, facts in measured(release)[dtype].items() if "of" in facts}
    assert len(functions) > 30
    wrong = {}
    for function, facts in functions.items():
        if function not in ACTIVATIONS + OPERATIONS:
            continue
        made = reference(function, list(numbers.values()), dtype)
        bad = {name for name, got in facts.items() if not legal(made, place[name], number(got, dtype))}
        wrong |= {function: bad} if bad else {}
    assert wrong == WRONG | ALONE.get((release, dtype), {})
