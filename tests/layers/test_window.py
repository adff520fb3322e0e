"""What convolution and deconvolution refuse, by label, and how their attributes write one another."""

import numpy as np
import pytest
from layer_runs import RTX, refused, refused_by_rtx, tensor, windowed

from trtexp.layers import LAYERS
from trtexp.layers.base import LayerError
from trtexp.numerics import Arithmetic
from trtexp.spec.errors import SpecError
from trtexp.spec.requirement import Target

X = np.arange(1.0, 10).reshape(1, 1, 3, 3)
W = np.arange(1.0, 10).reshape(1, 1, 3, 3)
BOTH = pytest.mark.parametrize("method", ["convolution_nd", "deconvolution_nd"])


@BOTH
@pytest.mark.parametrize("kernel", [[3], [1, 1, 1, 1], [0, 3], [-3, 3], [256, 256], [10**30, 1]])
def test_a_kernel_of_no_legal_shape_is_refused_c1(method, kernel):
    assert refused("C1", method, X, W, kernel=kernel) == (method, "kernel_shape")
    assert refused("C1", method, X, W, kernel_size_nd=kernel) == ("set", "kernel_size_nd")


@BOTH
def test_an_input_of_too_few_dimensions_is_refused_c2(method):
    assert refused("C2", method, np.ones((1, 3, 3)), W) == (method, "input")
    refused("C2", method, X, np.ones((1, 1, 3, 3, 3)))


@BOTH
@pytest.mark.parametrize("dtype", ["int32", "int64", "bool"])
def test_an_input_that_is_not_float_is_refused_c2(method, dtype):
    refused("C2", method, tensor(np.ones((1, 1, 3, 3)), dtype), W)


@BOTH
@pytest.mark.parametrize("maps", [0, -1])
def test_less_than_one_output_map_is_refused_c3(method, maps):
    assert refused("C3", method, X, W, maps=maps) == (method, "num_output_maps")
    assert refused("C3", method, X, W, num_output_maps=maps) == ("set", "num_output_maps")


@BOTH
@pytest.mark.parametrize(
    ("name", "least"), [("stride_nd", 1), ("dilation_nd", 1), ("pre_padding", 0), ("post_padding", 0)]
)
def test_numbers_per_dimension_below_the_least_or_of_another_count_are_refused_c4(method, name, least):
    for value in ([least - 1, 1], [1], [1, 1, 1], []):
        assert refused("C4", method, X, W, **{name: value}) == ("set", name)


@BOTH
def test_padding_nd_is_blamed_for_the_paddings_that_it_wrote_c4(method):
    assert refused("C4", method, X, W, padding_nd=[-1, 0]) == ("set", "padding_nd")


@BOTH
@pytest.mark.parametrize("groups", [0, -1, 2, 10**30])
def test_groups_that_do_not_divide_are_refused_c5(method, groups):
    assert refused("C5", method, X, W, maps=1, num_groups=groups) == ("set", "num_groups")


@BOTH
@pytest.mark.parametrize("count", [0, 8, 10])
def test_a_kernel_of_another_count_is_refused_c6(method, count):
    assert refused("C6", method, X, np.ones(count), maps=1, kernel=[3, 3]) == (method, "kernel")


@BOTH
def test_a_kernel_both_as_weights_and_as_input_1_is_refused_c6(method):
    refused("C6", method, X, np.ones(9), maps=1, kernel=[3, 3], set_input={1: W})
    found = windowed(method, X, np.ones(0), maps=1, kernel=[3, 3], set_input={1: W})
    np.testing.assert_array_equal(found.ref, windowed(method, X, W).ref)


@BOTH
@pytest.mark.parametrize("count", [2, 3])
def test_a_bias_of_another_count_is_refused_c7(method, count):
    assert refused("C7", method, X, W, np.ones(count)) == (method, "bias")


@BOTH
def test_an_empty_bias_adds_nothing_c7(method):
    np.testing.assert_array_equal(windowed(method, X, W, np.ones(0)).ref, windowed(method, X, W).ref)


def test_an_output_of_negative_size_is_refused_c8():
    refused("C8", "deconvolution_nd", X, W, padding_nd=[3, 3])
    refused("C8", "convolution_nd", X, np.ones((1, 1, 4, 4)))
    assert windowed("convolution_nd", X, np.ones((1, 1, 4, 4)), padding_nd=[1, 1]).shape == (1, 1, 2, 2)


@BOTH
def test_the_later_of_padding_nd_and_its_halves_wins(method):
    def state(**attributes):
        data = {"input": "x", "num_output_maps": 1, "kernel_shape": [3, 3], "kernel": "w", "set": attributes}
        return LAYERS[method].model_validate(data).window()[3:]

    assert state(padding_nd=[1, 1], pre_padding=[2, 0]) == ([2, 0], [1, 1])
    assert state(pre_padding=[2, 0], padding_nd=[1, 1]) == ([1, 1], [1, 1])
    assert state(padding=[1, 2], post_padding=[0, 0]) == ([1, 2], [0, 0])


@BOTH
def test_an_attribute_assigned_later_replaces_the_argument(method):
    found = windowed(method, X, np.zeros(1), maps=1, kernel=[1, 1]).ref
    assert found.shape == (1, 1, 3, 3)
    layer = LAYERS[method].model_validate(
        {
            "input": "x",
            "num_output_maps": 1,
            "kernel_shape": [1, 1],
            "kernel": "p",
            "set": {"kernel": "w", "kernel_size_nd": [3, 3]},
        }
    )
    assert {name: array for _, name, array in layer.weight_arrays()} == {"kernel": "w"}
    assert layer.final.kernel_size_nd == [3, 3]


@BOTH
def test_bias_as_input_2_is_added(method):
    found = windowed(method, X, W, set_input={2: np.array([7.0])})
    np.testing.assert_array_equal(found.ref, windowed(method, X, W).ref + 7)


@BOTH
@pytest.mark.parametrize("values", [np.nan, np.inf, -np.inf])
def test_nan_and_infinities_spread_as_far_as_the_window_reaches(method, values):
    x = X.copy()
    x[0, 0, 0, 0] = values
    found = windowed(method, x, np.ones((1, 1, 2, 2))).ref
    touched = np.argwhere(~np.isfinite(found[0, 0])).tolist()
    assert touched == ([[0, 0]] if method == "convolution_nd" else [[0, 0], [0, 1], [1, 0], [1, 1]])


def test_messages_say_what_was_given_and_what_is_allowed():
    with pytest.raises(LayerError) as caught:
        windowed("deconvolution_nd", X, W, stride_nd=[0, 1])
    assert str(caught.value) == "[0, 1] given; give 2 numbers of at least 1 [C4]"


def test_a_kernel_of_another_type_is_refused_by_rtx_alone_c10(load):
    text = (
        "title: t\ninputs: {x: {shape: [1, 1, 3, 3], full: 1, dtype: float16}}\n"
        "weights: {w: {shape: [1, 1, 3, 3], full: 1}}\n"
        "network: {y: {convolution_nd: {input: x, num_output_maps: 1, kernel_shape: [3, 3], kernel: w}}}\n"
    )
    assert load(text, Target("tensorrt", "8.6.0")).cases
    with pytest.raises(SpecError, match=r"\[C9\]"):
        load(text, Target("tensorrt-rtx", "1.7.1"))


BYTES = tensor(np.ones((1, 1, 3, 3)), "int8")


def test_a_convolution_of_int8_is_of_rtx_alone_and_its_numbers_are_not_known_c9():
    made = windowed("convolution_nd", BYTES, W, of="int8")
    assert (made.dtype, made.shape, made.anything.all()) == ("int8", (1, 1, 1, 1), True)
    refused("C2", "convolution_nd", BYTES, W, of="int8", arithmetic=Arithmetic(family="tensorrt<10"))
    refused("C2", "deconvolution_nd", BYTES, W, of="int8")


def test_rtx_has_no_deconvolution_of_bfloat16_c9():
    x = tensor(X, "bfloat16")
    assert refused_by_rtx("C9", "deconvolution_nd", x, W, of="bfloat16") == ("deconvolution_nd", "input")
    assert windowed("convolution_nd", x, W, of="bfloat16", arithmetic=RTX).dtype == "bfloat16"
