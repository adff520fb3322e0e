"""dtypes, half units, lowest bits; the bounds of a dot product stand in test_bounds.py."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trtexp.definition.network import DTYPES
from trtexp.numerics import (
    LARGEST,
    SMALLEST_NORMAL,
    UNIT,
    VALUE_DTYPES,
    attribute,
    decode,
    encode,
    exactly,
    half_unit,
    known,
    lowest_bit,
    rounded,
    significant_bits,
    spacing,
)

INTEGERS = {
    "int64": (-(2**63), 2**63 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int4": (-8, 7),
}


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_comes_back_as_it_was_encoded(dtype):
    given = {"bool": [[0, 1, 1], [1, 0, 0]], "float4e2m1": [[0, 1, 2], [3, 4, 6]], "float8e8m0": [[1, 2, 4], [8, 2, 1]]}
    values = np.array(given.get(dtype, [[0, 1, 2], [3, 4, 5]]))
    array = encode(values, dtype)
    assert array.shape == (2, 3)
    assert array.bits.dtype == DTYPES[dtype][0]
    assert decode(array).dtype == VALUE_DTYPES[dtype]
    np.testing.assert_array_equal(decode(array).astype(float), values)
    assert encode(decode(array).astype(float), dtype).same_bits(array)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1,), (1, 1, 1)])
def test_scalars_and_empty_tensors_are_encoded(dtype, shape):
    array = encode(np.ones(shape), dtype)
    assert array.shape == shape
    assert decode(array).shape == shape


def test_int4_is_packed_two_to_a_byte_low_half_first():
    array = encode([-8, 7, -1], "int4")
    assert array.bits.tolist() == [0x78, 0x0F]
    assert decode(array).astype(int).tolist() == [-8, 7, -1]


def test_fp4_is_packed_likewise_and_rounds_ties_to_even():
    array = encode([0, 0.5, 1, 1.5, 2, 3, 4, 6], "float4e2m1")
    assert array.bits.tolist() == [0x10, 0x32, 0x54, 0x76]  # sign, two bits of exponent, one of fraction
    ties = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5, 7, -5]
    assert decode(encode(ties, "float4e2m1")).astype(float).tolist() == [0, 1, 1, 2, 2, 4, 4, 6, -4]
    with pytest.raises(ValueError, match="no NaN"):
        encode([np.nan], "float4e2m1")


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_take_their_whole_range_and_nothing_beyond(dtype):
    low, high = INTEGERS[dtype]
    np.testing.assert_array_equal(decode(encode([low, high], dtype)).astype(object), [low, high])
    beyond = [float(low - 1 if dtype != "int64" else -(2.0**64)), float(high + 1)]
    for value in beyond:
        with pytest.raises(ValueError, match=f"outside {dtype}"):
            encode(np.array([value]), dtype)
    with pytest.raises(ValueError, match="not a whole number"):
        encode([0.5], dtype)
    for value in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError, match=f"outside {dtype}"):
            encode([value], dtype)


def test_bool_takes_0_and_1_only():
    assert decode(encode([True, False, 1, 0], "bool")).tolist() == [True, False, True, False]
    for value in (2, -1, 0.5, np.nan):
        with pytest.raises(ValueError, match="bool takes"):
            encode([value], "bool")


@pytest.mark.parametrize(
    ("dtype", "tie", "to"),
    [
        ("float32", 1 + 2.0**-24, 1.0),
        ("float32", 1 + 3 * 2.0**-24, 1 + 2.0**-22),
        ("float16", 2049, 2048),
        ("float16", 2051, 2052),
        ("bfloat16", 257, 256),
        ("bfloat16", 259, 260),
        ("float8e4m3", 17, 16),
        ("float8e4m3", 19, 20),
    ],
)
def test_floats_round_to_nearest_ties_to_even(dtype, tie, to):
    assert float(decode(encode(tie, dtype))) == to


NARROW = ["float16", "bfloat16", "float8e4m3", "float4e2m1"]


def numbers_of(dtype):
    """All numbers of a narrow type from 0 to its largest, in order."""
    bits = 16 if dtype in ("float16", "bfloat16") else 8 if dtype == "float8e4m3" else 3
    codes = np.arange(2 ** (bits - 1) if bits > 3 else 8, dtype=np.uint16 if bits == 16 else np.uint8)
    with np.errstate(invalid="ignore"):  # some are NaN
        values = codes.view(VALUE_DTYPES[dtype]).astype(np.float64)
    return values[np.isfinite(values)]


@pytest.mark.parametrize("dtype", NARROW)
def test_floats_round_once(dtype):
    """Each float64 next to a tie, which float32 would move onto it, and each tie."""
    numbers = numbers_of(dtype)
    ties = (numbers[:-1] + numbers[1:]) / 2
    even = np.where(np.arange(len(ties)) % 2 == 0, numbers[:-1], numbers[1:])
    for sign in (1, -1):
        for values, wanted in (
            (ties, even),
            (np.nextafter(ties, np.inf), numbers[1:]),
            (np.nextafter(ties, -np.inf), numbers[:-1]),
        ):
            made = decode(encode(sign * values, dtype)).astype(np.float64)
            np.testing.assert_array_equal(made, sign * wanted)


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["float32", "bfloat16"]))
def test_int64_rounds_once_to_a_float(value, dtype):
    made = Fraction(float(decode(encode(np.array(value, np.int64), dtype))))
    unit = Fraction(2) ** max(abs(value).bit_length() - (24 if dtype == "float32" else 8), 0)
    assert made == round(Fraction(value) / unit) * unit  # Python rounds ties to even


@pytest.mark.parametrize(
    ("value", "dtype", "rounded"),
    [
        (2**62 + 2**38 + 1, "float32", 2**62 + 2**39),  # float64 has it on the tie
        (2**62 + 2**38, "float32", 2**62),
        (2**63 - 1, "float32", 2.0**63),
        (32768 + 17, "float16", 32800),
        (2**62 + 2**54 + 1, "bfloat16", 2**62 + 2**55),
        (-(2**62) - 2**54 - 1, "bfloat16", -(2**62) - 2**55),
        (65519, "float16", 65504),
        (65520, "float16", np.inf),
    ],
)
def test_large_integers_round_once(value, dtype, rounded):
    assert float(decode(encode(np.array([value]), dtype))[0]) == rounded


@pytest.mark.parametrize(("dtype", "beyond"), [("float32", 1e39), ("float16", 65520), ("bfloat16", 3.4e38)])
def test_floats_beyond_the_largest_become_infinite(dtype, beyond):
    assert float(decode(encode(-beyond * 1.01, dtype))) == -np.inf
    assert float(decode(encode(LARGEST[dtype], dtype))) == LARGEST[dtype]


def test_nan_infinities_signed_zeros_and_subnormals_survive():
    for dtype in ("float32", "float16", "bfloat16"):
        values = [np.nan, np.inf, -np.inf, -0.0, SMALLEST_NORMAL[dtype] * 2 * UNIT[dtype]]
        back = decode(encode(values, dtype)).astype(float)
        np.testing.assert_array_equal(back, values)
        assert np.signbit(back[3])


@pytest.mark.parametrize("dtype", UNIT)
def test_units_are_those_of_the_format(dtype):
    info = ml_dtypes.finfo(VALUE_DTYPES[dtype])
    assert UNIT[dtype] == float(info.eps) / 2
    assert SMALLEST_NORMAL[dtype] == float(info.smallest_normal)
    assert spacing(np.array([1.0, 1.5, 2.0]), dtype).tolist() == [2 * UNIT[dtype]] * 2 + [4 * UNIT[dtype]]
    assert spacing(np.array([0.0]), dtype) == SMALLEST_NORMAL[dtype] * 2 * UNIT[dtype]


@pytest.mark.parametrize(
    ("text", "dtype", "half"),
    [
        ("98765.4", "float32", 0.05),
        ("7.0040008e+04", "float32", 5e-4),
        ("1E-3", "float32", 5e-4),
        ("0.0009", "float32", 5e-5),
        (".1", "float32", 0.05),
        ("-0.30", "float32", 5e-3),
        ("+1.1", "float32", 0.05),
        ("0", "float32", 0),
        ("2.0", "float32", 0),
        ("0.5", "float16", 0),
        ("10000.0000", "float32", 0),
        ("98765", "float32", 0),
        ("2049", "float16", 0.5),
        ("4098.5", "float16", 0.05),
        ("257.0", "bfloat16", 0.05),
        ("3", "int8", 0),
        ("3.7", "int32", 0),
        (".nan", "float32", 0),
        ("-.inf", "float32", 0),
        ("true", "bool", 0),
        ("1e39", "float32", 0),
        ("1e99999999999999999999", "float32", 0),
        ("1e-99999999999999999999", "float32", 0),
        ("0e99999999999999999999", "float32", 0),
    ],
)
def test_half_a_unit_of_the_last_digit_unless_the_dtype_holds_the_literal(text, dtype, half):
    assert half_unit(text, dtype) == half


@given(st.integers(-(2**24), 2**24), st.integers(-120, 100))
def test_lowest_bit_is_the_exponent_of_the_lowest_set_bit(whole, exponent):
    found = int(lowest_bit(np.array([np.ldexp(float(whole), exponent)]))[0])
    if whole == 0:
        assert found >= 1000  # never limits
    else:
        assert found == exponent + (whole & -whole).bit_length() - 1


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=5))
def test_significant_bits_hold_every_value(values):
    bits = significant_bits(np.array(values))
    for value in values:
        if value:
            numerator = abs(Fraction(value).numerator)
            assert numerator.bit_length() - ((numerator & -numerator).bit_length() - 1) <= bits
    assert bits <= 24


def test_an_input_has_no_error_and_the_slack_of_its_decimals():
    array = encode([0.1, 0.5, np.inf], "float32")
    bounded = known(array, np.array([0.1, 0.5, np.inf]))
    assert bounded.exact and bounded.certified.all()
    assert bounded.slack.tolist() == [float(np.float32(0.1)) - 0.1, 0, 0]


def test_an_integer_input_is_exact_beyond_2_53():
    x = known(encode(np.array([2**63 - 1, -(2**63), 2**53 + 1]), "int64"), np.array([2**63 - 1, -(2**63), 2**53 + 1]))
    assert x.ref.dtype == np.int64
    assert x.ref.tolist() == [2**63 - 1, -(2**63), 2**53 + 1]
    assert not x.slack.any()


@pytest.mark.parametrize("dtype", [*INTEGERS, "bool"])
def test_integers_and_bool_are_int64(dtype):
    assert exactly(np.array([True, False]), dtype).ref.dtype == np.int64
    assert exactly(np.array([0.0, 1.0]), dtype).ref.dtype == np.int64
    assert not np.signbit(exactly(np.array([-0.0]), dtype).ref.astype(float)).any()


def test_an_attribute_is_float32_with_the_slack_of_its_decimal():
    x = attribute(0.01)
    assert (x.dtype, x.shape, x.exact) == ("float32", (), True)
    assert x.ref == np.float32(0.01)
    assert x.slack == abs(float(np.float32(0.01)) - 0.01)
    assert attribute(0.5).slack == 0


def test_a_rounded_result_carries_what_came_and_adds_its_own_ulps():
    x = known(encode([1.0, 3.0, 0.0], "float32"))
    y = rounded(x, x.ref / 3, 1.0)
    assert y.bound.tolist() == [2 * 2.0**-24 / 3 + 2.0**-126, 2 * 2.0**-24 + 2.0**-126, 0]
    assert y.certified.tolist() == [False, False, True]
    assert y.slack.tolist() == [2.0**-50 / 3, 2.0**-50, 0]
