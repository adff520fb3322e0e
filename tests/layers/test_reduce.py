"""add_reduce."""

import math

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

from trtexp.numerics import Arithmetic

X = np.array([[1.0, 2, 4, 9], [-1, -2, 0.5, 8]])


def run(op, x=X, axes=2, keep_dims=False, dtype="float32"):
    keys = {"input": "x", "op": op, "axes": axes, "keep_dims": keep_dims}
    return evaluate("reduce", [tensor(x, dtype)], **keys)


@pytest.mark.parametrize(
    ("op", "expected"), [("SUM", [16, 5.5]), ("PROD", [72, 8]), ("MAX", [9, 8]), ("MIN", [1, -2]), ("AVG", [4, 1.375])]
)
def test_each_operation_by_hand(op, expected):
    assert run(op).ref.tolist() == expected


@pytest.mark.parametrize("axes", range(1, 16))
@pytest.mark.parametrize("keep_dims", [False, True])
def test_any_axes(axes, keep_dims):
    x = np.random.default_rng(0).integers(-8, 9, (2, 3, 4, 5)).astype(float)
    over = tuple(axis for axis in range(4) if axes >> axis & 1)
    for op, f in (("SUM", np.sum), ("MAX", np.max), ("MIN", np.min)):
        found = run(op, x, axes, keep_dims)
        np.testing.assert_array_equal(found.ref, f(x, axis=over, keepdims=keep_dims))
        assert found.bound.shape == found.certified.shape == found.ref.shape


def test_everything_can_be_assigned():
    keys = {"input": "x", "op": "SUM", "axes": 2, "keep_dims": False}
    made = evaluate("reduce", [X], **keys, set={"op": "MAX", "axes": 1, "keep_dims": True})
    assert made.ref.tolist() == [[1, 2, 4, 9]]


@pytest.mark.parametrize(
    ("op", "expected"), [("SUM", 0), ("PROD", 1), ("MAX", -math.inf), ("MIN", math.inf), ("AVG", math.nan)]
)
def test_of_no_elements(op, expected):
    np.testing.assert_array_equal(run(op, np.zeros((2, 0))).ref, [expected] * 2)


@pytest.mark.parametrize(("op", "expected"), [("MAX", -(2**31)), ("MIN", 2**31 - 1), ("AVG", 0), ("SUM", 0)])
def test_of_no_integers(op, expected):
    assert run(op, np.zeros((2, 0)), dtype="int32").ref.tolist() == [expected] * 2


def test_integers_are_exact_wrap_and_average_towards_zero():
    made = run("SUM", [[2**24 + 1, 2], [2**31 - 1, 1]], dtype="int32")
    assert (made.dtype, made.ref.tolist()) == ("int32", [2**24 + 3, -(2**31)])
    assert made.certified.all()
    assert run("AVG", [[3, 4], [-3, -4]], dtype="int32").ref.tolist() == [3, -3]
    assert run("PROD", [[3, 4], [-3, 4]], dtype="int32").ref.tolist() == [12, -12]


@pytest.mark.parametrize("op", ["SUM", "PROD", "AVG"])
def test_float32_in_any_order_is_within_the_bound(op):
    x = np.random.default_rng(1).normal(1, 0.3, (30, 100)).astype(np.float32)
    made = run(op, x)
    for order in (slice(None), slice(None, None, -1)):
        total = (np.multiply if op == "PROD" else np.add).accumulate(x[:, order], 1)[:, -1]
        got = total / np.float32(100) if op == "AVG" else total
        assert got.dtype == np.float32
        assert (np.abs(got - made.ref) <= made.bound).all()


def test_a_product_carries_the_errors_of_its_factors():
    """√2 · √3 · 4: each root may be off by an ulp, and the product by four times both."""
    roots = evaluate("unary", [[[2.0, 3.0, 16.0]]], input="x", op="SQRT")
    made = evaluate("reduce", [roots], input="x", op="PROD", axes=2, keep_dims=False)
    alone = run("PROD", roots.ref)
    carried = np.prod(roots.ref + roots.bound) - np.prod(roots.ref)
    assert made.bound[0] == pytest.approx(alone.bound[0] + carried, rel=1e-6)


def test_products_of_few_bits_are_certified():
    assert run("PROD", [[3, 5, 2, 0.25]]).certified.all()
    assert not run("PROD", [[1.1, 1.3, 1.7, 1.9]]).certified.any()


def test_an_error_of_the_input_is_carried():
    root = evaluate("unary", [[[2.0, 3.0]]], input="x", op="SQRT")
    for op in ("SUM", "PROD", "MAX", "AVG"):
        made = evaluate("reduce", [root], input="x", op=op, axes=2, keep_dims=False)
        assert made.bound[0] > 0


@pytest.mark.parametrize("axes", [0, 4, 6, -1])
def test_c1_axes_are_there(axes):
    assert refused("C1", "reduce", [X], input="x", op="SUM", axes=axes, keep_dims=True) == ("reduce", "axes")


@pytest.mark.parametrize("dtype", ["bool", "uint8"])
def test_c2_numbers(dtype):
    refused("C2", "reduce", [tensor([1], dtype)], input="x", op="SUM", axes=1, keep_dims=True)


def test_c3_none_is_for_others():
    refused("C3", "reduce", [X], input="x", op="NONE", axes=1, keep_dims=True)


@pytest.mark.parametrize(
    ("op", "row", "made"),
    [
        ("SUM", [2**53, 1], 2**53 + 1),
        ("SUM", [2**63 - 1, 1], -(2**63)),
        ("PROD", [3037000500, 3037000500], 3037000500**2 - 2**64),
        ("MAX", [2**63 - 2, 2**63 - 1], 2**63 - 1),
        ("MIN", [-(2**63) + 1, -(2**63)], -(2**63)),
        ("AVG", [2**62 + 1, 2**61, -(2**61), 2], (2**62 + 3) // 4),
        ("AVG", [-(2**62) - 3, 0], -(2**61) - 1),
    ],
)
def test_int64_is_exact(op, row, made):
    found = run(op, [row], dtype="int64")
    assert found.ref.tolist() == [made]
    assert found.certified.all()


def test_c4_rtx_has_no_average_of_bytes():
    keys = {"input": "x", "op": "AVG", "axes": 1, "keep_dims": True}
    x = [tensor([1, 3], "int8")]
    assert refused("C4", "reduce", x, arithmetic=Arithmetic(family="tensorrt-rtx"), **keys) == ("reduce", "op")
    assert evaluate("reduce", x, **keys).ref.tolist() == [2]


def test_a_product_of_25_bits_is_rounded_in_float32():
    made = run("PROD", [[8191.0, 4095.0], [4097.0, 2047.0]])
    assert made.certified.tolist() == [False, True]
    assert abs(float(np.float32(8191.0 * 4095)) - made.ref[0]) <= made.bound[0]


def test_a_product_whose_parts_are_beyond_the_range_may_be_anything():
    """1e30 · 1e30 is infinite in float32, and what follows stays so; in another order it is 1."""
    made = run("PROD", [[1e30, 1e30, 1e-30, 1e-30], [1e30, 2.0, 1e-30, 1.0]])
    assert made.undetermined.tolist() == [True, False]


def test_what_a_product_loses_below_the_range_is_multiplied_too():
    rows = np.array([[2.0**-100, 2.0**-30, 2.0**100, 2.0**30], [2.0**-20, 2.0**-30, 2.0, 2.0]])
    made = run("PROD", rows)
    assert made.bound[0] >= 1.0
    assert made.certified.tolist() == [False, True]
