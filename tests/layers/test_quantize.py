"""add_quantize and add_dequantize: ties, saturation, scales, the legal codes near a tie."""

from dataclasses import replace

import numpy as np
import pytest
from layer_runs import RTX, evaluate, refused, refused_by_rtx, tensor

KEYS = {"input": "x", "scale": "s"}


def quantize(x, scale, dtype="float32", **keys):
    return evaluate("quantize", [tensor(x, dtype), scale], **KEYS | keys)


def dequantize(x, scale, dtype="int8", **keys):
    return evaluate("dequantize", [tensor(x, dtype), scale], **KEYS | keys)


def test_ties_go_to_the_even_code():
    x = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, 3.5]
    y = quantize(x, 1.0)
    assert y.ref.tolist() == [-2, -2, 0, 0, 2, 2, 0, 4]
    assert y.dtype == "int8"
    assert y.exact and y.certified.all()  # a scale of a power of two rounds nothing


def test_codes_saturate_at_minus_128_and_127():
    assert quantize([-1e6, -128.6, -128.4, 126.5, 127.4, 127.6, 1e6], 1.0).ref.tolist() == [
        -128, -128, -128, 126, 127, 127, 127,
    ]  # fmt: skip
    assert quantize([-np.inf, np.inf], 1.0).ref.tolist() == [-128, 127]


def test_a_scale_that_is_no_power_of_two_leaves_both_codes_legal_at_a_tie():
    y = quantize([0.15, 0.1, 1.0], 0.1)  # 1.5 · scale is a tie, or just beside it
    assert y.ref[1:].tolist() == [1, 10]
    assert y.bound.tolist() == [1, 0, 0]
    assert y.certified.tolist() == [False, True, True]


def test_one_scale_per_slice_along_the_axis():
    x = [[2.0, 4.0], [2.0, 4.0]]
    assert quantize(x, [1.0, 2.0], set={"axis": 0}).ref.tolist() == [[2, 4], [1, 2]]
    assert quantize(x, [1.0, 2.0], set={"axis": 1}).ref.tolist() == [[2, 2], [2, 2]]
    assert quantize(x, [1.0, 2.0], set={"axis": -1}).ref.tolist() == [[2, 2], [2, 2]]
    assert dequantize(x, [1.0, 2.0], set={"axis": 0}).ref.tolist() == [[2, 4], [4, 8]]


@pytest.mark.parametrize(("member", "top"), [("INT8", 127), ("INT4", 7), ("FP8", 448), ("FP4", 6)])
def test_the_output_type_sets_the_range(member, top):
    assert quantize([1e6, -1e6], 1.0, output_type=member).ref.tolist() == [top, -top - member.startswith("INT")]
    assert quantize([1e6], 1.0, set={"to_type": member}).ref.tolist() == [top]


def test_fp8_rounds_to_three_bits_of_fraction():
    assert quantize([17.0, 19.0, 1.0625], 1.0, output_type="FP8").ref.tolist() == [16, 20, 1]


def test_fp4_has_one_bit_of_fraction():
    x = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0, -5.1]
    assert quantize(x, 1.0, output_type="FP4").ref.tolist() == [0, 1, 1, 2, 2, 4, 4, -6]


@pytest.mark.parametrize(("member", "judged"), [("FP8", True), ("INT8", False), ("INT4", False), ("FP4", False)])
def test_nan_has_a_code_in_fp8_alone(member, judged):
    y = quantize([np.nan, 1.0], 1.0, output_type=member)
    assert np.isnan(y.ref[0]) == judged
    assert y.undetermined.tolist() == [not judged, False]


@pytest.mark.parametrize("block", [{}, {"block_shape": [1, 2]}])
def test_a_scale_per_block_by_its_shape_or_by_the_attribute(block):
    x, scale = [[1.0, 2, 3, 4], [1, 2, 3, 4]], [[1.0, 2], [4, 8]]
    codes = quantize(x, scale, set=block)
    assert codes.ref.tolist() == [[1, 2, 2, 2], [0, 0, 0, 0]]
    y = dequantize([[1, 1, 1, 1], [1, 1, 1, 1]], scale, set=block)
    assert y.ref.tolist() == [[1, 1, 2, 2], [4, 4, 8, 8]]


def test_a_block_of_a_whole_axis():
    y = dequantize(np.ones((4, 2)), [[1.0], [4]], set={"block_shape": [2, -1]})
    assert y.ref[:, 0].tolist() == [1, 1, 4, 4]


@pytest.mark.parametrize(
    ("scale", "block", "place"),
    [
        ([[1.0, 2], [4, 8]], [2, 2], "scale"),
        ([[1.0, 2], [4, 8]], [1, 1, 2], "block_shape"),
        ([[1.0, 2, 3], [4, 8, 9]], None, "scale"),
        ([1.0, 2], [1, 2], "scale"),
        ([[1.0, 2], [4, 8]], [1, 0], "block_shape"),
    ],
)
def test_blocks_that_do_not_fit_are_refused_c5(scale, block, place):
    attributes = {} if block is None else {"block_shape": block}
    x = np.ones((2, 4))
    assert refused("C5", "quantize", [x, np.array(scale)], **KEYS, set=attributes)[-1] == place
    refused("C5", "dequantize", [tensor(x, "int8"), np.array(scale)], **KEYS, set=attributes)


def test_a_scale_that_is_not_known_leaves_its_result_open():
    scale = replace(tensor([1.0, 2]), undetermined=np.array([False, True]))
    y = evaluate("dequantize", [tensor([[3, 3]], "int8"), scale], **KEYS, set={"axis": 1})
    assert y.undetermined.tolist() == [[False, True]]
    x = evaluate("quantize", [tensor([[3.0, 3]]), scale], **KEYS, set={"axis": 1})
    assert x.undetermined.tolist() == [[False, True]]


def test_beyond_the_largest_float_there_is_infinity():
    assert dequantize([2, -2], 3.4028234663852886e38).ref.tolist() == [np.inf, -np.inf]


def test_an_error_that_came_in_makes_neighbouring_codes_legal():
    x = replace(tensor([0.4, 0.2]), bound=np.array([0.2, 0.2]), typical=np.array([0.05, 0.05]))
    y = evaluate("quantize", [x, 1.0], **KEYS)
    assert y.bound.tolist() == [1, 0]
    assert y.typical.tolist() == [0, 0]


def test_dequantize_multiplies_and_is_exact_for_a_power_of_two():
    y = dequantize([-128, 0, 127], 0.25)
    assert y.ref.tolist() == [-32, 0, 31.75]
    assert y.exact and y.dtype == "float32"


def test_dequantize_by_another_scale_is_good_to_one_ulp():
    scale = float(np.float32(0.1))
    y = dequantize([3, 0], 0.1)
    np.testing.assert_allclose(y.ref, [3 * scale, 0])
    assert y.bound[0] == pytest.approx(2 * 2.0**-24 * 3 * scale)
    assert y.bound[1] == 0


def test_there_and_back_is_within_half_a_scale():
    x = np.linspace(-100, 100, 41)
    y = evaluate("dequantize", [quantize(x, 1.0), 1.0], **KEYS)
    assert np.abs(y.ref - x).max() <= 0.5
    assert evaluate("dequantize", [quantize(x, 1.0), 1.0], **KEYS, output_type="HALF").dtype == "float16"


@pytest.mark.parametrize(
    ("scale", "axis"), [([1, 2], None), ([1, 2, 3], 0), ([1, 2], 2), ([1, 2], -3), ([1, 2], 10**30)]
)
def test_a_scale_of_another_count_than_its_axis_is_refused_c1(scale, axis):
    attributes = {} if axis is None else {"axis": axis}
    refused("C1", "quantize", [np.ones((2, 2)), np.array(scale)], **KEYS, set=attributes)
    refused("C1", "dequantize", [tensor(np.ones((2, 2)), "int8"), np.array(scale)], **KEYS, set=attributes)


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan])
def test_a_scale_that_is_not_positive_is_refused_c2(scale):
    assert refused("C2", "quantize", [[1.0], scale], **KEYS) == ("quantize", "scale")


def test_a_zero_point_other_than_0_is_refused_c3():
    refused("C3", "quantize", [[1.0], 1.0, [1.0]], **KEYS)
    assert evaluate("quantize", [[1.0], 1.0, [0.0]], **KEYS).ref.tolist() == [1]


@pytest.mark.parametrize("dtype", ["int32", "int8", "bool", "int64"])
def test_quantizing_what_is_not_float_is_refused_c4(dtype):
    assert refused("C4", "quantize", [tensor([1], dtype), 1.0], **KEYS) == ("quantize", "input")


@pytest.mark.parametrize("dtype", ["float32", "int32", "bool"])
def test_dequantizing_what_is_no_code_is_refused_c4(dtype):
    assert refused("C4", "dequantize", [tensor([1], dtype), 1.0], **KEYS) == ("dequantize", "input")


@pytest.mark.parametrize("member", ["BOOL", "INT32", "INT64", "FLOAT"])
def test_an_output_type_that_holds_no_codes_is_refused_c4(member):
    assert refused("C4", "quantize", [[1.0], 1.0], **KEYS, output_type=member) == ("quantize", "output_type")
    assert refused("C4", "quantize", [[1.0], 1.0], **KEYS, set={"to_type": member}) == ("set", "to_type")
    if member != "FLOAT":
        refused("C4", "dequantize", [tensor([1], "int8"), 1.0], **KEYS, output_type=member)


@pytest.mark.parametrize(("dtype", "scale"), [("float32", "float16"), ("bfloat16", "float16"), ("float32", "bfloat16")])
def test_c6_rtx_scales_codes_by_float32_or_the_type_of_the_numbers(dtype, scale):
    inputs = [tensor([1.0], dtype), tensor(1.0, scale)]
    refused("C6", "quantize", inputs, **KEYS, output_type="FP8", arithmetic=RTX)
    assert evaluate("quantize", inputs, **KEYS, output_type="FP8").ref.tolist() == [1]
    assert evaluate("quantize", inputs, **KEYS, output_type="INT8", arithmetic=RTX).ref.tolist() == [1]
    codes = [tensor([1.0], "float8e4m3"), tensor(1.0, scale)]
    refused("C6", "dequantize", codes, **KEYS, output_type="FLOAT", arithmetic=RTX)


@pytest.mark.parametrize("dtype", ["int64", "int32", "int8", "uint8", "int4", "bool", "float8e4m3", "float4e2m1"])
def test_a_scale_is_a_float_or_a_power_of_two_c7(dtype):
    assert refused("C7", "quantize", [[1.0], tensor(1, dtype)], **KEYS) == ("quantize", "scale")
    refused("C7", "dequantize", [tensor([1], "int8"), tensor(1, dtype)], **KEYS)


def test_rtx_scales_fp8_alone_by_e8m0_c6():
    scale = tensor(2.0, "float8e8m0")
    assert refused_by_rtx("C6", "quantize", [[1.0], scale], **KEYS) == ("quantize", "scale")
    assert evaluate("quantize", [[1.0], scale], **KEYS, output_type="FP8", arithmetic=RTX).ref.tolist() == [0.5]


def test_rtx_takes_one_element_as_a_scalar_c6():
    x = tensor(np.ones((1, 16)), "float8e4m3")
    assert refused_by_rtx("C6", "dequantize", [x, [[2.0]]], **KEYS) == ("dequantize", "scale")


def test_a_scalar_is_refused_by_rtx_c8():
    assert refused_by_rtx("C8", "quantize", [np.ones(()), 1.0], **KEYS)[-1] == "input"
