"""add_one_hot."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

KEYS = {"indices": "i", "values": "v", "depth": "d"}


def hot(indices, axis=-1, depth=3, values=(0.0, 1.0)):
    inputs = [tensor(indices, "int32"), list(values), tensor(depth, "int32")]
    return evaluate("one_hot", inputs, **KEYS, axis=axis).ref.tolist()


def test_by_hand():
    assert hot([2, 0]) == [[0, 0, 1], [1, 0, 0]]
    assert hot([2, 0], axis=0) == [[0, 1], [0, 0], [1, 0]]
    assert hot([[2, 0]], axis=-2) == hot([[2, 0]], axis=1) == [[[0, 1], [0, 0], [1, 0]]]
    assert hot(1) == [0, 1, 0]
    inputs = [tensor([2, 0], "int32"), [0, 1], tensor(3, "int32")]
    assert evaluate("one_hot", inputs, **KEYS, axis=-1, set={"axis": 0}).ref.tolist() == hot([2, 0], axis=0)


def test_values_say_what_is_on():
    assert hot([1], depth=2, values=(-1, 8)) == [[-1, 8]]
    np.testing.assert_array_equal(hot([1], depth=2, values=(np.nan, np.inf)), [[np.nan, np.inf]])


def test_negative_indices_count_from_the_back_and_those_outside_are_off():
    assert hot([-1, -3, -4, 3]) == [[0, 0, 1], [1, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_a_depth_of_zero():
    assert hot([1], depth=0) == [[]]


@pytest.mark.parametrize(
    ("label", "name", "inputs", "axis"),
    [
        ("C1", "indices", [[0.0], [0.0, 1], tensor(3, "int32")], 0),
        ("C2", "values", [tensor([0], "int32"), [0.0, 1, 2], tensor(3, "int32")], 0),
        ("C3", "depth", [tensor([0], "int32"), [0.0, 1], tensor([3], "int32")], 0),
        ("C3", "depth", [tensor([0], "int32"), [0.0, 1], 3.0], 0),
        ("C3", "depth", [tensor([0], "int32"), [0.0, 1], tensor(-1, "int32")], 0),
        ("C4", "axis", [tensor([0], "int32"), [0.0, 1], tensor(3, "int32")], 2),
        ("C4", "axis", [tensor([0], "int32"), [0.0, 1], tensor(3, "int32")], -3),
    ],
)
def test_what_is_refused(label, name, inputs, axis):
    assert refused(label, "one_hot", inputs, **KEYS, axis=axis) == ("one_hot", name)
