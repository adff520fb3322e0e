"""Functions of corresponding elements: errors carried and added, the reference's own error, and exact integers."""

from dataclasses import replace

import numpy as np
import pytest

from trtexp.numerics import (
    OWN_ERROR,
    computed,
    converted,
    either,
    encode,
    equal,
    exactly,
    exp_error,
    jumping,
    known,
    pointwise,
    quotient,
)

MOST, LEAST = 2**63 - 1, -(2**63)


def floats(*values, dtype="float32"):
    return known(encode(np.array(values), dtype))


def integers(*values, dtype="int64"):
    return exactly(np.array(values), dtype)


def exp(x):
    return computed(np.exp, lambda v, y: exp_error(v) * y, x)


def log(x):
    return computed(np.log, lambda v, y: np.maximum(10 * np.abs(y), 1), x)


def test_a_computed_value_has_float64s_own_error():
    y = exp(floats(1.0, 0.0))
    assert (y.slack >= OWN_ERROR * y.ref).all()
    assert (y.slack < 1e-13).all()


def test_own_errors_are_carried_through_chains():
    y = log(exp(floats(1.0, 0.5, 10.0)))
    assert (np.abs(y.ref - [1.0, 0.5, 10.0]) <= y.slack).all()
    assert (y.slack < 5e-14).all()


def test_own_errors_are_those_of_the_terms_where_a_sum_cancels():
    y = computed(lambda v: (1 + v) - 1, lambda v, r: 1 + np.abs(r), floats(2.0**-24))
    assert y.slack[0] >= 2.0**-53


def test_what_the_device_alone_may_be_off_by_is_no_error_of_the_reference():
    y = computed(np.tanh, lambda v, r: r, floats(0.5), least=lambda v: 2.0**-16 * v)
    assert y.bound[0] >= 2.0**-17
    assert y.slack[0] < 1e-14


def test_exact_functions_add_no_error_of_any_kind():
    y = pointwise(np.negative, [floats(0.1, 3.0)])
    assert y.exact and y.certified.all()
    assert not y.slack.any()


def test_infinities_and_nan_have_no_error():
    with np.errstate(all="ignore"):
        y = exp(floats(1000.0, np.nan, -np.inf))
    assert y.bound.tolist() == y.slack.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("f", "made"),
    [
        (np.maximum, [MOST, MOST - 511]),
        (np.minimum, [MOST - 511, LEAST]),
        (np.equal, [False, False]),
        (np.less, [False, False]),
        (np.greater, [True, True]),
    ],
)
def test_integers_are_compared_exactly(f, made):
    dtype = "bool" if isinstance(made[0], bool) else "int64"
    y = jumping(f, [integers(MOST, MOST - 511), integers(MOST - 511, LEAST)], dtype)
    assert y.ref.dtype == np.int64
    assert y.ref.tolist() == made
    assert y.certified.all()


def test_pointwise_is_exact_for_integers():
    y = pointwise(np.maximum, [integers(2**53 + 1, LEAST), integers(2**53, LEAST)])
    assert y.ref.tolist() == [2**53 + 1, LEAST]


def test_an_error_of_an_integer_stays_in_the_range_of_its_type():
    code = replace(integers(127, -128, 0, dtype="int8"), bound=np.array([1.0, 1.0, 1.0]))
    assert [end.tolist() for end in code.ends()] == [[126, -128, -1], [127, -127, 1]]
    large = replace(integers(MOST, LEAST), bound=np.array([1.0, np.inf]))
    assert [end.tolist() for end in large.ends()] == [[MOST - 1, LEAST], [MOST, LEAST + 2**62]]


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_floats_saturate_in_int32_and_int64_and_nan_is_0(dtype):
    most, least = (2**31 - 1, -(2**31)) if dtype == "int32" else (MOST, LEAST)
    y = converted(floats(1e30, -1e30, np.inf, np.nan, -0.25, 2.0**31, 2.0**63), dtype)
    beyond = [2**31 - 1, 2**31 - 1] if dtype == "int32" else [2**31, MOST]
    assert y.ref.tolist() == [most, least, most, 0, 0, *beyond]
    assert not y.undetermined.any()


def test_what_other_integers_cannot_hold_is_undetermined():
    y = converted(floats(255.9, 256.0, -0.9, -1.0, np.nan), "uint8")
    assert y.ref.tolist()[:3] == [255, 255, 0]
    assert y.anything.tolist() == [False, True, False, True, True]
    y = converted(integers(2**32 + 5, 2**31, -(2**31), MOST), "int32")
    assert y.ref.tolist() == [5, -(2**31), -(2**31), -1]
    assert y.anything.tolist() == [True, True, False, True]


def test_to_bool_whether_it_is_not_0():
    assert converted(floats(0.0, -0.0, 0.25, np.nan), "bool").ref.tolist() == [0, 0, 1, 1]
    assert converted(integers(0, LEAST, 2**32), "bool").ref.tolist() == [0, 1, 1]


def test_int64_becomes_the_nearest_float():
    y = converted(integers(2**62 + 2**38 + 1, MOST), "float32")
    assert y.ref.tolist() == [2**62 + 2**39, 2.0**63]
    assert y.exact


def test_a_value_with_an_error_gets_half_an_ulp_when_it_is_rounded():
    x = replace(floats(1.0), bound=np.array([0.25]))
    assert converted(x, "float16").bound.tolist() == [0.25 + 2.0**-11]


def test_decimals_on_two_sides_of_a_tie_become_slack():
    x = known(encode([2.0**-12 + 1.0], "float32"), np.array([1 + 2.0**-12 + 2.0**-11]))
    assert converted(x, "float16").slack.tolist() == [2.0**-10]


def test_a_conversion_keeps_every_legal_value():
    x = either(floats(1.5), floats(2049.0), np.array([True]))
    half = converted(x, "float16")
    assert [other.values.tolist() for other in half.also] == [[2048.0]]
    assert [other.values.tolist() for other in converted(x, "int32").also] == [[2049]]


def test_a_quotient_by_a_power_of_two_is_exact():
    y = quotient(floats(7.0, -7.0, 0.1, 0.0), floats(2.0, -0.25, 1.0, 8.0))
    assert y.ref.tolist() == [3.5, 28.0, np.float32(0.1), 0.0]
    assert y.certified.all()
    assert not y.slack.any()


def test_other_quotients_are_off_by_an_ulp_and_those_that_leave_the_normal_numbers_too():
    y = quotient(floats(6.0, 2.0**-126), floats(3.0, 2.0))
    assert y.bound.tolist() == [2 * 2.0**-23 + 2.0**-126, 2.0**-127 * 2.0**-23 + 2.0**-126]
    assert not y.certified.any()


def test_behind_a_rounding_both_neighbours_of_a_quotient_are_legal_unless_it_is_exact():
    y = jumping(np.floor, [quotient(floats(6.0, 6.0, 5.0), floats(3.0, 2.0, 3.0))], "float32")
    assert [part.values.tolist() for part in y.also] == [[1.0, 3.0, 1.0]]
    assert y.also[0].where.tolist() == y.undetermined.tolist() == [True, False, False]
    tie = jumping(np.rint, [quotient(floats(7.5, 5.0), floats(3.0, 2.0))], "float32")
    assert (tie.ref.tolist(), tie.undetermined.tolist()) == ([2.0, 2.0], [True, False])


def test_division_by_zero_is_ieees():
    with np.errstate(all="ignore"):
        y = quotient(floats(1.0, -1.0, 0.0), floats(0.0, 0.0, 0.0))
    np.testing.assert_array_equal(y.ref, [np.inf, -np.inf, np.nan])
    assert not y.bound.any()


def off(values, error):
    """Inputs that may be off by an error."""
    made = known(encode(values, "float32"))
    return replace(made, bound=np.full(made.shape, error), typical=np.full(made.shape, error), certified=made.ref < 0)


@pytest.mark.parametrize(("f", "bound"), [(np.square, 3**2 - 2**2), (np.reciprocal, 1 / 1 - 1 / 2), (np.negative, 1)])
def test_the_further_end_of_an_error_counts(f, bound):
    """2 may be 1 or 3: the square is further off at 3, the reciprocal at 1."""
    assert pointwise(f, [off([2.0], 1.0)]).bound.tolist() == [bound]


def test_two_inputs_are_carried_together():
    made = pointwise(np.multiply, [off([2.0], 1.0), off([-4.0], 0.5)])
    assert made.bound.tolist() == [3 * 4.5 - 2 * 4]
    assert not made.certified.any()


@pytest.mark.parametrize(("value", "unsure"), [(2.5, False), (2.875, True), (3.0625, True), (3.0, True), (3.25, False)])
def test_a_jump_within_the_error_leaves_both_sides_legal(value, unsure):
    made = jumping(np.floor, [off([value], 0.125)], "float32")
    assert made.ref.tolist() == [np.floor(value)]
    assert (made.undetermined.tolist(), made.certified.tolist()) == ([unsure], [not unsure])
    assert not made.bound.any()


def test_a_jump_of_what_is_exact_is_exact():
    made = jumping(np.floor, [known(encode([3.0, 2.5], "float32"))], "float32")
    assert made.certified.all() and not made.undetermined.any()


def test_numbers_whose_errors_meet_may_be_equal_or_not():
    """At no corner of the two intervals are they equal."""
    error = np.array([0.125, 0.0, 0.25])
    x = replace(floats(1.0, 1.0, 2.0), bound=error)
    y = equal(x, replace(floats(1.1875, 1.0, 3.0), bound=error))
    assert y.ref.tolist() == [0, 1, 0]
    assert y.undetermined.tolist() == [True, False, False]
    assert y.also[0].values.tolist()[0] == 1
    assert equal(integers(MOST), integers(MOST - 1)).ref.tolist() == [0]
    with np.errstate(invalid="ignore"):
        assert equal(floats(np.nan, np.inf), floats(np.nan, np.inf)).ref.tolist() == [0, 1]


def test_a_subnormal_number_of_float32_may_be_taken_as_0_and_one_of_half_not():
    """8.6.0 on an NVIDIA H100 gives 0 for a RELU, an ABS and a NEG of each of them, and keeps those of half."""
    x = known(encode([1e-40, -1e-40, 2.0], "float32"))
    made = pointwise(np.abs, [x])
    assert made.ref.tolist() == [x.ref[0], x.ref[0], 2]
    assert made.also[0].where.tolist() == [True, True, False]
    assert made.also[0].values.tolist()[:2] == [0, 0]
    assert made.certified.tolist() == [False, False, True]
    assert pointwise(np.abs, [known(encode([1e-7], "float16"))]).certified.all()
    above = jumping(np.ceil, [x], "float32")
    assert above.undetermined.tolist() == [True, False, False]  # that of the second is 0 in any case
    assert above.also[0].values[0] == 0
