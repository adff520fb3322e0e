"""add_pooling_nd against values by hand and a loop over every window."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_runs import evaluate, refused, tensor

from trtexp.layers import geometry

X = np.arange(1.0, 10).reshape(1, 1, 3, 3)
LINE = np.arange(1.0, 7).reshape(1, 1, 1, 6)


def pooled(x, kind, window, method="pooling_nd", dtype="float32", **attributes):
    return evaluate(method, [tensor(x, dtype)], input="x", type=kind, window_size=window, set=attributes)


def test_by_hand():
    assert pooled(X, "MAX", [2, 2]).ref.tolist() == [[[[5, 6], [8, 9]]]]
    assert pooled(X, "AVERAGE", [2, 2]).ref.tolist() == [[[[3, 4], [6, 7]]]]
    assert pooled(X, "MAX_AVERAGE_BLEND", [2, 2], blend_factor=0.25).ref.tolist() == [[[[4.5, 5.5], [7.5, 8.5]]]]


@pytest.mark.parametrize("kind", ["AVERAGE", "MAX_AVERAGE_BLEND"])
def test_powers_of_two_are_certified(kind):
    assert pooled(X, kind, [2, 2], blend_factor=0.25).certified.all()
    assert not pooled(X, kind, [1, 3], blend_factor=0.25).certified.any()


def test_the_divisor_is_the_overlap_with_the_input_or_the_window():
    """Windows of 4 with stride 3 over 0 1…6 0: 0 1 2 3, 3 4 5 6, 6 0 and two beyond, which 8.5.3.1 counts like 0."""
    keys = {"stride_nd": [1, 3], "padding_nd": [0, 1], "padding_mode": "EXPLICIT_ROUND_UP"}
    assert pooled(LINE, "AVERAGE", [1, 4], **keys).ref.tolist() == [[[[2, 4.5, 6]]]]
    counted = pooled(LINE, "AVERAGE", [1, 4], average_count_excludes_padding=False, **keys)
    assert counted.ref.tolist() == [[[[1.5, 4.5, 1.5]]]]
    keys = {"stride_nd": [2, 2], "padding_mode": "EXPLICIT_ROUND_UP", "average_count_excludes_padding": False}
    assert pooled(X, "AVERAGE", [2, 2], **keys).ref.tolist() == [[[[3, 2.25], [3.75, 2.25]]]]


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ("EXPLICIT_ROUND_DOWN", [1, 4, 6]),
        ("EXPLICIT_ROUND_UP", [1, 4, 6]),
        ("SAME_UPPER", [2, 5]),
        ("SAME_LOWER", [2, 5]),
        ("CAFFE_ROUND_DOWN", [1, 4, 6]),
        ("CAFFE_ROUND_UP", [1, 4, 6]),
    ],
)
def test_padding_modes(mode, found):
    """Stride 3 over six elements with one of padding: windows of 2 at -1, 2 and 5."""
    assert (
        pooled(LINE, "MAX", [1, 2], stride_nd=[1, 3], padding_nd=[0, 1], padding_mode=mode).ref.ravel().tolist()
        == found
    )


@pytest.mark.parametrize(
    ("mode", "post", "found"),
    [
        ("EXPLICIT_ROUND_DOWN", 2, (5, 3, 2)),
        ("EXPLICIT_ROUND_UP", 2, (5, 3, 2)),
        ("SAME_UPPER", 2, (3, 0, 1)),
        ("SAME_LOWER", 2, (3, 1, 0)),
        ("CAFFE_ROUND_DOWN", 3, (5, 3, 3)),
        ("CAFFE_ROUND_UP", 3, (5, 3, 3)),
    ],
)
def test_the_examples_of_the_header(mode, post, found):
    """NvInfer.h, PaddingMode: windows of 3 with stride 2 over 6 elements, 3 of padding in front."""
    axis = geometry.pooled(mode, geometry.Axis(6, 3, stride=2, pre=3, post=post))
    assert (axis.out, axis.pre, axis.post) == found


def test_same_puts_the_odd_padding_at_its_end():
    assert pooled(LINE[..., :3], "AVERAGE", [1, 2], padding_mode="SAME_UPPER").ref.ravel().tolist() == [1.5, 2.5, 3]
    assert pooled(LINE[..., :3], "AVERAGE", [1, 2], padding_mode="SAME_LOWER").ref.ravel().tolist() == [1, 1.5, 2.5]


def test_padding_is_no_maximum():
    assert pooled(-X, "MAX", [2, 2], padding_nd=[1, 1]).ref.max() == -1
    nothing = np.full((1, 1, 2, 2), -np.inf)
    assert (pooled(nothing, "MAX", [2, 2], padding_nd=[1, 1]).ref == -np.inf).all()


def test_old_spellings_mean_the_same():
    old = pooled(X, "MAX", [1, 1], "pooling", window_size=[2, 2], stride=[2, 2], padding=[1, 1])
    new = pooled(X, "MAX", [2, 2], stride_nd=[2, 2], padding_nd=[1, 1])
    assert old.ref.tolist() == new.ref.tolist() == [[[[1, 3], [7, 9]]]]


def test_int8_is_rounded_and_a_tie_may_go_either_way():
    found = pooled([[[[1, 2, 2, 3]]]], "AVERAGE", [1, 3], dtype="int8")
    assert (found.dtype, found.ref.tolist()) == ("int8", [[[[2, 2]]]])
    assert pooled([[[[1, 2, 2, 3]]]], "AVERAGE", [1, 2], dtype="int8").undetermined.tolist() == [
        [[[True, False, True]]]
    ]
    assert pooled([[[[1, -2, 2, 3]]]], "MAX", [1, 2], dtype="int8").ref.tolist() == [[[[1, 2, 3]]]]


def test_the_largest_may_be_another_one_within_the_errors():
    x = tensor([[[[1, 1.5]]]])
    unsure = type(x)(x.dtype, x.ref, np.array([[[[2.0, 0.5]]]]), x.ref, x.slack, x.certified, x.undetermined)
    assert pooled(unsure, "MAX", [1, 2]).bound.item() == 2


@given(st.data())
def test_every_window_by_a_loop(data):
    draw = data.draw
    sizes, window = draw(st.tuples(st.integers(3, 6), st.integers(3, 6))), draw(st.tuples(*[st.integers(1, 3)] * 2))
    stride = draw(st.tuples(*[st.integers(1, 3)] * 2))
    pre, post = ([draw(st.integers(0, w - 1)) for w in window] for _ in range(2))
    excludes, up = draw(st.booleans()), draw(st.booleans())
    x = np.random.default_rng(draw(st.integers(0, 99))).integers(-9, 9, (1, 2, *sizes)).astype(float)
    out = [
        int((np.ceil if up else np.floor)((n + a + b - w) / s)) + 1
        for n, a, b, w, s in zip(sizes, pre, post, window, stride, strict=True)
    ]
    starts = [[i * s - a for i in range(o)] for o, s, a in zip(out, stride, pre, strict=True)]
    if any(axis[-1] >= n for axis, n in zip(starts, sizes, strict=True)):
        return
    keys = {"stride_nd": list(stride), "pre_padding": pre, "post_padding": post}
    keys |= {"padding_mode": "EXPLICIT_ROUND_UP" if up else "EXPLICIT_ROUND_DOWN"}
    largest = pooled(x, "MAX", list(window), **keys).ref
    mean = pooled(x, "AVERAGE", list(window), average_count_excludes_padding=excludes, **keys).ref
    assert largest.shape == (1, 2, *out)
    for i, top in enumerate(starts[0]):
        for j, left in enumerate(starts[1]):
            part = x[..., max(top, 0) : top + window[0], max(left, 0) : left + window[1]]
            count = part.shape[-1] * part.shape[-2] if excludes else np.prod(window)
            np.testing.assert_array_equal(largest[..., i, j], part.max((-1, -2)))
            np.testing.assert_allclose(mean[..., i, j], part.sum((-1, -2)) / count)


@pytest.mark.parametrize(
    ("label", "x", "window", "attributes"),
    [
        ("C1", X, [2], {}),
        ("C1", X, [0, 2], {}),
        ("C2", X[0], [2, 2], {}),
        ("C3", X, [2, 2], {"stride_nd": [0, 1]}),
        ("C3", X, [2, 2], {"stride_nd": [1, 1, 1]}),
        ("C3", X, [2, 2], {"padding_nd": [-1, 0]}),
        ("C3", X, [2, 2], {"post_padding": [2, 0]}),
        ("C4", X, [6, 1], {}),
        ("C4", X, [1, 1], {"stride_nd": [4, 4], "padding_mode": "EXPLICIT_ROUND_UP"}),
        ("C5", X, [2, 2], {"blend_factor": 1.5}),
    ],
)
def test_refused(label, x, window, attributes):
    refused(label, "pooling_nd", [x], input="x", type="AVERAGE", window_size=window, set=attributes)


def test_whole_numbers_are_refused_c2():
    refused("C2", "pooling_nd", [tensor(X, "int32")], input="x", type="MAX", window_size=[2, 2])
