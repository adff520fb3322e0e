"""What a literal means: a decimal, or the number of the output's type that it names; and what would pass instead."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trtexp.judging.literal import ExpectedValues, passing
from trtexp.numerics import UNIT, Alternative, decode, encode, exactly, half_unit
from trtexp.numerics.tolerance import Tolerance

AUTO = [Tolerance()]


def legal(value, dtype="float32", **more):
    return replace(exactly(np.array([value]), dtype), **more)


def literal(text, dtype="float32", **more):
    return ExpectedValues(np.array([float(text)]), np.array([half_unit(text, dtype)]), **more)


@pytest.mark.parametrize("dtype", UNIT)
@pytest.mark.parametrize("exact", [False, True])
@given(value=st.floats(2.0**-5, 2.0**9).map(lambda x: x / 3), negative=st.booleans())
def test_what_is_said_to_be_right_passes(dtype, exact, value, negative):
    negative = negative and dtype != "float8e8m0"
    right = legal(-value if negative else value, dtype)
    text = passing(right, (0,), exact)
    assert literal(text.replace(".inf", "inf"), dtype, exact=exact).against(right, AUTO).agrees, text


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@given(value=st.floats(2.0**-5, 2.0**9).map(lambda x: x / 3), up=st.booleans())
def test_the_number_beside_the_one_that_is_named_is_caught(dtype, value, up):
    nearest = encode(np.array([value]), dtype)
    one = nearest.bits.dtype.type(1)
    beside = replace(nearest, bits=nearest.bits + one if up else nearest.bits - one)
    text = repr(float(decode(beside)[0]))
    assert not literal(text, dtype).against(legal(value, dtype), AUTO).agrees


def test_all_legal_values_are_said_to_be_right():
    both = replace(legal(2, "int32"), also=(Alternative(np.array([3]), np.array([True])),))
    assert passing(both, (0,), False) == "2 or 3"
    assert passing(legal(1, "bool"), (0,), False) == "true"
    assert [passing(legal(x), (0,), False) for x in (np.nan, np.inf, -np.inf)] == [".nan", ".inf", "-.inf"]
    assert passing(legal(70000.0, "float16"), (0,), False) == ".inf"


def test_digits_that_are_exact_name_no_neighbour():
    third = legal(1 / 3)
    assert literal("0.33333334").against(third, AUTO).agrees
    assert not literal("0.33333334", exact=True).against(third, AUTO).agrees


def test_a_finite_literal_names_no_infinity():
    beyond = legal(131008.0, "float16")
    assert literal("inf", "float16").against(beyond, AUTO).agrees
    assert literal("131008", "float16").against(beyond, AUTO).agrees
    assert not literal("140000", "float16").against(beyond, AUTO).agrees
