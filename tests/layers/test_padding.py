"""add_padding_nd against values by hand and numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_runs import evaluate, refused, tensor

X = np.arange(1.0, 10).reshape(1, 1, 3, 3)


def padded(x, pre, post, method="padding_nd", **attributes):
    return evaluate(method, [x], input="x", pre_padding=pre, post_padding=post, set=attributes)


def test_by_hand():
    assert padded(X, [-1, 1], [1, -1]).ref.tolist() == [[[[0, 4, 5], [0, 7, 8], [0, 0, 0]]]]
    assert padded(X, [-4, 0], [2, 0]).ref.tolist() == [[[[0, 0, 0]]]]
    assert padded(X, [-1, 0], [-2, 0]).shape == (1, 1, 0, 3)


@given(*[st.integers(-4, 4)] * 4)
def test_it_is_a_window_on_endless_zeros(top, left, bottom, right):
    if 3 + top + bottom < 0 or 3 + left + right < 0:
        return
    endless = np.pad(X, [(0, 0), (0, 0), (9, 9), (9, 9)])
    wanted = endless[..., 9 - top : 12 + bottom, 9 - left : 12 + right]
    found = padded(X, [top, left], [bottom, right])
    np.testing.assert_array_equal(found.ref, wanted)
    assert found.certified.all()


def test_attributes_overrule_arguments():
    found = padded(X, [5, 5], [5, 5], pre_padding_nd=[-2, 0], post_padding_nd=[0, -2])
    assert found.ref.tolist() == [[[[7]]]]


def test_old_spellings_mean_the_same():
    found = padded(X, [5, 5], [5, 5], "padding", pre_padding=[-2, 0], post_padding=[0, -2])
    assert found.ref.tolist() == [[[[7]]]]


@pytest.mark.parametrize(
    ("label", "x", "pre", "post"),
    [
        ("C1", X, [1], [1, 1]),
        ("C1", X, [1, 1], [0, 0, 1, 1]),
        ("C2", X[0], [1, 1], [1, 1]),
        ("C2", tensor(X, "int32"), [1, 1], [1, 1]),
        ("C3", X, [-2, 0], [-2, 0]),
    ],
)
def test_refused(label, x, pre, post):
    refused(label, "padding_nd", [x], input="x", pre_padding=pre, post_padding=post)
