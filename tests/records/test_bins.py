"""The grid of an output that is recorded whole, made of its values and of its own bound."""

import numpy as np
import pytest
from report_samples import SAMPLES, close, expected, mark, off, output

from trtexp.numerics.tolerance import Tolerance
from trtexp.records.bins import shown_grid

VALUES = np.arange(28.0).reshape(2, 14)
BOUND = np.full((2, 14), 0.5)


def wide(error=None, **more):
    """An output of 14 columns; what came is off by `error`."""
    right = output(VALUES, bound=BOUND, actual_reference=close(0.5, 0.25, [1, 3]))
    if error is not None:
        right = right.model_copy(update={"actual": output(VALUES + error).actual})
    return right.model_copy(update=more)


def at(index, value):
    error = np.zeros((2, 14))
    error[index] = value
    return error


def test_errors_are_measured_by_the_bound_of_each_element():
    found = shown_grid(wide(at((1, 3), 0.25)))
    assert found.size == (2, 14)
    assert found.smallest[1][3] == 17.2  # to 3 digits
    assert found.worst == [[0.0] * 14, [0.0] * 3 + [0.5] + [0.0] * 10]
    assert found.at[1][3] == 17


def test_an_exact_output_has_values_alone():
    exact = output(VALUES, bound=BOUND)
    assert shown_grid(exact).worst is None


def test_the_reference_alone_has_a_grid_too():
    assert shown_grid(wide(actual=None)).worst is None


@pytest.mark.parametrize("shape", [(13,), (20, 13), (), (0, 14)])
def test_what_can_be_read_as_text_has_none(shape):
    assert shown_grid(output(np.zeros(shape))) is None


def test_an_output_without_values_has_none():
    assert shown_grid(wide(actual=None, reference=None)) is None


def test_a_grid_that_is_kept_comes_first():
    big = next(one for each in SAMPLES["mismatches"].cases for one in each.outputs if one.picture is not None)
    assert shown_grid(big) is big.picture.grid


def test_another_tolerance_is_not_measured_by_the_bound():
    assert shown_grid(wide(at((1, 3), 9.0), tolerance=[Tolerance("close", atol=10.0)])).worst is None


def test_a_value_that_is_legal_otherwise_is_not_off():
    error = at((0, 2), 40.0) + at((1, 3), 0.25)  # a judge found another legal value at (0, 2)
    assert shown_grid(wide(error)).worst[0][2] == 0.0


def test_an_element_that_disagrees_is_beyond_the_bound():
    marked = wide(
        at((0, 2), 40.0),
        actual_reference=off(1, 80.0, 40.0, [0, 2]),
        marks=[mark([0, 2], "actual", None, "42", "2", (40.0, 0.5, 80.0))],
        disagreeing=1,
    )
    assert shown_grid(marked).worst[0][2] == 80.0


def test_many_that_disagree_are_all_beyond():
    marked = wide(np.full((2, 14), 40.0), actual_reference=off(28, 80.0, 40.0, [0, 0]), disagreeing=28)
    assert shown_grid(marked).worst == [[80.0] * 14] * 2


def test_the_last_digits_of_a_recorded_reference_are_no_error():
    error = VALUES * 1e-13 + at((1, 3), 0.25)
    found = shown_grid(wide(error, bound=(BOUND * (VALUES == 17)).tolist()))
    assert found.worst == [[0.0] * 14, [0.0] * 3 + [0.5] + [0.0] * 10]


def test_nan_meets_nan():
    values = np.where(VALUES == 5, np.nan, VALUES)
    both = output(values, bound=BOUND, actual_reference=close(0.5, 0.25, [1, 3]))
    assert shown_grid(both).worst is None


def test_expected_values_with_gaps_are_no_values_to_show():
    assert shown_grid(wide(actual=None, reference=None, **expected(VALUES))) is None
