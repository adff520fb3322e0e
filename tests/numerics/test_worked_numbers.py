"""The worked numbers of the tolerance study: what the bound is on the document's example, and which bugs it sees."""

import numpy as np
import pytest
from layer_runs import tensor, windowed

from trtexp.numerics import Arithmetic, encode, known

X = np.arange(1.0, 10).reshape(1, 1, 3, 3)
W = (10.0 ** np.arange(4, -5, -1)).reshape(1, 1, 3, 3)


def deconvolution(x=X, w=W, b=None, **keys):
    return windowed("deconvolution_nd", x, w, b, **keys)


def caught(got, found):
    """(elements over the bound, of how many, worst error / bound)."""
    error = np.abs(got - found.ref)
    return int((error > found.bound).sum()), error.size, float((error / found.bound).max())


def replayed(x, w):
    """The deconvolution in float32, one fused product after the other, in the reversed raster order of the device."""
    y = np.zeros((5, 5), np.float32)
    for row, column in reversed(list(np.ndindex(3, 3))):
        product = x[0, 0, row, column] * np.float64(np.float32(w[0, 0]))
        spot = np.s_[row : row + 3, column : column + 3]
        y[spot] = np.float32(y[spot].astype(float) + product)
    return y[None, None].astype(float)


def test_two_dimensions_centre_corner_and_certificate():
    found = deconvolution()
    assert found.ref[0, 0, 2, 2] == pytest.approx(98765.4321, abs=1e-3)
    # The study has 0.0648 and 0.0467: it adds the rounding of an output that is no narrower than the accumulator.
    assert found.bound[0, 0, 2, 2] == pytest.approx(0.0589, rel=0.01)
    assert found.typical[0, 0, 2, 2] == pytest.approx(0.0343, rel=0.01)  # the usual partial sum, not the largest
    assert found.terms[1][0, 0, 2, 2] == 9
    assert found.bound[0, 0, 4, 4] == pytest.approx(1.07e-10, rel=0.05)
    assert int(found.certified.sum()) == 7


def test_float32_stays_inside_and_is_exact_where_certified():
    found, got = deconvolution(), replayed(X, W)
    assert caught(got, found)[0] == 0
    assert (got == found.ref)[found.certified].all()
    assert (got != found.ref).any()


def test_three_dimensions_that_cancel():
    x, w = np.stack([X[0], X[0]], axis=1)[None], np.stack([W[0], -W[0]], axis=1)[None]
    x, w = x.reshape(1, 1, 2, 3, 3), w.reshape(1, 1, 2, 3, 3)
    found = deconvolution(x, w)
    middle = np.s_[0, 0, 1]
    assert np.abs(found.ref[middle]).max() < 1e-10  # float64's own rounding
    m, n, s = (part[middle] for part in found.terms)
    assert m[2, 2] == pytest.approx(197530.9, abs=0.1)
    assert s[2, 2] == pytest.approx(98765.4, abs=0.1)
    assert n[2, 2] == 18
    assert found.bound[middle][2, 2] == pytest.approx(0.118, rel=0.01)
    assert found.typical[middle][2, 2] == pytest.approx(0.0373, rel=0.01)
    assert (found.bound[middle] == 0).sum() == found.certified[middle].sum() == 7
    planted = np.full((5, 5), 1e-2)
    over = planted > found.bound[middle]
    assert int(over.sum()) == 21
    assert not over[2, 2]  # at the peak alone 1e-2 is legal
    assert 2.4375e-3 / found.bound[middle][2, 2] < 0.14


TF32 = Arithmetic().with_granted("tf32")


def truncated(w):
    """To 11 significant bits, toward zero."""
    return (np.float32(w).view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32).astype(float)


def test_a_kernel_that_is_not_flipped_is_caught_on_every_element():
    over, of, worst = caught(deconvolution(w=W[..., ::-1, ::-1], b=[1.0]).ref, deconvolution(b=[1.0]))
    assert (over, of) == (25, 25)
    assert worst > 1e11


def test_a_dropped_bias_is_caught_on_every_element():
    over, of, worst = caught(deconvolution().ref, deconvolution(b=[1.0]))
    assert (over, of) == (25, 25)
    assert worst > 1e6


@pytest.mark.parametrize("shift", [(0, 1), (1, 0), (-1, 0), (0, -1)])
def test_padding_off_by_one_is_caught_on_every_element(shift):
    whole = deconvolution(b=[1.0]).ref
    rows, columns = (slice(1 + d, 4 + d) for d in shift)
    over, of, worst = caught(whole[..., rows, columns], deconvolution(b=[1.0], padding_nd=[1, 1]))
    assert (over, of) == (9, 9)
    assert worst >= 2.4e6


def test_swapped_strides_change_the_shape_or_every_uncovered_element():
    assert deconvolution(stride_nd=[1, 2]).shape != deconvolution(stride_nd=[2, 1]).shape
    turned = deconvolution(stride_nd=[2, 1]).ref.swapaxes(-1, -2)
    assert caught(turned, deconvolution(stride_nd=[1, 2]))[0] > 20


def windowed_tf32(b):
    return deconvolution(b=b, arithmetic=TF32)


def test_tf32_sees_the_planted_bugs_by_the_local_bound():
    cut = truncated(W)
    assert caught(deconvolution(w=cut, b=[1.0]).ref, windowed_tf32([1.0]))[0] == 0
    assert caught(deconvolution(w=cut[..., ::-1, ::-1], b=[1.0]).ref, windowed_tf32([1.0]))[:2] == (25, 25)
    over, _, worst = caught(deconvolution(w=cut).ref, windowed_tf32([1.0]))
    assert over >= 11  # of the study, which also counts the rounding of an input that needs none
    assert worst >= 511


def test_powers_of_two_are_certified_everywhere_and_any_error_is_caught():
    w = (2.0 ** np.arange(4, -5, -1)).reshape(1, 1, 3, 3)
    for arithmetic in (Arithmetic(), TF32):
        found = deconvolution(w=w, arithmetic=arithmetic)
        assert found.certified.all()
    for dtype in ("float16", "bfloat16"):
        half = windowed("deconvolution_nd", tensor(X, dtype), w)
        held = known(encode(half.ref, dtype)).ref == half.ref  # the sum must fit the output, too
        np.testing.assert_array_equal(half.certified, held)
        assert held.any()


def test_decimals_on_paper_differ_by_less_than_the_slack():
    layer_kernel = known(encode(W.reshape(-1), "float32"), W.reshape(-1))
    found = deconvolution()
    paper = np.zeros((5, 5))
    for at in np.ndindex(3, 3):
        paper[at[0] : at[0] + 3, at[1] : at[1] + 3] += X[0, 0][at] * W[0, 0]
    assert layer_kernel.slack.any()
    assert (np.abs(paper - found.ref[0, 0]) <= 0.71 * 2.0**-24 * found.terms[0][0, 0]).all()
