"""add_shuffle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_runs import evaluate, refused, refused_by_rtx, tensor

X = np.arange(1.0, 7).reshape(2, 3)


def shuffle(x=X, dims=None, **attributes):
    inputs = [x] if dims is None else [x, tensor(dims, "int32")]
    wiring = {} if dims is None else {"set_input": {1: "d"}}
    return evaluate("shuffle", inputs, input="x", set=attributes, **wiring).ref


def test_by_hand():
    assert shuffle().tolist() == X.tolist()
    assert shuffle(first_transpose=[1, 0], reshape_dims=[2, 3]).tolist() == [[1, 4, 2], [5, 3, 6]]
    assert shuffle(reshape_dims=[3, 2], second_transpose=[1, 0]).tolist() == [[1, 3, 5], [2, 4, 6]]


def test_zero_copies_the_dimension_of_the_transposed_input():
    assert shuffle(first_transpose=[1, 0], reshape_dims=[0, -1]).shape == (3, 2)
    assert shuffle(reshape_dims=[0, 1, -1]).shape == (2, 1, 3)


def test_zero_is_a_dimension_if_it_is_no_placeholder():
    assert shuffle(np.zeros((0, 3)), reshape_dims=[7, 0], zero_is_placeholder=False).shape == (7, 0)
    assert shuffle(np.zeros((0, 3)), reshape_dims=[0, 3]).shape == (0, 3)


def test_input_1_replaces_the_attribute():
    assert shuffle(dims=[3, -1], reshape_dims=[6]).shape == (3, 2)


def test_scalars():
    assert shuffle(np.full((1, 1), 7.0), reshape_dims=[]).shape == ()
    assert shuffle(np.full((), 7.0), reshape_dims=[1, 1]).tolist() == [[7]]


@given(st.permutations(range(3)), st.permutations(range(4)))
def test_transposes_are_those_of_numpy(first, second):
    x = np.arange(24.0).reshape(2, 3, 4)
    found = shuffle(x, first_transpose=first, reshape_dims=[2, 2, 3, 2], second_transpose=second)
    np.testing.assert_array_equal(found, x.transpose(first).reshape(2, 2, 3, 2).transpose(second))


@pytest.mark.parametrize(
    ("label", "attribute", "attributes"),
    [
        ("C1", "first_transpose", {"first_transpose": [0, 0]}),
        ("C1", "first_transpose", {"first_transpose": [0]}),
        ("C1", "second_transpose", {"reshape_dims": [6], "second_transpose": [1, 0]}),
        ("C2", "reshape_dims", {"reshape_dims": [-1, -1]}),
        ("C2", "reshape_dims", {"reshape_dims": [-2, 3]}),
        ("C2", "reshape_dims", {"reshape_dims": [1] * 8 + [6]}),
        ("C3", "reshape_dims", {"reshape_dims": [2, 3, 0]}),
        ("C4", "reshape_dims", {"reshape_dims": [4, 2]}),
        ("C4", "reshape_dims", {"reshape_dims": [4, -1]}),
        ("C4", "reshape_dims", {"reshape_dims": [0, -1], "zero_is_placeholder": False}),
    ],
)
def test_what_is_refused(label, attribute, attributes):
    assert refused(label, "shuffle", [X], input="x", set=attributes) == ("set", attribute)


def test_a_minus_one_beside_no_elements_is_refused_c4():
    keys = {"input": "x", "set": {"reshape_dims": [0, -1], "zero_is_placeholder": False}}
    refused("C4", "shuffle", [np.zeros((0, 3))], **keys)


def test_rtx_refuses_uint8_c5():
    assert refused_by_rtx("C5", "shuffle", [tensor([1], "uint8")], input="x") == ("shuffle", "input")
