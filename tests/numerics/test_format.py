"""Numbers are printed to the digits that the bound makes meaningful."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trtexp.numerics.format import number, rounded

singles = st.floats(width=32, allow_nan=False, allow_infinity=False)
bounds = st.floats(min_value=1e-30, max_value=1e30)


@given(singles, bounds)
def test_text_is_within_the_bound(value: float, bound: float) -> None:
    assert abs(float(number(value, bound, "float64")) - value) <= bound / 20 + abs(value) * 1e-15


@given(singles, bounds)
def test_no_decimals_below_the_guard_digit(value: float, bound: float) -> None:
    mantissa, _, exponent = number(value, bound, "float64").partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    assert decimals <= 1 - np.floor(np.log10(bound)) or decimals <= 0


@given(singles)
def test_exact_float32_reads_back(value: float) -> None:
    assert np.float32(number(value, 0.0, "float32")) == np.float32(value)


@given(st.floats(width=16, allow_nan=False, allow_infinity=False))
def test_exact_float16_reads_back(value: float) -> None:
    assert np.float16(number(value, 0.0, "float16")) == np.float16(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_exact_float64_reads_back(value: float) -> None:
    assert float(number(value)) == value


@pytest.mark.parametrize(
    ("value", "bound", "dtype", "text"),
    [
        (98765.4321, 0.065, "float64", "98765.432"),
        (10000.0, 0.065, "float32", "10000"),
        (1234567.0, 3e5, "float32", "1.23e6"),
        (1e-12, 1e-3, "float64", "0"),
        (-1e-12, 1e-3, "float64", "0"),
        (-0.0, 0.0, "float32", "-0"),
        (-0.0, 0.1, "float32", "0"),
        (0.10000000149011612, 0.0, "float32", "0.1"),
        (65504.0, 0.0, "float16", "65504"),
        (0.0999755859375, 0.0, "float16", "0.1"),
        (3.4028235e38, 0.0, "float32", "3.4028235e38"),
        (7, 0.5, "int8", "7"),
        (True, 0.0, "bool", "true"),
        ("NaN", 0.1, "float32", "NaN"),
        ("-Infinity", 0.0, "float32", "-inf"),
        (0.5, "Infinity", "float32", "0.5"),
        (0.5, "NaN", "float32", "0.5"),
    ],
)
def test_number(value: object, bound: object, dtype: str, text: str) -> None:
    assert number(value, bound, dtype) == text


def test_rounded() -> None:
    assert [rounded(v, 2) for v in (0.244, 15.4, 0.0, 1e-9, "Infinity", "NaN")] == [
        "0.24",
        "15",
        "0",
        "1e-9",
        "inf",
        "NaN",
    ]
