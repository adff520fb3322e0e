"""add_elementwise: every operation by hand, broadcasting, integers, rounding, constraints."""

from typing import get_args

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

from trtexp.layers.elementwise import ERRORS, FUNCTIONS, ElementWiseOperation
from trtexp.numerics import Arithmetic

A, B = [-7.0, -2, 0, 1, 6, 7], [2.0, -4, 4, 0.5, 8, -2]


def run(op, a, b, dtype="float32", /, **attributes):
    operands = [tensor(x, dtype) if isinstance(x, list) else tensor(x) for x in (a, b)]
    return evaluate("elementwise", operands, input1="a", input2="b", op=op, set=attributes)


def test_the_table_has_every_member():
    assert set(FUNCTIONS) == set(get_args(get_args(ElementWiseOperation)[0]))


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("SUM", [-5, -6, 4, 1.5, 14, 5]),
        ("PROD", [-14, 8, 0, 0.5, 48, -14]),
        ("MAX", [2, -2, 4, 1, 8, 7]),
        ("MIN", [-7, -4, 0, 0.5, 6, -2]),
        ("SUB", [-9, 2, -4, 0.5, -2, 9]),
        ("DIV", [-3.5, 0.5, 0, 2, 0.75, -3.5]),
        ("FLOOR_DIV", [-4, 0, 0, 2, 0, -4]),
        ("EQUAL", [0, 0, 0, 0, 0, 0]),
        ("GREATER", [0, 1, 0, 1, 0, 1]),
        ("LESS", [1, 0, 1, 0, 1, 0]),
    ],
)
def test_each_operation_by_hand(op, expected):
    assert run(op, A, B).ref.tolist() == expected


@pytest.mark.parametrize(("op", "expected"), [("AND", [0, 0, 0, 1]), ("OR", [0, 1, 1, 1]), ("XOR", [0, 1, 1, 0])])
def test_truth_tables(op, expected):
    made = run(op, [0, 0, 1, 1], [0, 1, 0, 1], "bool")
    assert (made.dtype, made.ref.tolist()) == ("bool", expected)


def test_pow_by_hand():
    assert run("POW", [2.0, 9, -2, 0], [10.0, 0.5, 3, 0]).ref.tolist() == [1024, 3, -8, 1]


def test_dimensions_of_one_are_repeated():
    made = run("SUM", np.array([[10.0], [20]]), np.array([[1.0, 2, 3]]))
    assert made.ref.tolist() == [[11, 12, 13], [21, 22, 23]]


@pytest.mark.parametrize(
    ("op", "expected"), [("DIV", [3, -3, -3, 3]), ("FLOOR_DIV", [3, -4, -4, 3]), ("PROD", [14, -14, -14, 14])]
)
def test_integers(op, expected):
    made = run(op, [7, -7, 7, -7], [2, 2, -2, -2], "int32")
    assert (made.dtype, made.ref.tolist()) == ("int32", expected)
    assert made.exact


def test_integers_wrap_and_nothing_divides_by_zero():
    assert run("SUM", [2**31 - 1, -(2**31)], [1, -1], "int32").ref.tolist() == [-(2**31), 2**31 - 1]
    assert run("DIV", [1, 4], [0, 2], "int32").undetermined.tolist() == [True, False]


@pytest.mark.parametrize(
    ("op", "a", "b", "made"),
    [
        ("SUM", 2**53, 1, 2**53 + 1),
        ("SUM", 2**63 - 1, 1, -(2**63)),
        ("SUB", -(2**63), 1, 2**63 - 1),
        ("PROD", 2**62 + 1, 3, 3 * 2**62 + 3 - 2**64),
        ("PROD", 3037000500, 3037000500, 3037000500**2 - 2**64),
        ("MAX", 2**63 - 1, 2**63 - 2, 2**63 - 1),
        ("MIN", 2**63 - 1, 2**63 - 2, 2**63 - 2),
        ("DIV", 2**63 - 1, -2, -(2**62) + 1),
        ("FLOOR_DIV", 2**63 - 1, -2, -(2**62)),
        ("POW", 3, 39, 3**39),
        ("POW", -(2**63), 1, -(2**63)),
        ("POW", 2, 64, 0),
        ("POW", -1, -3, -1),
        ("EQUAL", 2**53, 2**53 + 1, False),
        ("GREATER", 2**63 - 1, 2**63 - 2, True),
        ("LESS", 2**63 - 1, 2**63 - 2, False),
    ],
)
def test_int64_is_exact(op, a, b, made):
    found = run(op, [a], [b], "int64")
    assert found.ref.tolist() == [made]
    assert found.certified.all()


@pytest.mark.parametrize(("op", "a", "b"), [("DIV", -(2**31), -1), ("FLOOR_DIV", -(2**31), -1), ("POW", 2, -1)])
def test_what_no_source_says_of_integers_is_undetermined(op, a, b):
    assert run(op, [a], [b], "int32").anything.tolist() == [True]


@pytest.mark.parametrize("op", [*ERRORS, "DIV"])
def test_numpys_float32_is_within_the_bound(op):
    rng = np.random.default_rng(0)
    a, b = (rng.uniform(0.1, 9, 3000).astype(np.float32) for _ in range(2))
    made, got = run(op, a, b), getattr(np, FUNCTIONS[op].__name__)(a, b)
    assert got.dtype == np.float32
    assert (np.abs(got - made.ref) <= made.bound).all()


def test_one_ulp_more_than_a_sum_may_be_off_is_over_the_bound():
    made = run("SUM", [1.0], [2.0**-30])
    assert 2.0**-24 <= made.bound[0] < 1.01 * 2.0**-24


def test_a_quotient_just_below_a_whole_number_may_be_floored_to_either():
    just_below = float(np.nextafter(np.float32(3), np.float32(0)))
    assert run("FLOOR_DIV", [just_below, 6.0, 5.0], [1.0, 3, 3]).undetermined.tolist() == [True, False, False]


def test_nan_is_equal_to_nothing():
    assert run("EQUAL", [np.nan, 0.0, np.inf], [np.nan, -0.0, np.inf]).ref.tolist() == [0, 1, 1]


def test_the_operation_can_be_assigned():
    assert run("SUM", [5.0], [3.0], op="SUB").ref.tolist() == [2]


@pytest.mark.parametrize("shape", [(3,), (2, 2), (1, 2, 3)])
def test_c1_shapes_meet(shape):
    refused("C1", "elementwise", [np.ones((2, 3)), np.ones(shape)], input1="a", input2="b", op="SUM")


def test_c2_types_meet():
    refused("C2", "elementwise", [tensor([1]), tensor([1], "int32")], input1="a", input2="b", op="SUM")


@pytest.mark.parametrize(("op", "dtype"), [("AND", "float32"), ("SUM", "bool"), ("LESS", "bool"), ("SUM", "uint8")])
def test_c3_types_suit_the_operation(op, dtype):
    refused("C3", "elementwise", [tensor([1], dtype)] * 2, input1="a", input2="b", op=op)


def test_anything_can_be_equal():
    assert run("EQUAL", [1, 0], [1, 1], "bool").ref.tolist() == [1, 0]


def test_c4_rtx_has_no_power_of_bytes():
    x, keys = [tensor([2], "int8")] * 2, {"input1": "a", "input2": "b", "op": "POW"}
    refused("C4", "elementwise", x, arithmetic=Arithmetic(family="tensorrt-rtx"), **keys)
    assert evaluate("elementwise", x, **keys).ref.tolist() == [4]
