"""Measured errors: what a table grants, range by range."""

import json

import numpy as np
import pytest

from trtexp.numerics import spacing
from trtexp.numerics.tables import Seen, read_table, tables

TABLE = {
    "release": "tensorrt-8.6.0",
    "gpu": "NVIDIA H100",
    "ways": {
        "float32": {
            "TANH": {
                "worst": [[-128.0, -1.0, 2.0, -3.0, 1e-6], [-1.0, 1.0, 100.0, 0.59, 6e-6], [1.0, 64.0, 2.0, 3.0, 1e-6]]
            }
        },
        "float16": {"ABS": {"worst": [[0.0, 65504.0, 0.0, 0.0, 0.0]]}},
        "float16 inputs, FP16 allowed": {"ABS": {"type": "float16", "values": "of half"}},
    },
}


@pytest.fixture
def table():
    return read_table(json.dumps(TABLE))


def test_twice_the_worst_of_the_range_is_allowed(table):
    x = np.array([-3.0, -1.0, 0.5, 1.0, 3.0])
    allowed = table.allowed("TANH", "float32", x, np.tanh(x))
    spacing = 2.0 ** np.array([-24, -24, -25, -24, -24])
    assert allowed == pytest.approx(2 * np.array([2, 2, 100, 2, 2]) * spacing, rel=1e-6)


def test_near_a_zero_the_absolute_error_is_the_smaller_and_counts_as_well(table):
    x = np.array([1e-3, 0.999])
    allowed = table.allowed("TANH", "float32", x, np.array([1e-3, 0.76]))
    assert allowed[0] == pytest.approx(200 * 2.0**-33, rel=1e-3)
    assert allowed[1] == pytest.approx(200 * 2.0**-24, rel=1e-3)
    assert table.allowed("TANH", "float32", np.array([0.9]), np.array([1.5]))[0] == pytest.approx(1.2e-5, rel=1e-3)


def test_outside_of_what_was_measured_there_is_no_number(table):
    x = np.array([65.0, np.nan, -129.0, 2.0])
    allowed = table.allowed("TANH", "float32", x, np.array([1.0, np.nan, -1.0, np.inf]))
    assert np.isnan(allowed).all()


def test_what_was_not_measured_has_no_table(table):
    assert table.allowed("EXP", "float32", np.ones(1), np.ones(1)) is None
    assert table.allowed("TANH", "float16", np.ones(1), np.ones(1)) is None


def test_what_was_exact_must_be_exact(table):
    assert table.allowed("ABS", "float16", np.array([2.0]), np.array([2.0])) == 0


OTHER = {
    **TABLE,
    "release": "tensorrt-8.5.3.1",
    "ways": {"float32": {"TANH": {"worst": [[-1.0, 1.0, 8.0, 0.5, 1e-6]]}}},
}
FORMULA = np.array([1e-7, 1e-7])


@pytest.fixture
def known(monkeypatch):
    """Make tables those that are known."""

    def known(*given):
        made = tuple(read_table(json.dumps(one)) for one in given)
        monkeypatch.setattr("trtexp.numerics.tables.tables", lambda: made)

    return known


def granted(family, x=(0.5, 70.0), function="TANH", key=None):
    x = np.array(x)
    return Seen(function, family, key).error("float32", (x,), np.tanh(x), FORMULA).tolist()


def test_a_family_of_which_one_release_was_measured_is_granted_that_or_the_formula(known):
    known(TABLE)
    worst = 2 * 100 * 2.0**-25
    assert granted("tensorrt<10") == pytest.approx([worst, 1e-7])
    assert granted("tensorrt>=10") == pytest.approx([worst, 1e-7])
    assert granted(None) == pytest.approx([worst, 1e-7])


def test_a_family_that_was_measured_is_granted_the_worst_of_its_releases_and_no_more(known):
    known(TABLE, OTHER)
    x = np.array([0.5, 2.0, 70.0])
    made = Seen("TANH", "tensorrt<10").error("float32", (x,), np.tanh(x), np.ones(3))
    assert made == pytest.approx([2 * 100 * 2.0**-25, 2 * 2 * 2.0**-24, 1.0], rel=1e-3)  # beyond the tables the formula
    assert (Seen("TANH", "tensorrt>=10").error("float32", (x,), np.tanh(x), np.ones(3)) == 1).all()


@pytest.mark.parametrize(("formula", "allowed"), [(1e-7, 2 * 8 * 2.0**-25), (1e-6, 1e-6), (1e-5, 2 * 100 * 2.0**-25)])
def test_a_release_that_is_worse_than_the_formula_and_the_others_is_not_granted_that(known, formula, allowed):
    known(TABLE, OTHER)  # 100 and 8 units at 0.5
    x = np.array([0.5])
    made = Seen("TANH", "tensorrt<10").error("float32", (x,), np.tanh(x), np.full(1, formula))
    assert made == pytest.approx([allowed], rel=1e-3)


def test_a_function_that_nobody_measured_has_its_formula(known):
    known(TABLE)
    assert granted("tensorrt<10", function="EXP") == FORMULA.tolist()
    known()
    assert granted("tensorrt<10") == FORMULA.tolist()


def test_the_ranges_may_be_of_something_else_than_the_argument(known):
    known(TABLE)
    assert granted(None, x=(3.0, 70.0), key=lambda x: x / 10)[0] == pytest.approx(200 * 2.0**-24)


def test_the_checked_in_tables_are_of_releases_and_say_what_half_is_off_by():
    found = {table.release: table for table in tables()}
    assert found and all(" " in table.gpu for table in found.values())
    for table in found.values():
        half = np.array([0.5, 3.0])
        allowed = table.allowed("EXP", "float16", half, np.exp(half))
        assert (allowed <= 1.01 * spacing(np.exp(half), "float16")).all()  # twice what one rounding is
