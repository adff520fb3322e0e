"""add_convolution_nd against values by hand and a loop over every product."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_runs import windowed

X = np.arange(1.0, 10).reshape(1, 1, 3, 3)


def test_the_kernel_is_not_flipped():
    w = 10.0 ** np.arange(4, -5, -1).reshape(1, 1, 3, 3)
    assert windowed("convolution_nd", X, w).ref.item() == pytest.approx(12345.6789, rel=1e-7)


def test_one_dimension_by_hand():
    """x 1 2 3 with kernel 1 10: 1 + 20, 2 + 30; padded by 1 in front: 10 first; with bias 5."""
    x, w = [[[[1, 2, 3]]]], [[[[1, 10]]]]
    assert windowed("convolution_nd", x, w).ref.tolist() == [[[[21, 32]]]]
    assert windowed("convolution_nd", x, w, pre_padding=[0, 1]).ref.tolist() == [[[[10, 21, 32]]]]
    assert windowed("convolution_nd", x, w, post_padding=[0, 1]).ref.tolist() == [[[[21, 32, 3]]]]
    assert windowed("convolution_nd", x, w, [5]).ref.tolist() == [[[[26, 37]]]]
    assert windowed("convolution_nd", x, w, stride_nd=[1, 2]).ref.tolist() == [[[[21]]]]
    assert windowed("convolution_nd", x, w, dilation_nd=[1, 2]).ref.tolist() == [[[[31]]]]


#: size 5, kernel 2, stride 2, padding 1 in front and 0 behind (`CAFFE_*` take the front on both sides)
MODES = {
    "EXPLICIT_ROUND_DOWN": 3,
    "EXPLICIT_ROUND_UP": 3,
    "CAFFE_ROUND_DOWN": 3,
    "CAFFE_ROUND_UP": 4,
    "SAME_UPPER": 3,
    "SAME_LOWER": 3,
}


@pytest.mark.parametrize("mode", MODES)
def test_padding_modes_by_hand(mode):
    x = np.arange(1.0, 6).reshape(1, 1, 1, 5)
    found = windowed(
        "convolution_nd",
        x,
        [[[[1, 10]]]],
        stride_nd=[1, 2],
        pre_padding=[0, 1],
        post_padding=[0, 0],
        padding_mode=mode,
    ).ref.reshape(-1)
    assert found.size == MODES[mode]
    front = [10, 32, 54]  # zeros first: 0 1 | 2 3 | 4 5
    assert found[:3].tolist() == (front if mode != "SAME_UPPER" else [21, 43, 5])
    assert found[3:].tolist() == ([0] if mode == "CAFFE_ROUND_UP" else [])


def padded_range(mode, size, extent, stride, pre, post):
    """(output size, zeros in front) along one dimension, from the text of NvInfer.h."""
    if mode.startswith("SAME"):
        out = -(-size // stride)
        total = max(0, (out - 1) * stride + extent - size)
        return out, total // 2 if mode == "SAME_UPPER" else total - total // 2
    if mode.startswith("CAFFE"):
        post = pre
    exact = (size + pre + post - extent) / stride + 1
    return int(np.ceil(exact) if mode.endswith("UP") else np.floor(exact)), pre


def looped(x, w, b, stride, dilation, pre, post, groups, mode):
    """Every output, one product after the other."""
    extent = [1 + d * (k - 1) for k, d in zip(w.shape[2:], dilation, strict=True)]
    ranges = [padded_range(mode, *axis) for axis in zip(x.shape[2:], extent, stride, pre, post, strict=True)]
    y = np.zeros((x.shape[0], w.shape[0], *(out for out, _ in ranges)))
    per_in, per_out = w.shape[1], w.shape[0] // groups
    for n, m, *at in np.ndindex(*y.shape):
        total = 0.0 if b is None else b[m]
        for c in range(per_in):
            for tap in np.ndindex(*w.shape[2:]):
                place = [
                    o * s + t * d - before
                    for o, s, t, d, (_, before) in zip(at, stride, tap, dilation, ranges, strict=True)
                ]
                if all(0 <= p < size for p, size in zip(place, x.shape[2:], strict=True)):
                    total += x[(n, m // per_out * per_in + c, *place)] * w[(m, c, *tap)]
        y[(n, m, *at)] = total
    return y


@st.composite
def problems(draw):
    rank = draw(st.sampled_from([2, 2, 3]))
    small = st.lists(st.integers(1, 3), min_size=rank, max_size=rank)
    groups, per_in, per_out = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel, stride, dilation = draw(small), draw(small), draw(st.lists(st.integers(1, 2), min_size=rank, max_size=rank))
    pads = st.lists(st.integers(0, 2), min_size=rank, max_size=rank)
    sizes = [1 + d * (k - 1) + draw(st.integers(0, 2)) for k, d in zip(kernel, dilation, strict=True)]
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    x = rng.integers(-8, 9, (draw(st.integers(1, 2)), groups * per_in, *sizes)).astype(float)
    w = rng.integers(-8, 9, (groups * per_out, per_in, *kernel)).astype(float)
    b = draw(st.sampled_from([None, rng.integers(-8, 9, groups * per_out).astype(float)]))
    return x, w, b, stride, dilation, draw(pads), draw(pads), groups, draw(st.sampled_from(list(MODES)))


@given(problems())
def test_convolution_is_the_sum_of_its_products(problem):
    x, w, b, stride, dilation, pre, post, groups, mode = problem
    found = windowed(
        "convolution_nd",
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
    np.testing.assert_array_equal(found.ref, looped(*problem))
    assert found.certified.all()


def test_old_spellings_mean_the_same():
    x, w = np.arange(25.0).reshape(1, 1, 5, 5), np.arange(9.0).reshape(1, 1, 3, 3)
    new = {"stride_nd": [2, 1], "padding_nd": [1, 0], "dilation_nd": [1, 2]}
    old = {name.removesuffix("_nd"): value for name, value in new.items()}
    np.testing.assert_array_equal(windowed("convolution", x, w, **old).ref, windowed("convolution_nd", x, w, **new).ref)


def test_the_batch_may_have_any_number_of_axes():
    x = np.arange(2.0 * 3 * 1 * 3 * 3).reshape(2, 3, 1, 3, 3)
    w = np.arange(4.0).reshape(1, 1, 2, 2)
    found = windowed("convolution_nd", x, w).ref
    assert found.shape == (2, 3, 1, 2, 2)
    for i, j in itertools.product(range(2), range(3)):
        np.testing.assert_array_equal(found[i, j], windowed("convolution_nd", x[i, j][None], w).ref[0])


@pytest.mark.parametrize("size", [0, 1])
def test_an_input_without_elements_is_no_accident(size):
    x = np.zeros((1, 1, size, 3))
    found = windowed("convolution_nd", x, np.ones((1, 1, 2, 2)), stride_nd=[3, 3], padding_mode="SAME_LOWER")
    assert found.ref.shape == (1, 1, size, 1)
