"""The taps of an interpolation, at places by hand and by what all of them have in common."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trtexp.layers.interpolation import coordinate_error, cubic, taps


def test_linear_by_hand():
    indices, weights, errors = taps("LINEAR", np.array([-0.25, 1.0, 2.75]), np.zeros(3))
    assert indices.T.tolist() == [[-1, 0], [1, 2], [2, 3]]
    assert weights.T.tolist() == [[0.25, 0.75], [1, 0], [0.25, 0.75]]
    assert not errors.any()


def test_cubic_by_hand():
    """Halfway, with a = -0.75: -3/32 for the outer two and 19/32 for the inner two."""
    indices, weights, _ = taps("CUBIC", np.array([0.5]), np.zeros(1))
    assert indices.ravel().tolist() == [-1, 0, 1, 2]
    assert weights.ravel().tolist() == [-0.09375, 0.59375, 0.59375, -0.09375]
    assert taps("CUBIC", np.array([3.0]), np.zeros(1))[1].ravel().tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize("mode", ["LINEAR", "CUBIC"])
@given(at=st.floats(-9, 9), a=st.floats(-1, -0.25))
def test_weights_sum_to_1_and_errors_cover_float32(mode, at, a):
    place, off = np.array([at]), np.array([coordinate_error(9)])
    _, weights, errors = taps(mode, place, off, a)
    assert abs(weights.sum() - 1) < 1e-12
    assert (errors > 0).all()
    t = np.float32(at) - np.float32(np.floor(at))
    if 0 < t < 1:
        near = taps(mode, np.array([np.floor(at) + float(t)]), np.zeros(1), a)[1]
        assert (np.abs(near.astype(np.float32) - weights) <= errors).all()


@given(st.floats(0, 2), st.floats(-1, -0.25))
def test_the_cubic_kernel_is_continuous_and_ends_at_2(distance, a):
    np.testing.assert_allclose(cubic(np.array([0.0, 1.0, 2.0]), a), [1, 0, 0], atol=1e-12)
    assert abs(cubic(np.array([distance]), a) - cubic(np.array([min(distance + 1e-9, 2)]), a)).item() < 1e-7
