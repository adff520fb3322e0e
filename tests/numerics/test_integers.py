"""Integers wrap as Python's whole numbers do modulo the size of the type, at the ends of each type, too."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trtexp.numerics.integers import RANGE, divide, floor_divide, of_floats, power, wrapped, wrapping

DTYPES = list(RANGE)
SIGNED = [dtype for dtype in DTYPES if dtype != "uint8"]


def modulo(value, dtype):
    low, high = RANGE[dtype]
    return (value - low) % (high - low + 1) + low


@st.composite
def pairs(draw):
    dtype = draw(st.sampled_from(DTYPES))
    low, high = RANGE[dtype]
    number = st.one_of(st.integers(low, high), st.sampled_from([low, low + 1, high, high - 1, 0, 1]))
    return dtype, draw(number), draw(number)


def of(f, a, b, dtype):
    value, known = f(np.array([a]), np.array([b]), dtype)
    assert value.dtype == np.int64
    return int(value[0]), bool(known[0])


@given(pairs())
def test_sums_differences_products_and_magnitudes_wrap(given):
    dtype, a, b = given
    x, y = np.array([a]), np.array([b])
    assert wrapping(np.add, dtype, x, y).tolist() == [modulo(a + b, dtype)]
    assert wrapping(np.subtract, dtype, x, y).tolist() == [modulo(a - b, dtype)]
    assert wrapping(np.multiply, dtype, x, y).tolist() == [modulo(a * b, dtype)]
    assert wrapping(np.negative, dtype, x).tolist() == [modulo(-a, dtype)]
    assert wrapping(np.abs, dtype, x).tolist() == [modulo(abs(a), dtype)]
    assert wrapping(np.maximum, dtype, x, y).tolist() == [max(a, b)]


@given(pairs(), st.integers(0, 200))
def test_powers_wrap(given, exponent):
    dtype, a, _ = given
    assert of(power, a, exponent, dtype) == (modulo(a**exponent, dtype), True)


@pytest.mark.parametrize(("a", "b", "value"), [(1, -3, 1), (-1, -3, -1), (-1, -4, 1), (-1, -(2**63), 1), (0, 0, 1)])
def test_powers_of_one_are_known_for_every_exponent(a, b, value):
    assert of(power, a, b, "int64") == (value, True)


@pytest.mark.parametrize(("a", "b"), [(2, -1), (0, -1), (-(2**63), -1), (5, -(2**63))])
def test_no_other_negative_power_is_known(a, b):
    assert not of(power, a, b, "int64")[1]


@given(pairs())
def test_both_divisions_are_exact(given):
    dtype, a, b = given
    if b == 0 or (dtype != "uint8" and b == -1 and a == RANGE[dtype][0]):
        assert not of(divide, a, b, dtype)[1]
        assert not of(floor_divide, a, b, dtype)[1]
    else:
        assert of(floor_divide, a, b, dtype) == (a // b, True)
        cut = abs(a) // abs(b)
        assert of(divide, a, b, dtype) == (cut if (a < 0) == (b < 0) else -cut, True)


def test_divisions_broadcast_and_say_which_elements_are_known():
    value, known = divide(np.array([[7], [-7]]), np.array([2, 0]), "int32")
    assert value.tolist() == [[3, 0], [-3, 0]]
    assert known.tolist() == [[True, False]] * 2


@pytest.mark.parametrize("dtype", DTYPES)
def test_values_of_the_type_stay_and_those_beyond_come_back_at_the_other_end(dtype):
    low, high = RANGE[dtype]
    assert wrapped(np.array([low, 0, high]), dtype).tolist() == [low, 0, high]
    beyond = np.array([high, low]) + np.array([1, -1])
    assert wrapped(beyond, dtype).tolist() == [low, high]


def test_bool_is_whether_a_number_is_not_0():
    assert wrapped(np.array([0, 2, -(2**63)]), "bool").tolist() == [0, 1, 1]


@pytest.mark.parametrize("dtype", DTYPES)
def test_floats_are_cut_towards_0_and_saturate(dtype):
    low, high = RANGE[dtype]
    last, first = math.nextafter(float(high + 1), 0), math.nextafter(float(low - 1), 0)
    values, fits = of_floats(np.array([-0.25, 2.9, last, first]), dtype)
    assert values.tolist() == [0, 2, int(last), int(first)]
    assert fits.all()
    values, fits = of_floats(np.array([float(high + 1), math.inf, -math.inf, -1e300, math.nan]), dtype)
    assert values.tolist() == [high, high, low, low, 0]
    assert not fits.any()


def test_an_integer_has_one_zero():
    values, _ = of_floats(np.array([-0.25, -0.0]), "int32")
    assert not np.signbit(values.astype(float)).any()
