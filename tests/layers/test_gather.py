"""add_gather and add_gather_v2."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = np.arange(1.0, 7).reshape(2, 3)
CUBE = np.arange(8.0).reshape(2, 2, 2)


def gathered(x, indices, mode="DEFAULT", **attributes):
    inputs = [x, tensor(indices, "int32")]
    return evaluate("gather_v2", inputs, input="x", indices="i", mode=mode, set=attributes).ref.tolist()


def test_default_takes_slices():
    assert gathered(X, [1, 0]) == [[4, 5, 6], [1, 2, 3]]
    assert gathered(X, [[2, 0]], axis=1) == [[[3, 1]], [[6, 4]]]
    assert gathered(X, 1, axis=1) == [2, 5]
    assert evaluate("gather", [X, tensor([2], "int32")], input="x", indices="i", axis=1).ref.tolist() == [[3], [6]]


def test_elementwise_dimensions_walk_together():
    assert gathered(X, [[2, 0], [1, 1]], axis=1, num_elementwise_dims=1) == [[3, 1], [5, 5]]
    assert gathered(X, [[2, 0]], axis=1, num_elementwise_dims=1) == [[3, 1], [6, 4]]
    assert gathered(X[:1], [[2], [0]], axis=1, num_elementwise_dims=1) == [[3], [1]]
    assert gathered(CUBE, [[1], [0]], axis=2, num_elementwise_dims=1) == [[[1], [3]], [[4], [6]]]
    assert gathered(CUBE, [[[1]], [[0]]], "ND", num_elementwise_dims=1) == [[[2, 3]], [[4, 5]]]


def test_element_takes_elements():
    assert gathered(X, [[1, 0, 1]], "ELEMENT") == [[4, 2, 6]]
    assert gathered(X, [[2, 0], [1, 1]], "ELEMENT", axis=1) == [[3, 1], [5, 5]]


def test_nd_takes_coordinates():
    assert gathered(X, [[1, 0], [0, 1]], "ND") == [4, 2]
    assert gathered(X, [[1], [0]], "ND") == [[4, 5, 6], [1, 2, 3]]
    assert gathered(CUBE, [[[1, 1]]], "ND") == [[[6, 7]]]


@pytest.mark.parametrize("mode", ["DEFAULT", "ELEMENT"])
def test_negative_indices_count_from_the_back_and_those_outside_give_zero(mode):
    shape = (4,) if mode == "DEFAULT" else (4, 1)
    found = gathered(X[:, :1], np.reshape([-1, -2, 2, -3], shape), mode)
    assert found == [[4], [1], [0], [0]]


def test_coordinates_outside_give_zero():
    assert gathered(X, [[-1, -1], [0, 3], [2, 0]], "ND") == [6, 0, 0]


def test_empty():
    assert np.shape(gathered(X, np.zeros((0,)))) == (0,)
    assert gathered(np.zeros((0, 3)), [0]) == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("label", "mode", "indices", "attributes", "place"),
    [
        ("C2", "DEFAULT", [0], {"axis": 2}, ("set", "axis")),
        ("C2", "DEFAULT", [0], {"axis": -1}, ("set", "axis")),
        ("C2", "DEFAULT", [[0], [0]], {"num_elementwise_dims": 1, "axis": 0}, ("set", "axis")),
        ("C3", "DEFAULT", [[0]] * 3, {"num_elementwise_dims": 1, "axis": 1}, ("set", "num_elementwise_dims")),
        ("C3", "ELEMENT", [[0]], {"num_elementwise_dims": 1, "axis": 1}, ("set", "num_elementwise_dims")),
        ("C3", "ND", [[0]], {"num_elementwise_dims": 2}, ("set", "num_elementwise_dims")),
        ("C3", "ND", [[0]], {"num_elementwise_dims": 1}, ("set", "num_elementwise_dims")),
        ("C4", "ELEMENT", [0], {}, ("gather_v2", "indices")),
        ("C4", "ELEMENT", [[0] * 4], {}, ("gather_v2", "indices")),
        ("C5", "ND", [[0, 0, 0]], {}, ("gather_v2", "indices")),
        ("C5", "ND", 0, {}, ("gather_v2", "indices")),
    ],
)
def test_what_is_refused(label, mode, indices, attributes, place):
    inputs = [X, tensor(indices, "int32")]
    assert refused(label, "gather_v2", inputs, input="x", indices="i", mode=mode, set=attributes) == place


def test_float_indices_are_refused_c1():
    assert refused("C1", "gather", [X, [0.0]], input="x", indices="i", axis=0) == ("gather", "indices")
