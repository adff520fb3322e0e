"""add_cast: cutting, rounding, what does not fit, constraints."""

import numpy as np
import pytest
from layer_runs import RTX, evaluate, refused, tensor

from trtexp.numerics import Arithmetic

TYPES = ["FLOAT", "HALF", "BF16", "INT64", "INT32", "INT8", "UINT8", "BOOL"]


def run(x, to, dtype="float32", **attributes):
    return evaluate("cast", [tensor(x, dtype)], input="x", to_type=to, set=attributes)


@pytest.mark.parametrize("to", ["INT32", "INT64", "INT8"])
def test_floats_are_cut_towards_zero(to):
    made = run([-2.75, -0.5, 0.5, 2.5], to)
    assert made.ref.tolist() == [-2, 0, 0, 2]
    assert made.certified.all()


def test_halves_are_rounded_to_even():
    made = run([2049, 2051, 65519, 65520, -1e10, 2e-8], "HALF")
    assert made.dtype == "float16"
    assert made.ref.tolist() == [2048, 2052, 65504, np.inf, -np.inf, 0]
    assert made.exact


def test_bf16_has_eight_bits():
    assert run([257, 259], "BF16").ref.tolist() == [256, 260]


def test_integers_beyond_24_bits_are_rounded_to_float():
    assert run([2**24 + 1, 2**24 + 3], "FLOAT", "int32").ref.tolist() == [2**24, 2**24 + 4]


def test_bool_is_whether_it_is_not_zero():
    assert run([0, -0.0, 0.25, np.nan, np.inf], "BOOL").ref.tolist() == [0, 0, 1, 1, 1]
    assert run([1, 0], "FLOAT", "bool").ref.tolist() == [1, 0]


def test_beyond_int32_saturates_and_nan_is_zero():
    made = run([np.nan, np.inf, -np.inf, 1e20], "INT32")
    assert made.ref.tolist() == [0, 2**31 - 1, -(2**31), 2**31 - 1]
    assert not made.undetermined.any()


@pytest.mark.parametrize(("x", "to", "dtype"), [([300, 1], "INT8", "float32"), ([-1, 1], "UINT8", "int32")])
def test_what_else_does_not_fit_is_undetermined(x, to, dtype):
    assert run(x, to, dtype).undetermined.tolist() == [True, False]


def test_the_type_can_be_assigned():
    assert run([1.5], "FLOAT", to_type="INT32").dtype == "int32"


@pytest.mark.parametrize("to", TYPES)
def test_every_type_takes_small_numbers(to):
    assert run([0, 1], to).ref.tolist() == [0, 1]


def test_an_error_of_the_input_is_carried():
    root = evaluate("unary", [[2.0]], input="x", op="SQRT")
    made = evaluate("cast", [root], input="x", to_type="HALF")
    assert made.bound[0] >= root.bound[0] + made.ref[0] * 2.0**-11


@pytest.mark.parametrize(
    ("to", "dtype"),
    [
        ("FP8", "float32"),
        ("FP4", "float32"),
        ("INT4", "float32"),
        ("FLOAT", "float8e4m3"),
        ("FLOAT", "float4e2m1"),
    ],
)
def test_c1_narrow_types_are_quantized(to, dtype):
    refused("C1", "cast", [tensor([1], dtype)], input="x", to_type=to)


@pytest.mark.parametrize(("to", "dtype"), [("E8M0", "float32"), ("FLOAT", "float8e8m0")])
@pytest.mark.parametrize("family", ["tensorrt<10", "tensorrt>=10"])
def test_c2_rtx_alone_casts_scales(to, dtype, family):
    arguments = {"input": "x", "to_type": to}
    refused("C2", "cast", [tensor([1], dtype)], arithmetic=Arithmetic(family=family), **arguments)
    assert evaluate("cast", [tensor([1], dtype)], arithmetic=RTX, **arguments).certified.all()


def test_only_powers_of_two_are_known_to_become_scales():
    made = evaluate("cast", [[0.25, 3, -1, 0]], input="x", to_type="E8M0")
    assert made.anything.tolist() == [False, True, True, True]
    assert made.ref[0] == 0.25
