"""Values of networks with very many of them are given up after their last use, and only then."""

import numpy as np

from trtexp.layers import LAYERS, values
from trtexp.layers.lifetimes import last_uses
from trtexp.layers.network import partly_evaluate
from trtexp.numerics import Arithmetic, encode, known

LOOP = {
    "n": ("constant", {"shape": [], "weights": "three"}),
    "early": ("unary", {"input": "x", "op": "NEG"}),
    "loop": ("loop", {}),
    "limit": ("trip_limit", {"loop": "loop", "tensor": "n", "kind": "COUNT"}),
    "sum": ("recurrence", {"loop": "loop", "initial_value": "x", "set_input": {1: "more"}}),
    "more": ("elementwise", {"input1": "sum", "input2": "early", "op": "SUM"}),
    "far": ("unary", {"input": "x", "op": "ABS"}),
    "y": ("loop_output", {"loop": "loop", "tensor": "sum", "kind": "LAST_VALUE"}),
    "z": ("elementwise", {"input1": "y", "input2": "far", "op": "SUM"}),
}


def network():
    return {name: LAYERS[word].model_validate(given) for name, (word, given) in LOOP.items()}


def test_what_a_loop_takes_is_asked_for_until_its_last_output():
    found = {tensor: name for name, tensors in last_uses(network(), ["z"]).items() for tensor in tensors}
    assert found["early"] == found["n"] == found["loop"] == "y"
    assert found["far"] == found["y"] == "z"
    assert "z" not in found


def test_large_values_are_given_up_and_the_outputs_stay(monkeypatch):
    x = known(encode(np.arange(6.0), "float32"))
    weights = {"three": known(encode(np.array(3), "int32"))}
    monkeypatch.setattr(values, "PLENTY", 0)
    monkeypatch.setattr(values, "LARGE", 4)
    made = partly_evaluate(network(), {"x": x}, weights, Arithmetic(), wanted=["z"])
    kept = partly_evaluate(network(), {"x": x}, weights, Arithmetic())
    assert not made.refusals and made.given_up >= {"early", "far"} and not kept.given_up
    np.testing.assert_array_equal(made.tensors["z"].ref, np.arange(6.0) * -1)
    np.testing.assert_array_equal(made.tensors["z"].ref, kept.tensors["z"].ref)
    assert made.tensors["far"].shape == (6,)
    assert made.tensors["far"].dtype == "float32"
