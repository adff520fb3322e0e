"""add_cumulative."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = [[1.0, 2, 4], [-1, 8, 0.5]]


def run(x, axis=1, exclusive=False, reverse=False, dtype="float32", **attributes):
    keys = {"op": "SUM", "exclusive": exclusive, "reverse": reverse, "set": attributes}
    return evaluate("cumulative", [tensor(x, dtype), tensor(axis, "int32")], input="x", axis="a", **keys)


@pytest.mark.parametrize(
    ("exclusive", "reverse", "expected"),
    [
        (False, False, [[1, 3, 7], [-1, 7, 7.5]]),
        (True, False, [[0, 1, 3], [0, -1, 7]]),
        (False, True, [[7, 6, 4], [7.5, 8.5, 0.5]]),
        (True, True, [[6, 4, 0], [8.5, 0.5, 0]]),
    ],
)
def test_by_hand(exclusive, reverse, expected):
    made = run(X, 1, exclusive, reverse)
    assert made.ref.tolist() == expected
    assert made.certified.all()
    assert run(X, exclusive=exclusive, reverse=reverse).ref.tolist() == expected


@pytest.mark.parametrize("axis", [0, -2])
def test_down_the_columns(axis):
    assert run(X, axis).ref.tolist() == [[1, 2, 4], [0, 10, 4.5]]


def test_both_can_be_assigned():
    assert run(X, op="SUM", exclusive=True, reverse=True).ref.tolist() == [[6, 4, 0], [8.5, 0.5, 0]]


def test_integers_wrap():
    made = run([2**31 - 1, 1, -1], 0, dtype="int32")
    assert (made.dtype, made.ref.tolist()) == ("int32", [2**31 - 1, -(2**31), 2**31 - 1])
    assert made.certified.all()


def test_an_exclusive_sum_is_no_difference():
    assert run([1, np.inf, 1], 0, exclusive=True).ref.tolist() == [0, 1, np.inf]


def test_float32_is_within_the_bound():
    x = np.random.default_rng(0).normal(size=(10, 300)).astype(np.float32)
    made = run(x)
    assert (np.abs(np.cumsum(x, 1) - made.ref) <= made.bound).all()


def test_no_elements():
    assert run(np.zeros((2, 0))).ref.shape == (2, 0)


KEYS = {"input": "x", "axis": "a", "op": "SUM", "exclusive": False, "reverse": False}


def test_c1_a_scalar_has_no_axis():
    refused("C1", "cumulative", [np.float64(1), tensor(0, "int32")], **KEYS)


@pytest.mark.parametrize(("axis", "dtype"), [(2, "int32"), (-3, "int64"), (1, "float32"), ([1], "int32")])
def test_c2_the_axis_is_an_integer_that_is_there(axis, dtype):
    assert refused("C2", "cumulative", [np.ones((2, 3)), tensor(axis, dtype)], **KEYS) == ("cumulative", "axis")


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8"])
def test_c3_types(dtype):
    refused("C3", "cumulative", [tensor([1], dtype), tensor(0, "int32")], **KEYS)
