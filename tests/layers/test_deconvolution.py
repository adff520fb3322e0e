"""add_deconvolution_nd against values by hand, a loop over every product, and its adjoint, the convolution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_runs import windowed
from test_convolution import problems

X = np.arange(1.0, 10).reshape(1, 1, 3, 3)
SAME = ("SAME_UPPER", "SAME_LOWER")


def test_one_dimension_by_hand():
    """x 1 2 spreads kernel 1 10 100: 1, 10 + 2, 100 + 20, 200; stride 2: 1, 10, 100 + 2, 20, 200."""
    x, w = [[[[1, 2]]]], [[[[1, 10, 100]]]]
    assert windowed("deconvolution_nd", x, w).ref.tolist() == [[[[1, 12, 120, 200]]]]
    assert windowed("deconvolution_nd", x, w, stride_nd=[1, 2]).ref.tolist() == [[[[1, 10, 102, 20, 200]]]]
    assert windowed("deconvolution_nd", x, w, dilation_nd=[1, 2]).ref.tolist() == [[[[1, 2, 10, 20, 100, 200]]]]
    assert windowed("deconvolution_nd", x, w, pre_padding=[0, 1]).ref.tolist() == [[[[12, 120, 200]]]]
    assert windowed("deconvolution_nd", x, w, post_padding=[0, 1]).ref.tolist() == [[[[1, 12, 120]]]]
    assert windowed("deconvolution_nd", x, w, padding_nd=[0, 1]).ref.tolist() == [[[[12, 120]]]]
    assert windowed("deconvolution_nd", x, w, [5]).ref.tolist() == [[[[6, 17, 125, 205]]]]


def test_the_initial_example_of_the_document():
    w = 10.0 ** np.arange(4, -5, -1).reshape(1, 1, 3, 3)
    found = windowed("deconvolution_nd", X, w).ref[0, 0]
    np.testing.assert_allclose(found[0], [10000, 21000, 32100, 3200, 300], rtol=1e-7)
    np.testing.assert_allclose(found[2], [70040.01, 87054.021, 98765.4321, 9806.5032, 900.6003], rtol=1e-7)
    np.testing.assert_allclose(found[4], [0.07, 0.087, 0.0987, 0.0098, 0.0009], rtol=1e-6)


@pytest.mark.parametrize(("mode", "kept"), [("SAME_UPPER", [2, 30]), ("SAME_LOWER", [30, 4])])
def test_same_makes_stride_times_input_and_upper_cuts_the_odd_one_off_the_end(mode, kept):
    """x 1 spreads 2 30 4 over three, stride 2 leaves two: kernel 3 is one more than the stride."""
    found = windowed("deconvolution_nd", [[[[1]]]], [[[[2, 30, 4]]]], stride_nd=[1, 2], padding_mode=mode)
    assert found.ref.tolist() == [[[kept]]]


def cuts(mode, extent, stride, pre, post):
    if mode in SAME:
        total = max(extent - stride, 0)
        return (total // 2, total - total // 2) if mode == "SAME_UPPER" else (total - total // 2, total // 2)
    return (pre, pre) if mode.startswith("CAFFE") else (pre, post)


def looped(x, w, b, stride, dilation, pre, post, groups, mode):
    """Every input spread over the whole result, one product after the other; then both ends are cut off."""
    extent = [1 + d * (k - 1) for k, d in zip(w.shape[2:], dilation, strict=True)]
    whole = [(size - 1) * s + e for size, s, e in zip(x.shape[2:], stride, extent, strict=True)]
    off = [cuts(mode, *axis) for axis in zip(extent, stride, pre, post, strict=True)]
    sizes = [max(size, size - before - after) for size, (before, after) in zip(whole, off, strict=True)]
    y = np.zeros((x.shape[0], w.shape[1] * groups, *sizes))
    per_in, per_out = w.shape[0] // groups, w.shape[1]
    for n, c, *at in np.ndindex(*x.shape):
        for m in range(per_out):
            for tap in np.ndindex(*w.shape[2:]):
                place = [a * s + t * d for a, s, t, d in zip(at, stride, tap, dilation, strict=True)]
                y[(n, c // per_in * per_out + m, *place)] += x[(n, c, *at)] * w[(c, m, *tap)]
    y = y[(..., *(slice(before, size - after) for size, (before, after) in zip(whole, off, strict=True)))]
    return y if b is None else y + b.reshape(-1, *[1] * len(stride))


@given(problems())
def test_deconvolution_is_the_sum_of_its_products(problem):
    x, w, b, stride, dilation, pre, post, groups, mode = problem
    w = np.swapaxes(w.reshape(groups, -1, *w.shape[1:]), 1, 2)
    w = w.reshape(-1, *w.shape[2:])  # (C, K / groups, *F)
    extent = [1 + d * (k - 1) for k, d in zip(w.shape[2:], dilation, strict=True)]
    left = [
        (size - 1) * s + e - sum(cuts(mode, e, s, before, after))
        for size, s, e, before, after in zip(x.shape[2:], stride, extent, pre, post, strict=True)
    ]
    if min(left) < 0:
        pre = post = [0] * len(stride)
    found = windowed(
        "deconvolution_nd",
        x,
        w,
        b,
        stride_nd=stride,
        dilation_nd=dilation,
        pre_padding=pre,
        post_padding=post,
        num_groups=groups,
        padding_mode=mode,
    )
    np.testing.assert_array_equal(found.ref, looped(x, w, b, stride, dilation, pre, post, groups, mode))
    assert found.certified.all()


@given(problems(), st.integers(0, 2**16))
def test_deconvolution_is_the_adjoint_of_convolution(problem, seed):
    """<conv(x), y> == <x, deconv(y)> with one kernel; the rows that a stride leaves over are not reached by either."""
    x, w, _, stride, dilation, pre, post, groups, _ = problem
    keys = {"stride_nd": stride, "dilation_nd": dilation, "num_groups": groups}
    image = windowed("convolution_nd", x, w, pre_padding=pre, post_padding=post, **keys).ref
    y = np.random.default_rng(seed).integers(-8, 9, image.shape).astype(float)
    reached = [
        (out - 1) * s + 1 + d * (k - 1) - before
        for out, s, d, k, before in zip(image.shape[2:], stride, dilation, w.shape[2:], pre, strict=True)
    ]
    after = [max(0, r - size) for r, size in zip(reached, x.shape[2:], strict=True)]
    # The convolution's kernel (K, C/groups) is, read as (C', K'/groups), that of its adjoint.
    back = windowed("deconvolution_nd", y, w, pre_padding=pre, post_padding=after, **keys).ref
    within = x[(..., *(slice(0, size) for size in back.shape[2:]))]
    assert (image * y).sum() == (within * back).sum()


def test_old_spellings_mean_the_same():
    w = np.arange(9.0).reshape(1, 1, 3, 3)
    old = windowed("deconvolution", X, w, stride=[2, 1], padding=[1, 0]).ref
    np.testing.assert_array_equal(old, windowed("deconvolution_nd", X, w, stride_nd=[2, 1], padding_nd=[1, 0]).ref)


def test_all_rows_may_be_cut_off():
    found = windowed("deconvolution_nd", X, np.ones((1, 1, 3, 3)), post_padding=[5, 0])
    assert found.ref.shape == (1, 1, 0, 5)


@pytest.mark.parametrize("shape", [(0, 1, 3, 3), (1, 1, 0, 3), (1, 1, 0, 0)])
def test_an_input_without_elements_is_no_accident(shape):
    found = windowed("deconvolution_nd", np.zeros(shape), np.ones((1, 1, 3, 3)), stride_nd=[2, 1])
    assert not found.ref.any()
    assert found.ref.shape[0] == shape[0]
