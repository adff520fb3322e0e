"""add_slice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_runs import evaluate, refused, refused_by_rtx, tensor

X = np.arange(1.0, 5)


def cut(x, *numbers, inputs=(), **attributes):
    """numbers: start, shape, stride."""
    wiring = {i: "t" for i, given in enumerate(inputs, 1) if given is not None}
    keys = dict(zip(("start", "shape", "stride"), numbers, strict=True))
    return evaluate("slice", [x, *inputs], input="x", **keys, set=attributes, set_input=wiring).ref.tolist()


def ints(*values):
    return tensor(list(values), "int32")


def test_by_hand():
    assert cut(X, [1], [2], [1]) == [2, 3]
    assert cut(X, [3], [4], [-1]) == [4, 3, 2, 1]
    assert cut(X, [2], [3], [0]) == [3, 3, 3]


@pytest.mark.parametrize(
    ("mode", "values"),
    [
        ("WRAP", [3, 4, 1, 2, 3, 4, 1, 2]),
        ("CLAMP", [1, 1, 1, 2, 3, 4, 4, 4]),
        ("FILL", [0, 0, 1, 2, 3, 4, 0, 0]),
        ("REFLECT", [3, 2, 1, 2, 3, 4, 3, 2]),
    ],
)
def test_modes_say_what_lies_outside(mode, values):
    assert cut(X, [-2], [8], [1], mode=mode) == values


@given(st.integers(-20, 20), st.integers(-3, 3), st.integers(1, 5))
def test_modes_are_those_of_numpy_pad(start, stride, size):
    x, reach = np.arange(float(size)), 80
    for mode, pad in (("WRAP", "wrap"), ("CLAMP", "edge"), ("REFLECT", "reflect"), ("FILL", "constant")):
        padded = np.pad(x, reach, mode=pad)
        wanted = [padded[reach + start + i * stride] for i in range(6)]
        assert cut(x, [start], [6], [stride], mode=mode) == wanted


def test_attributes_replace_arguments():
    assert cut(X, [1], [2], [1], start=[0]) == [1, 2]
    assert cut(X, [1], [2], [1], shape=[3]) == [2, 3, 4]
    assert cut(X, [1], [2], [1], stride=[2]) == [2, 4]


def test_inputs_replace_attributes():
    assert cut(X, [0], [0], [0], inputs=(ints(3), ints(2), ints(-2))) == [4, 2]
    assert cut(X, [-1], [3], [1], inputs=(None, None, None, tensor(7.0)), mode="FILL") == [7, 1, 2]


def test_axes_choose_which_numbers_are_meant():
    x = np.arange(1.0, 7).reshape(2, 3)
    assert cut(x, [1], [2], [1], axes=[1]) == [[2, 3], [5, 6]]
    assert cut(x, [1, 0], [2, 1], [1, 1], axes=[1, 0]) == [[2, 3]]
    assert cut(x, [1], [2], [1], inputs=(None, None, None, None, ints(-1))) == [[2, 3], [5, 6]]


def test_empty():
    assert cut(X, [0], [0], [1]) == []
    assert cut(np.zeros(0), [0], [2], [1], mode="FILL") == [0, 0]


@pytest.mark.parametrize(
    ("label", "name", "numbers"),
    [
        ("C1", "start", {"start": [0, 0], "shape": [1], "stride": [1]}),
        ("C1", "stride", {"start": [0], "shape": [1], "stride": []}),
        ("C2", "shape", {"start": [0], "shape": [-1], "stride": [1]}),
        ("C3", "start", {"start": [1], "shape": [4], "stride": [1]}),
        ("C3", "start", {"start": [-1], "shape": [2], "stride": [1]}),
        ("C3", "start", {"start": [0], "shape": [2], "stride": [-1]}),
    ],
)
def test_what_is_refused(label, name, numbers):
    assert refused(label, "slice", [X], input="x", **numbers) == ("slice", name)


@pytest.mark.parametrize("axes", [[1], [0, -1], [-2]])
def test_axes_outside_or_twice_are_refused_c4(axes):
    numbers = {key: [0] * len(axes) for key in ("start", "shape", "stride")}
    assert refused("C4", "slice", [X], input="x", **numbers, set={"axes": axes}) == ("set", "axes")


NUMBERS = {"start": [0], "shape": [5], "stride": [1]}


def filling(mode):
    return {"input": "x", **NUMBERS, "set": {"mode": mode}, "set_input": {4: "v"}}


@pytest.mark.parametrize("value", [[7.0, 8], ints(7)])
def test_c5_a_value_to_fill_with_is_one_element_of_the_type(value):
    assert refused("C5", "slice", [X, None, None, None, value], **filling("FILL")) == ("slice",)


@pytest.mark.parametrize("mode", ["WRAP", "CLAMP"])
def test_c5_rtx_fills_in_mode_fill_alone(mode):
    assert refused_by_rtx("C5", "slice", [X, None, None, None, 7.0], **filling(mode)) == ("slice",)


def test_c6_uint8():
    assert refused_by_rtx("C6", "slice", [tensor([1] * 5, "uint8")], input="x", **NUMBERS) == ("slice", "input")
