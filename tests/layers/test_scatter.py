"""add_scatter."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = np.arange(1.0, 10).reshape(3, 3)
KEYS = {"data": "x", "indices": "i", "updates": "u"}


def scattered(indices, updates, mode="ELEMENT", **attributes):
    inputs = [X, tensor(indices, "int32"), updates]
    return evaluate("scatter", inputs, **KEYS, mode=mode, set=attributes).ref.tolist()


def test_element_by_hand():
    assert scattered([[2, 1]], [[10, 20]]) == [[1, 2, 3], [4, 20, 6], [10, 8, 9]]
    assert scattered([[2, 1]], [[10, 20]], axis=1) == [[1, 20, 10], [4, 5, 6], [7, 8, 9]]
    assert scattered([[2, 1]], [[10, 20]], axis=-1) == [[1, 20, 10], [4, 5, 6], [7, 8, 9]]
    assert scattered([[-1, 1]], [[10, 20]]) == [[1, 2, 3], [4, 20, 6], [10, 8, 9]]


def test_nd_by_hand():
    assert scattered([[1, 0], [0, -1]], [10, 20], "ND") == [[1, 2, 20], [10, 5, 6], [7, 8, 9]]
    assert scattered([[2]], [[10, 20, 30]], "ND") == [[1, 2, 3], [4, 5, 6], [10, 20, 30]]
    assert scattered(np.zeros((0, 1)), np.zeros((0, 3)), "ND") == X.tolist()


def test_the_attribute_replaces_the_mode():
    inputs = [X, tensor([[2]], "int32"), [[10, 20, 30]]]
    found = evaluate("scatter", inputs, **KEYS, mode="ELEMENT", set={"mode": "ND"}).ref
    assert found[2].tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("label", "mode", "indices", "updates", "attributes", "place"),
    [
        ("C3", "ELEMENT", [[0]], [[1.0, 2]], {}, ("scatter", "indices")),
        ("C3", "ELEMENT", [0], [1.0], {}, ("scatter", "indices")),
        ("C3", "ELEMENT", [[0] * 4], [[1.0] * 4], {}, ("scatter", "indices")),
        ("C3", "ELEMENT", [[0]], [[1.0]], {"axis": 2}, ("set", "axis")),
        ("C4", "ND", [[0, 0, 0]], [1.0], {}, ("scatter", "updates")),
        ("C4", "ND", [[0]], [1.0], {}, ("scatter", "updates")),
        ("C5", "ELEMENT", [[3]], [[1.0]], {}, ("scatter", "indices")),
        ("C5", "ND", [[0, -4]], [1.0], {}, ("scatter", "indices")),
        ("C6", "ELEMENT", [[0], [0]], [[1.0], [2.0]], {}, ("scatter", "indices")),
        ("C6", "ND", [[0, 0], [0, -3]], [1.0, 2.0], {}, ("scatter", "indices")),
    ],
)
def test_what_is_refused(label, mode, indices, updates, attributes, place):
    inputs = [X, tensor(indices, "int32"), updates]
    assert refused(label, "scatter", inputs, **KEYS, mode=mode, set=attributes) == place


def test_types_are_refused_c1_c2():
    assert refused("C1", "scatter", [X, [[0.0]], [[1.0]]], **KEYS, mode="ELEMENT") == ("scatter", "indices")
    inputs = [X, tensor([[0]], "int32"), tensor([[1]], "int32")]
    assert refused("C2", "scatter", inputs, **KEYS, mode="ELEMENT") == ("scatter", "updates")
