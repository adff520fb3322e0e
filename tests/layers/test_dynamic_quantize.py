"""add_dynamic_quantize and its second version: scales from the data, codes by them."""

import numpy as np
import pytest
from layer_runs import RTX, evaluate, outputs, refused, refused_by_rtx, tensor

from trtexp.layers import LAYERS

MX = {"output_type": "FP8", "scale_type": "E8M0"}
NV = {"output_type": "FP4", "scale_type": "FP8"}


def quantized(x, *second, method="dynamic_quantize_v2", **keys):
    """Codes and scales."""
    along = method == "dynamic_quantize" or second  # blocks have no shape with a scale of scales
    method = "dynamic_quantize" if along else method
    given = {"axis": 1, "block_size": 4} if along else {"block_shape": [1, 4]}
    layer = LAYERS[method].model_validate({"input": "x"} | given | keys)
    return outputs(layer, [x, *second])


X = [[448.0, 17, 19, -0.5, 1.75, 0.0048828125, 0, -1]]


def test_mxfp8_has_powers_of_two_as_scales():
    codes, scale = quantized(X, **MX)
    assert (codes.dtype, scale.dtype) == ("float8e4m3", "float8e8m0")
    assert scale.ref.tolist() == [[1, 2.0**-8]]
    assert (codes.ref * np.repeat(scale.ref, 4, 1)).tolist() == [[448, 16, 20, -0.5, 1.75, 0.0048828125, 0, -1]]
    assert codes.certified.all() and scale.certified.all()


def test_scales_of_powers_of_two_are_rounded_up():
    assert quantized([[449.0, 0, 0, 0]], **MX)[1].ref.tolist() == [[2]]
    assert quantized([[225.0, 0, 0, 0]], **MX)[1].ref.tolist() == [[1]]


def test_nvfp4_has_scales_with_a_scale_of_their_own():
    x = [[12.0, 7, -1, 2, 3, 1.75, 1, 0]]
    codes, scale = quantized(x, 1.0, **NV)
    assert (codes.dtype, scale.dtype) == ("float4e2m1", "float8e4m3")
    assert scale.ref.tolist() == [[2, 0.5]]
    assert codes.ref.tolist() == [[6, 4, -0.5, 1, 6, 4, 2, 0]]  # 3.5 is a tie, both times
    again = quantized(x, 0.25, **NV)
    assert again[1].ref.tolist() == [[8, 2]]
    assert again[0].ref.tolist() == codes.ref.tolist()


def test_both_constructors_and_the_attributes():
    x = np.arange(1.0, 33).reshape(4, 8)
    along_rows = quantized(x, **MX)[0].ref.tolist()
    along_columns = quantized(x, block_shape=[4, 1], **MX)[0].ref.tolist()
    old = {"method": "dynamic_quantize", **MX}
    assert along_rows != along_columns
    assert quantized(x, **old)[0].ref.tolist() == along_rows
    assert quantized(x, **old | {"axis": -1})[0].ref.tolist() == along_rows
    assert quantized(x, **old, set={"axis": 0})[0].ref.tolist() == along_columns
    assert quantized(x, **old, set={"block_shape": [4, 1]})[0].ref.tolist() == along_columns
    assert quantized(x, **MX, set={"block_shape": [4, 1]})[0].ref.tolist() == along_columns
    assert quantized(x, **old, set={"block_size": 8})[1].shape == (4, 1)
    assert quantized(x, block_shape=[-1, 4], **MX)[1].shape == (1, 2)
    assert quantized(x, 1.0, **MX, set={"to_type": "FP4", "scale_type": "FP8"})[0].dtype == "float4e2m1"


def test_fp8_with_scales_of_float32_divides_by_the_largest_code():
    codes, scale = quantized(
        [[448.0, 17, -1, 0], [12.0, 6, 3, -12], [0, 0, 0, 0]], output_type="FP8", scale_type="FLOAT"
    )
    assert (codes.dtype, scale.dtype) == ("float8e4m3", "float32")
    np.testing.assert_allclose(scale.ref, [[1], [12 / 448], [0]], rtol=1e-15)
    assert codes.ref.tolist() == [[448, 16, -1, 0], [448, 224, 112, -448], [0] * 4]
    assert not codes.undetermined.any() and not scale.undetermined.any()


def test_a_block_with_nan_has_no_scale_of_float32():
    _, scale = quantized([[np.nan, 1, 1, 1, 1, 1, 1, 1]], output_type="FP8", scale_type="FLOAT")
    assert scale.undetermined.tolist() == [[True, False]]


def test_a_scale_that_rounding_may_tip_is_not_judged():
    largest = float(np.float32(448) * np.float32(1 + 2.0**-23))  # one ulp above, which a reciprocal may lose
    codes, scale = quantized([[largest, 1, 1, 1, 1, 1, 1, 1]], **MX)
    assert scale.undetermined.tolist() == [[True, False]]
    assert codes.undetermined[0].tolist() == [True] * 4 + [False] * 4


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_block_without_a_scale_is_not_judged(value):
    codes, scale = quantized([[value, 1, 1, 1, 1, 1, 1, 1]], **MX)
    assert scale.undetermined.tolist() == [[True, False]]
    assert codes.undetermined[0].tolist() == [True] * 4 + [False] * 4


def test_zeros():
    codes, scale = quantized(np.zeros((1, 4)), **MX)
    assert codes.ref.tolist() == [[0] * 4] and scale.ref.tolist() == [[2.0**-127]]
    codes, scale = quantized(np.zeros((1, 4)), 1.0, **NV)
    assert codes.ref.tolist() == [[0] * 4] and scale.ref.tolist() == [[0]]


V1, V2 = {"axis": 1, "block_size": 4}, {"block_shape": [1, 4]}
ONES = np.ones((2, 8))


@pytest.mark.parametrize(
    ("label", "method", "inputs", "keys", "place"),
    [
        ("C1", "dynamic_quantize_v2", [np.ones(8)], V2 | MX, "input"),
        ("C1", "dynamic_quantize_v2", [tensor(ONES, "int32")], V2 | MX, "input"),
        ("C2", "dynamic_quantize_v2", [ONES], V2 | MX | {"scale_type": "FP8"}, "scale_type"),
        ("C2", "dynamic_quantize_v2", [ONES], V2 | MX | {"output_type": "INT8"}, "scale_type"),
        ("C3", "dynamic_quantize", [np.ones((4, 2, 2))], V1 | MX | {"axis": 0}, "axis"),
        ("C3", "dynamic_quantize_v2", [ONES], MX | {"block_shape": [4]}, "block_shape"),
        ("C3", "dynamic_quantize_v2", [ONES], MX | {"block_shape": []}, "block_shape"),
        ("C4", "dynamic_quantize", [ONES], V1 | MX | {"block_size": 3}, "input"),
        ("C4", "dynamic_quantize_v2", [ONES], MX | {"block_shape": [1, 0]}, "input"),
        ("C5", "dynamic_quantize_v2", [ONES], V2 | NV, None),
        ("C5", "dynamic_quantize_v2", [ONES, 0.0], V2 | NV, None),
        ("C6", "dynamic_quantize_v2", [ONES, 1.0], V2 | NV, "block_shape"),
        ("C5", "dynamic_quantize_v2", [ONES, 1.0], V2 | MX, None),
    ],
)
def test_what_is_refused(label, method, inputs, keys, place):
    assert refused(label, method, inputs, input="x", **keys) == ((method, place) if place else (method,))


def test_what_comes_first_is_the_codes():
    assert LAYERS["dynamic_quantize"].output_names == ("", "scale")
    assert evaluate("dynamic_quantize_v2", [np.ones((1, 4))], input="x", **V2, **MX).ref.tolist() == [[256] * 4]


@pytest.mark.parametrize("size", [4, 8, 64])
def test_rtx_takes_blocks_of_16_and_32_along_an_axis_c7(size):
    keys = MX | {"input": "x", "axis": 1, "block_size": size}
    assert refused_by_rtx("C7", "dynamic_quantize", [np.ones((1, 64))], **keys)[-1] == "block_size"
    assert evaluate("dynamic_quantize", [np.ones((1, 64))], arithmetic=RTX, **keys | {"block_size": 16}).shape == (
        1,
        64,
    )
