"""add_softmax."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = np.array([[0.0, 0, -1000], [0, -1000, -1000]])


def run(x, **attributes):
    return evaluate("softmax", [np.array(x, dtype=float)], input="x", set=attributes)


def test_axes_by_hand():
    assert run(X, axes=1).ref.tolist() == [[0.5, 1, 0.5], [0.5, 0, 0.5]]
    assert run(X, axes=2).ref.tolist() == [[0.5, 0.5, 0], [1, 0, 0]]


@pytest.mark.parametrize(("rank", "axis"), [(2, 0), (3, 0), (4, 1), (5, 2)])
def test_the_default_is_the_third_axis_from_the_back(rank, axis):
    x = np.random.default_rng(rank).normal(size=range(2, 2 + rank))
    np.testing.assert_allclose(run(x).ref.sum(axis), 1, rtol=1e-14)
    np.testing.assert_array_equal(run(x).ref, run(x, axes=1 << axis).ref)


@pytest.mark.parametrize("scale", [0.1, 3, 30])
def test_plain_float32_is_within_the_bound(scale):
    x = (np.random.default_rng(0).normal(size=(20, 500)) * scale).astype(np.float32)
    e = np.exp(x - x.max(1, keepdims=True))
    made = run(x, axes=2)
    assert (np.abs(e / e.sum(1, keepdims=True) - made.ref) <= made.bound).all()


def test_the_bound_sees_a_lost_term():
    x = np.random.default_rng(0).normal(size=(1, 50))
    made, without = run(x, axes=2), run(x[:, :-1], axes=2)
    assert (np.abs(made.ref[:, :-1] - without.ref) > made.bound[:, :-1]).all()


def test_masked_elements_get_nothing_and_nan_takes_its_slice():
    made = run([[0, -np.inf, 0], [np.nan, 0, 0]], axes=2)
    np.testing.assert_array_equal(made.ref, [[0.5, 0, 0.5], [np.nan] * 3])
    assert np.isfinite(made.bound).all()


def test_an_error_of_the_input_is_carried():
    root = evaluate("unary", [[[2.0, 3.0]]], input="x", op="SQRT")
    made = evaluate("softmax", [root], input="x", set={"axes": 2})
    assert (made.bound > run(root.ref, axes=2).bound).all()


@pytest.mark.parametrize("axes", [0, 3, 4, -1])
def test_c1_one_axis(axes):
    assert refused("C1", "softmax", [X], input="x", set={"axes": axes}) == ("set", "axes")


def test_c2_float_of_two_dimensions():
    refused("C2", "softmax", [np.ones(3)], input="x")
    refused("C2", "softmax", [tensor(np.ones((2, 2)), "int32")], input="x")
