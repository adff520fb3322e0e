"""add_scale and add_scale_nd against values by hand."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

from trtexp.numerics import Arithmetic

X = np.arange(1.0, 9).reshape(1, 2, 2, 2)


def scaled(x, mode, arrays, method="scale", **keys):
    return evaluate(method, [x], arrays, input="x", mode=mode, **{name: name for name in arrays}, **keys)


def test_by_hand():
    """(2 · 1 + 4) squared is 36."""
    found = scaled(X, "UNIFORM", {"scale": [2], "shift": [4], "power": [2]})
    assert found.ref.ravel().tolist() == [36, 64, 100, 144, 196, 256, 324, 400]


def test_whatever_is_left_out_is_neutral():
    assert scaled(X, "UNIFORM", {}).ref.tolist() == X.tolist()
    assert scaled(X, "UNIFORM", {"scale": [2], "shift": np.zeros(0)}).ref.tolist() == (2 * X).tolist()


def test_a_line_of_short_numbers_is_certified_and_a_power_is_not():
    assert scaled(X, "UNIFORM", {"scale": [2], "shift": [4]}).certified.all()
    squared = scaled(X, "UNIFORM", {"power": [2]})
    assert not squared.certified.any()
    assert (squared.bound > 0).all()


@pytest.mark.parametrize("exponent", [0, 1])
def test_the_exponents_0_and_1_are_exact(exponent):
    found = scaled(X - 4, "CHANNEL", {"power": [exponent, exponent]})
    assert found.ref.tolist() == ((X - 4) ** exponent).tolist()
    assert found.certified.all()


@pytest.mark.parametrize("axis", range(4))
def test_channels_along_each_axis(axis):
    factors = 10.0 ** np.arange(X.shape[axis])
    shape = [1] * 4
    shape[axis] = -1
    found = scaled(X, "CHANNEL", {"scale": factors}, "scale_nd", channel_axis=axis)
    assert found.ref.tolist() == (X * factors.reshape(shape)).tolist()
    assigned = scaled(X, "CHANNEL", {"scale": factors}, set={"channel_axis": axis})
    assert assigned.ref.tolist() == found.ref.tolist()


@pytest.mark.parametrize("axis", range(4))
def test_elements_are_counted_from_the_channel_axis_on(axis):
    factors = 1.0 + np.arange(np.prod(X.shape[axis:])).reshape(X.shape[axis:])
    found = scaled(X, "ELEMENTWISE", {"shift": factors.ravel()}, "scale_nd", channel_axis=axis)
    assert found.ref.tolist() == (X + factors).tolist()


def test_the_default_axis_is_the_third_from_the_end():
    x = np.ones((1, 5, 2, 1, 1))
    assert scaled(x, "CHANNEL", {"scale": [3, 4]}).ref[0, 0].ravel().tolist() == [3, 4]


def test_the_attributes_overrule_the_arguments():
    attributes = {"mode": "CHANNEL", "scale": "s", "shift": "s", "power": "s"}
    layer = {"input": "x", "mode": "UNIFORM", "set": attributes}
    found = evaluate("scale", [X], {"scale": [1, 2], "shift": [0, 1], "power": [1, 2]}, **layer)
    assert found.ref.ravel().tolist() == [1, 2, 3, 4, 121, 169, 225, 289]


@pytest.mark.parametrize(
    ("label", "x", "mode", "count", "keys"),
    [
        ("C1", X, "CHANNEL", 2, {"set": {"channel_axis": 4}}),
        ("C1", X[0, 0, 0], "UNIFORM", 1, {}),
        ("C2", X, "CHANNEL", 3, {}),
        ("C2", X, "UNIFORM", 2, {}),
        ("C2", X, "ELEMENTWISE", 4, {}),
        ("C3", tensor(X, "int32"), "UNIFORM", 1, {}),
    ],
)
def test_refused(label, x, mode, count, keys):
    refused(label, "scale", [x], {"scale": np.ones(count)}, input="x", mode=mode, scale="scale", **keys)


def test_c4_rtx_takes_one_type():
    arrays, keys = {"scale": [2.0]}, {"input": "x", "mode": "UNIFORM", "scale": "scale"}
    half = tensor(X, "float16")
    assert refused("C4", "scale", [half], arrays, arithmetic=RTX, **keys) == ("scale", "scale")
    assert scaled(half, "UNIFORM", arrays).dtype == "float16"


RTX = Arithmetic(family="tensorrt-rtx")
