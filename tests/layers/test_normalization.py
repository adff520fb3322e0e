"""add_normalization and add_normalization_v2."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = np.array([1.0, -1, 1, -1, 7, 3, 3, 7]).reshape(1, 2, 2, 2)
S, B = np.array([4.0, 8]).reshape(1, 2, 1, 1), np.array([0.5, 16]).reshape(1, 2, 1, 1)
BOTH = pytest.mark.parametrize("method", ["normalization", "normalization_v2"])


def keys(axes, /, **attributes):
    return {"input": "x", "scale": "s", "bias": "b", "axesMask": axes, "set": attributes}


def run(method, x, s, b, axes, /, **attributes):
    return evaluate(method, [np.asarray(t, dtype=float) for t in (x, s, b)], **keys(axes, **attributes))


@BOTH
def test_instance_by_hand(method):
    """Means 0 and 5, deviations 1 and 2."""
    made = run(method, X, S, B, 12, epsilon=0.0)
    assert made.ref.tolist() == [[[[4.5, -3.5], [4.5, -3.5]], [[24, 8], [8, 24]]]]


@BOTH
def test_epsilon_is_added_to_the_variance(method):
    assert run(method, X, S, B, 12, epsilon=3.0).ref[0, 0].tolist() == [[2.5, -1.5], [2.5, -1.5]]
    np.testing.assert_allclose(
        run(method, X, S, B, 12).ref[0, 0, 0, 0], 4 / np.sqrt(1 + float(np.float32(1e-5))) + 0.5, rtol=1e-14
    )


@BOTH
def test_the_axes_can_be_assigned(method):
    one = np.ones((1, 1, 1, 2))
    made = run(method, X, one, 0 * one, 12, epsilon=0.0, axes=8)
    assert made.ref.ravel().tolist() == [1, -1, 1, -1, 1, -1, -1, 1]


X4 = np.array([1.0, 1, -1, -1, 7, 3, 3, 7]).reshape(1, 4, 1, 2)


def test_groups_have_a_scale_each():
    made = run("normalization", X4, S, B, 12, epsilon=0.0, num_groups=2)
    assert made.ref.ravel().tolist() == [4.5, 4.5, -3.5, -3.5, 24, 8, 8, 24]


def test_channels_have_a_scale_each_in_version_2():
    s = np.array([1.0, 2, 4, 8]).reshape(1, 4, 1, 1)
    made = run("normalization_v2", X4, s, 0 * s, 12, epsilon=0.0, num_groups=2)
    assert made.ref.ravel().tolist() == [1, 1, -2, -2, 4, -4, -8, 8]


@pytest.mark.parametrize(("axes", "shape"), [(12, (1, 4, 1, 1)), (8, (1, 1, 1, 6)), (14, (1, 4, 5, 6))])
@pytest.mark.parametrize("mean", [0, 30])
def test_two_passes_in_float32_are_within_the_bound(axes, shape, mean):
    rng = np.random.default_rng(0)
    x = rng.normal(mean, 1, (2, 4, 5, 6)).astype(np.float32)
    s, b = (rng.normal(size=shape).astype(np.float32) for _ in range(2))
    over = tuple(a for a in range(4) if axes >> a & 1)
    centred = x - x.mean(over, keepdims=True)
    got = centred / np.sqrt((centred * centred).mean(over, keepdims=True) + float(np.float32(1e-5))) * s + b
    assert got.dtype == np.float32
    made = run("normalization", x, s, b, axes)
    assert (np.abs(got - made.ref) <= made.bound).all()


def test_half_precision_has_a_wider_bound():
    half, full = (run("normalization", X, S, B, 12, compute_precision=p) for p in ("HALF", "FLOAT"))
    assert (half.bound > 1000 * full.bound).all()


def test_a_nan_spoils_its_channel_only():
    made = run("normalization", np.where(X > 5, np.nan, X), S, B, 12)
    assert np.isnan(made.ref[0, 1]).all() and not np.isnan(made.ref[0, 0]).any()


@BOTH
@pytest.mark.parametrize("axes", [-1, 0, 16, 20])
def test_c1_axes_are_there(method, axes):
    assert refused("C1", method, [X, S, B], **keys(axes)) == (method, "axesMask")


@BOTH
@pytest.mark.parametrize(("groups", "axes"), [(0, 12), (3, 12), (2, 8), (2, 14)])
def test_c2_groups_divide_and_take_all_axes_behind(method, groups, axes):
    refused("C2", method, [X, S, B], **keys(axes, num_groups=groups))


@pytest.mark.parametrize(
    ("method", "shape", "groups"),
    [
        ("normalization", (2,), 1),
        ("normalization", (1, 3, 1, 1), 1),
        ("normalization", (1, 4, 1, 1), 2),
        ("normalization_v2", (1, 2, 1, 1), 2),
    ],
)
def test_c3_scale_and_bias_fit(method, shape, groups):
    one = np.ones(shape)
    assert refused("C3", method, [X4, one, one], **keys(12, num_groups=groups)) == (method, "scale")


@BOTH
def test_c4_one_float_type(method):
    refused("C4", method, [tensor(X, "float16"), S, B], **keys(12))
    refused("C4", method, [tensor(t, "int32") for t in (X, S, np.floor(B))], **keys(12))


@BOTH
@pytest.mark.parametrize("precision", ["INT32", "INT8", "BOOL"])
def test_c5_the_precision_is_a_float(method, precision):
    assert refused("C5", method, [X, S, B], **keys(12, compute_precision=precision)) == ("set", "compute_precision")


@BOTH
def test_sums_beyond_the_range_leave_their_slice_open(method):
    """The squares of 3e20 are no float32: a device gives 0, or NaN."""
    made = run(method, X * np.array([3e20, 1]).reshape(1, 2, 1, 1), S, B, 12)
    assert made.undetermined[0].all(axis=(1, 2)).tolist() == [True, False]
