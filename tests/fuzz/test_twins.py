"""Twins: other networks in which a layer must give the same."""

import numpy as np
import pytest

from trtexp.fuzz import twins
from trtexp.fuzz.network import network
from trtexp.fuzz.oracle import Sign
from trtexp.fuzz.values import case_of
from trtexp.numerics import encode

TOPK = {
    "inputs": {"x": {"values": [[3.0, 1.0, 2.0], [4.0, 6.0, 5.0]]}},
    "network": {"y": {"topk": {"input": "x", "op": "MAX", "k": 2, "axes": 2}}},
}
SUM = {
    "inputs": {"x": {"values": [[1.0, 2.0]]}},
    "weights": {"w": {"values": [[3.0, 4.0]]}},
    "network": {
        "c": {"constant": {"shape": [1, 2], "weights": "w"}},
        "both": {"concatenation": {"inputs": ["x", "c"]}, "set": {"axis": 0}},
        "y": {"reduce": {"input": "both", "op": "SUM", "axes": 1, "keep_dims": False}},
    },
}
BRANCH = {
    "inputs": {"x": {"values": [1.0, 2.0]}, "b": {"shape": [], "full": True, "dtype": "bool"}},
    "network": {
        "if": {"if_conditional": {}},
        "holds": {"condition": {"conditional": "if", "condition": "b"}},
        "inner": {"conditional_input": {"conditional": "if", "input": "x"}},
        "more": {"elementwise": {"input1": "inner", "input2": "inner", "op": "SUM"}},
        "y": {
            "conditional_output": {"conditional": "if", "true_subgraph_output": "more", "false_subgraph_output": "x"}
        },
    },
}


def tensors(data):
    return case_of(network(data), None).evaluation().tensors


def twin_of(kind, data):
    return kind(data, network(data).definition.outputs)


@pytest.mark.parametrize("kind", [kind for kind in twins.KINDS if kind is not twins.batch_of_two])
@pytest.mark.parametrize("data", [TOPK, SUM, BRANCH], ids=["outputs", "lists", "objects"])
def test_the_reference_has_the_same_to_say_of_a_twin(kind, data):
    twin = twin_of(kind, data)
    known = tensors(twin.data)
    assert {other for others in twin.same.values() for other in others} <= known.keys()
    assert twins.applies(twin, tensors(data), known)


@pytest.mark.parametrize(("data", "wanted"), [(TOPK, True), (SUM, False)], ids=["rows", "sum"])
def test_a_batch_is_a_twin_only_of_what_treats_samples_apart(data, wanted):
    twin = twin_of(twins.batch_of_two, data)
    assert twins.applies(twin, tensors(data), tensors(twin.data)) is wanted


def test_a_twin_leaves_the_network_as_it_is():
    for kind in twins.KINDS:
        before = repr(TOPK)
        twin_of(kind, TOPK)
        assert repr(TOPK) == before


@pytest.mark.parametrize(("came", "differs"), [([3, 2], False), ([3, 2.5], True), ([np.nan, 2], True)])
def test_a_certified_element_must_be_the_same(came, differs):
    data = {"inputs": {"x": {"values": [3.0, 2.0]}}, "network": {"y": {"identity": {"input": "x"}}}}
    twin, right = twin_of(twins.marked_or_not, data), encode(np.array([3.0, 2.0]), "float32")
    made = {"y": right, "behind_y": encode(np.array(came), "float32")}
    sign = twins.unlike("identity", twin, tensors(data), {"y": right}, made)
    assert sign == (Sign("identity", "twin", "marked while it goes on: first output, float32") if differs else None)


def test_nothing_is_said_of_an_element_that_may_round():
    data = {"inputs": {"x": {"values": [[0.1, 0.7]]}}, "network": {"y": {"softmax": {"input": "x"}}}}
    twin, one = twin_of(twins.marked_or_not, data), encode(np.array([[0.3, 0.7]]), "float32")
    other = {"y": one, "behind_y": encode(np.array([[0.3001, 0.7]]), "float32")}
    assert twins.unlike("softmax", twin, tensors(data), {"y": one}, other) is None


def test_halves_of_another_shape_are_told():
    data = {"inputs": {"x": {"values": [[1.0], [2.0]]}}, "network": {"y": {"identity": {"input": "x"}}}}
    twin, one = twin_of(twins.batch_of_two, data), encode(np.array([[1.0], [2.0]]), "float32")
    right = encode(np.array([[1.0], [2.0], [1.0], [2.0]]), "float32")
    wrong = encode(np.array([[1.0], [2.0], [1.0]]), "float32")
    assert twins.unlike("identity", twin, tensors(data), {"y": one}, {"y": right}) is None
    assert twins.unlike("identity", twin, tensors(data), {"y": one}, {"y": wrong}).kind == "twin"
