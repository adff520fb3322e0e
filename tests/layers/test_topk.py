"""add_topk."""

import numpy as np
import pytest
from layer_runs import outputs, refused, refused_by_rtx, tensor

from trtexp.layers import LAYERS

X = np.array([[1.0, 4, 2, 3], [8, 5, 7, 6]])


def best(x=X, op="MAX", k=2, axes=2, count=None, **keys):
    """Values and indices."""
    layer = LAYERS["topk"].model_validate({"input": "x", "op": op, "k": k, "axes": axes, **keys})
    return outputs(layer, [x, None if count is None else tensor(count, "int32")])


def lists(*arguments, **keys):
    return tuple(part.ref.tolist() for part in best(*arguments, **keys))


def test_by_hand():
    assert lists() == ([[4, 3], [8, 7]], [[1, 3], [0, 2]])
    assert lists(op="MIN") == ([[1, 2], [5, 6]], [[0, 2], [1, 3]])
    assert lists(k=1, axes=1) == ([[8, 5, 7, 6]], [[1, 1, 1, 1]])


def test_attributes_replace_arguments():
    assert lists(set={"op": "MIN"}) == lists(op="MIN")
    assert lists(set={"k": 3}) == lists(k=3)
    assert lists(set={"axes": 1}) == lists(axes=1)


def test_input_1_replaces_k():
    assert lists(count=1) == lists(k=1)


@pytest.mark.parametrize("op", ["MAX", "MIN"])
def test_ties_come_in_the_order_of_their_indices(op):
    assert lists([[5.0, 5, 5, 5]], op=op, k=3)[1] == [[0, 1, 2]]


def test_infinities_have_their_place():
    assert lists([[1.0, np.inf, -np.inf]], k=3)[1] == [[1, 0, 2]]


def test_the_type_of_the_indices():
    assert best()[1].dtype == "int32"
    assert best(indices_type="INT64")[1].dtype == best(set={"indices_type": "INT64"})[1].dtype == "int64"


def test_no_k():
    assert best(k=0)[0].shape == (2, 0)


@pytest.mark.parametrize(
    ("label", "x", "keys", "place"),
    [
        ("C1", X, {"axes": 3}, ("topk", "axes")),
        ("C1", X, {"axes": 0}, ("topk", "axes")),
        ("C1", X, {"axes": 6}, ("topk", "axes")),
        ("C2", X, {"k": 5}, ("topk", "k")),
        ("C2", X, {"k": -1}, ("topk", "k")),
        ("C2", np.zeros((1, 4000)), {"k": 3841}, ("topk", "k")),
        ("C2", X, {"set": {"k": 5}}, ("set", "k")),
        ("C3", [1.0, 2], {"axes": 1}, ("topk", "input")),
    ],
)
def test_what_is_refused(label, x, keys, place):
    assert refused(label, "topk", [x], **{"input": "x", "op": "MAX", "k": 1, "axes": 2} | keys) == place


def test_the_smallest_integer_is_last_among_the_largest():
    x = tensor([[-(2**63), 2**53, 2**53 + 1]], "int64")
    assert lists(x, k=3) == ([[2**53 + 1, 2**53, -(2**63)]], [[2, 1, 0]])


def test_indices_are_integers_c4():
    keys = {"input": "x", "op": "MAX", "k": 1, "axes": 2, "indices_type": "FLOAT"}
    assert refused("C4", "topk", [X], **keys) == ("topk", "indices_type")


@pytest.mark.parametrize("dtype", ["bool", "uint8"])
def test_c5_types_that_rtx_does_not_order(dtype):
    refused_by_rtx("C5", "topk", [tensor([[1, 0]], dtype)], input="x", op="MAX", k=1, axes=2)
