"""Texts of fields: their own, those of the attribute that an argument writes, and the defaults."""

import pytest

from trtexp.layers import LAYERS
from trtexp.spec.fields import arguments, attributes


def text(word, name, of=attributes):
    return next(field.text for field in of(LAYERS[word]) if field.name == name)


@pytest.mark.parametrize(
    ("word", "name", "end"),
    [
        ("convolution_nd", "num_groups", "are split. Default 1."),
        ("convolution_nd", "stride_nd", "in the output. Default 1."),
        ("convolution_nd", "padding_mode", "the explicit paddings. Default EXPLICIT_ROUND_DOWN."),
        ("normalization", "epsilon", "added to the variance. Default 1e-5."),
        ("resize", "cubic_coeff", "of the polynomials. Default -0.75."),
        ("resize", "exclude_outside", "repeat its border. Default false."),
        ("scale", "shift", "What is added. Default 0."),
        ("moe", "swiglu_param_limit", "plus and minus this. Default: no limit."),
        ("concatenation", "axis", "inputs are joined. Default: rank - 3, at least 0."),
        ("topk", "k", "How many, unless input 1 says."),
        ("softmax", "num_ranks", "10.16 on. Default 1."),
    ],
)
def test_an_attribute_says_its_default(word, name, end):
    assert text(word, name).endswith(end)


def test_an_argument_has_the_text_of_the_attribute_that_it_writes():
    assert text("topk", "k", arguments) == text("topk", "k")
    assert text("padding_nd", "pre_padding", arguments) == text("padding_nd", "pre_padding_nd")
    assert text("normalization", "axesMask", arguments) == text("normalization", "axes")


def test_an_argument_keeps_a_text_of_its_own():
    assert text("constant", "shape", arguments) == "The output's shape; [] for a scalar."
    assert text("gather", "indices", arguments) == "int32 or int64."


def test_only_an_argument_that_may_be_left_out_has_a_default():
    assert text("iterator", "axis", arguments).endswith("Default 0.")
    assert "Default" in text("gather_v2", "mode") and "Default" not in text("gather_v2", "mode", arguments)


def test_a_type_speaks_where_nobody_else_does():
    assert text("softmax", "input", arguments) == "the name of a tensor: an input, a layer, or layer.output"
