"""add_assertion: it has no output, and a network evaluates it all the same."""

import pytest
from layer_runs import tensor

from trtexp.layers import LAYERS
from trtexp.layers.network import NodeError, evaluate
from trtexp.numerics import Arithmetic


def run(condition, **keys):
    data = {"condition": "c", "message": "too long"} | keys
    layers = {"a": LAYERS["assertion"].model_validate(data), "y": LAYERS["identity"].model_validate({"input": "c"})}
    return evaluate(layers, {"c": condition}, {}, Arithmetic())


def test_nothing_is_seen_of_what_holds():
    assert set(run(tensor([True, True], "bool")).tensors) == {"c", "y"}


@pytest.mark.parametrize("keys", [{}, {"set": {"message": "too long"}, "message": "other"}])
def test_what_does_not_hold_is_refused_with_the_message_c2(keys):
    with pytest.raises(NodeError, match=r"too long \[C2\]$") as caught:
        run(tensor([True, False], "bool"), **keys)
    assert (caught.value.layer, caught.value.path) == ("a", ("assertion", "condition"))


def test_with_check_false_the_answer_is_that_of_tensorrt():
    found = run(tensor([False], "bool"), check=False)
    assert found.refusal is not None


def test_a_condition_is_bool_c1():
    with pytest.raises(NodeError, match=r"\[C1\]$"):
        run(tensor([1.0]))
