"""Values of networks with very many of them are given up after their last use, and only then."""

from trtexp.layers import LAYERS
from trtexp.layers.lifetimes import last_uses

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


def test_what_is_computed_anew_keeps_what_it_is_made_from():
    found = {tensor: name for name, tensors in last_uses(network(), [], {"far"}).items() for tensor in tensors}
    assert found["x"] == "z"
    found = {tensor: name for name, tensors in last_uses(network(), []).items() for tensor in tensors}
    assert found["x"] == "y"
