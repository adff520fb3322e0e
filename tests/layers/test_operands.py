"""Operands by name: inputs, weights arrays, those that are missing, and what a reference is granted."""

import pytest
from layer_runs import tensor

from trtexp.layers import LAYERS
from trtexp.layers.operands import each_float, granted, integers
from trtexp.numerics import Arithmetic, converted


def operands(word, inputs, arrays=None, /, **data):
    return LAYERS[word].model_validate(data).operand_values(inputs, arrays or {})


X, K, B = tensor([1.0]), tensor([2.0]), tensor([3.0])
WINDOW = {"input": "x", "num_output_maps": 1, "kernel_shape": [1, 1], "kernel": "w"}


def test_an_operand_is_an_input_or_a_weights_array():
    assert operands("convolution_nd", {0: X}, {"kernel": K, "bias": B}, **WINDOW) == [X, K, B]
    assert operands("convolution_nd", {0: X, 1: K}, {}, **WINDOW) == [X, K, None]
    assert operands("convolution_nd", {0: X, 2: B}, {"kernel": K, "bias": X}, **WINDOW) == [X, K, B]


def test_a_missing_operand_is_none_wherever_it_stands():
    keys = {"boxes": "b", "scores": "s", "max_output_boxes_per_class": "m"}
    assert operands("nms", {0: X, 1: X, 2: K, 4: B}, **keys) == [X, X, K, None, B]


def test_the_inputs_of_a_variadic_layer_are_one_operand():
    assert operands("concatenation", {0: X, 1: K, 2: B}, inputs=["x", "k", "b"]) == [(X, K, B)]


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("softmax", ("input",)),
        ("select", ("condition", "then_input", "else_input")),
        ("loop", ()),
        ("dequantize", ("input", "scale", "zero_point")),
        ("deconvolution", ("input", "kernel", "bias")),
    ],
)
def test_the_operands_are_the_tensors_among_the_arguments_unless_the_class_says_otherwise(word, names):
    assert LAYERS[word].operands == names


def test_a_reference_is_granted_what_it_asks_for():
    def plain(x):
        return x

    def summing(x, *, arithmetic):
        return x, arithmetic

    assert granted(plain, arithmetic=Arithmetic()) == {}
    assert granted(summing, arithmetic=Arithmetic(lam=3.0)) == {"arithmetic": Arithmetic(lam=3.0)}


def halved(operand):
    return each_float(lambda x: converted(x, "float16"), operand)


def test_only_floats_are_changed():
    fine, index = tensor([2049.0]), tensor([2049], "int32")
    assert halved(fine).ref.tolist() == [2048]
    assert halved(index) is index
    assert halved(None) is None
    assert [x.dtype for x in halved((fine, index))] == ["float16", "int32"]
    assert halved({"w": fine})["w"].dtype == "float16"


def test_integers_of_a_tensor():
    assert integers(tensor([[2, -1]], "int32")) == [2, -1]
