"""add_ragged_softmax."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

KEYS = {"input": "x", "bounds": "n"}
X = np.array([[[0.0, 0, 0, 0], [0, -1000, 0, 1000]]])


def run(x, bounds):
    return evaluate("ragged_softmax", [np.array(x), tensor(np.array(bounds).reshape(1, -1, 1), "int32")], **KEYS)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ([4, 2], [[0.25] * 4, [1, 0, 0, 0]]),
        ([2, 3], [[0.5, 0.5, 0, 0], [0.5, 0, 0.5, 0]]),
        ([0, 4], [[0] * 4, [0, 0, 0, 1]]),
        ([2], [[0.5, 0.5, 0, 0], [1, 0, 0, 0]]),
    ],
)
def test_by_hand(bounds, expected):
    assert run(X, bounds).ref.tolist() == [expected]


def test_full_rows_are_those_of_softmax():
    x = np.random.default_rng(0).normal(size=(1, 3, 7))
    plain = evaluate("softmax", [x], input="x", set={"axes": 4})
    ragged = run(x, [7, 7, 7])
    np.testing.assert_array_equal(ragged.ref, plain.ref)
    np.testing.assert_array_equal(ragged.bound, plain.bound)


def test_what_lies_behind_is_not_read_and_is_exactly_zero():
    made = run([[[0, 0, np.nan, np.inf]]], [2])
    assert made.ref.tolist() == [[[0.5, 0.5, 0, 0]]]
    assert made.certified.tolist() == [[[False, False, True, True]]]


@pytest.mark.parametrize("shape", [(2, 4), (1, 1, 2, 4)])
def test_c1_three_dimensions(shape):
    refused("C1", "ragged_softmax", [np.ones(shape), tensor(np.ones((1, 2, 1)), "int32")], **KEYS)


def test_c1_float():
    refused("C1", "ragged_softmax", [tensor(X * 0, "int32"), tensor(np.ones((1, 2, 1)), "int32")], **KEYS)


@pytest.mark.parametrize(
    ("bounds", "dtype"),
    [([[[1], [2], [3]]], "int32"), ([[1, 2]], "int32"), ([[[1], [2]]], "float32"), ([[[5], [2]]], "int32")],
)
def test_c2_bounds_are_one_integer_per_row(bounds, dtype):
    refused("C2", "ragged_softmax", [X, tensor(bounds, dtype)], **KEYS)
