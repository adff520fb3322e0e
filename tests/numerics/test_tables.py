"""Measured errors: what a table grants, range by range."""

import json

import numpy as np
import pytest

from trtexp.numerics.tables import read_table

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
def table(tmp_path):
    path = tmp_path / "tensorrt-8.6.0.json"
    path.write_text(json.dumps(TABLE), encoding="utf-8")
    return read_table(path)


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
