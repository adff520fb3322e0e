"""add_lrn."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = np.array([1.0, 2, 0, 4]).reshape(1, 4, 1, 1)


def run(x=X, window=3, alpha=3.0, beta=1.0, k=1.0, **attributes):
    return evaluate("lrn", [x], input="x", window=window, alpha=alpha, beta=beta, k=k, set=attributes)


def test_by_hand():
    """1 / (1 + 1 + 4), 2 / (1 + 1 + 4 + 0), 0, 4 / (1 + 0 + 16)"""
    np.testing.assert_allclose(run().ref.ravel(), [1 / 6, 2 / 6, 0, 4 / 17], rtol=1e-15)


def test_the_example_of_the_operators_reference():
    x = np.arange(5.0).reshape(1, 5, 1, 1)
    expected = [0, 0.56603765, 0.4195804, 0.3071672, 0.47430828]
    np.testing.assert_allclose(run(x, alpha=1.0, k=0.1).ref.ravel(), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("attributes", "first"),
    [
        ({"window_size": 1}, 1 / 4),
        ({"alpha": 6.0}, 1 / 11),
        ({"beta": 2.0}, 1 / 36),
        ({"k": 3.0}, 1 / 8),
    ],
)
def test_every_attribute_can_be_assigned_and_matters(attributes, first):
    np.testing.assert_allclose(run(**attributes).ref.ravel()[0], first, rtol=1e-14)


@pytest.mark.parametrize("window", [1, 5, 15])
def test_float32_is_within_the_bound(window):
    x = np.random.default_rng(window).normal(0, 3, (2, 16, 5, 5)).astype(np.float32)
    made = run(x, window, 1.5, 0.6, 0.5)
    half, f = window // 2, np.float32
    padded = np.pad(x * x, [(0, 0), (half, half), (0, 0), (0, 0)])
    squares = sum(padded[:, i : i + 16] for i in range(window))
    got = x / (f(0.5) + f(1.5) / f(window) * squares) ** f(0.6)
    assert got.dtype == np.float32
    assert (np.abs(got - made.ref) <= made.bound).all()
    assert made.bound.max() < 1e-4


@pytest.mark.parametrize(
    ("shape", "found"), [((1, 1, 4, 1, 1), [1 / 6, 2 / 6, 0, 4 / 17]), ((1, 4, 1, 1, 1), [1 / 2, 2 / 5, 0, 4 / 17])]
)
def test_the_channels_are_the_third_axis_from_the_end(shape, found):
    """8.5.3.1 and 8.6.0: x / (1 + x²) where that axis has one element."""
    np.testing.assert_allclose(run(X.reshape(shape)).ref.ravel(), found, rtol=1e-15)


def test_zeros_stay():
    assert not run(np.zeros((1, 4, 2, 2))).bound.any()


@pytest.mark.parametrize("window", [0, 2, 17, -1])
def test_c1_the_window_is_odd(window):
    refused("C1", "lrn", [X], input="x", window=window, alpha=1.0, beta=1.0, k=1.0)


@pytest.mark.parametrize(("name", "value"), [("alpha", 1e21), ("beta", 0.001), ("beta", 2e5), ("k", 1e-6), ("k", 1e11)])
def test_c2_ranges(name, value):
    keys = {"window": 3, "alpha": 1.0, "beta": 1.0, "k": 1.0, "set": {name: value}}
    assert refused("C2", "lrn", [X], input="x", **keys) == ("set", name)


def test_c3_four_dimensions_of_float():
    keys = {"input": "x", "window": 3, "alpha": 1.0, "beta": 1.0, "k": 1.0}
    refused("C3", "lrn", [X[0]], **keys)
    refused("C3", "lrn", [tensor(X, "int32")], **keys)


def test_bytes_are_certain_where_the_result_is_a_whole_number():
    x = tensor(np.array([12, 0, 7, 0]).reshape(1, 4, 1, 1), "int8")
    made = run(x, window=1, alpha=0.0, k=4.0)
    assert made.dtype == "int8" and made.ref.ravel()[:2].tolist() == [3, 0]
    assert made.undetermined.ravel().tolist() == [False, False, True, False]
