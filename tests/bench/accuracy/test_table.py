"""The table of worst errors: what it says of an error that was planted."""

import numpy as np
import pytest

from trtexp.bench.accuracy import formulas, points
from trtexp.bench.accuracy.table import measured, shown


def table(dtype, right, wrong=lambda got: got):
    x = points.halves() if dtype == "float16" else points.floats()
    with np.errstate(all="ignore"):
        exact = np.asarray(right(x.astype(np.float64)))
        return x, measured(x.astype(np.float64), wrong(exact.astype(dtype)), exact, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_correctly_rounded_function_is_off_by_half_an_ulp_over_its_whole_range(dtype):
    _, made = table(dtype, np.exp)
    assert 0.49 < max(row[2] for row in made["worst"]) <= 0.5
    assert made["subnormal results"]["zero"] == 0
    assert "differs" not in made


def test_an_error_of_one_range_stays_in_that_range():
    def wrong(got):
        got = got.copy()
        x = points.floats()
        got[(x > 1) & (x < 2)] *= np.float32(1 + 2.0**-10)
        return got

    _, made = table("float32", np.tanh, wrong)
    off = [row for row in made["worst"] if row[2] > 1]
    assert [row[:2] for row in off] == [[1.0, 2.0]]
    assert 1 < off[0][3] < 2
    assert off[0][4] == pytest.approx(2.0**-10, rel=0.1)


def test_results_of_another_kind_are_counted_with_their_ends_and_not_measured():
    def wrong(got):
        return np.where(got < 0, np.float16(np.nan), np.where(got > 10, np.float16(np.inf), got))

    _, made = table("float16", np.log, wrong)
    count, low, high = made["differs"]["NaN for a number"]
    assert 0 < low < high < 1
    assert count == int(((points.halves() > 0) & (points.halves() < 1)).sum())
    assert made["differs"]["infinity for a number"][1] > np.exp(10)


def test_subnormal_results_that_are_flushed_are_counted():
    def flushed(got):
        return np.where(np.abs(got) < np.finfo(np.float32).tiny, np.float32(0), got)

    _, made = table("float32", np.reciprocal, flushed)
    assert made["subnormal results"]["kept"] == 0
    assert made["subnormal results"]["zero"] > 1000


def test_zero_of_the_other_sign_is_seen():
    _, made = table("float16", np.negative, lambda got: got + np.float16(0))
    assert made["differs"] == {"the other zero": [1, 0.0, 0.0]}


def test_special_results_stand_by_name():
    x = points.halves()
    with np.errstate(all="ignore"):
        found = shown(points.special("float16"), x, np.exp(x.astype(np.float64)).astype(np.float16))
    assert found["nan"] == "nan" and found["-inf"] == "0.0" and found["largest"] == "inf" and found["1"] == "2.719"


def test_the_formulas_do_not_cancel():
    x = np.array([-10.0, -3.0, 1e-9, 3.0])
    gelu = formulas.ACTIVATION["GELU_ERF"](x, 0, 0)
    assert gelu[0] == pytest.approx(-7.619853024160e-23, rel=1e-10)
    assert formulas.ACTIVATION["GELU_TANH"](x, 0, 0)[2] == pytest.approx(5e-10, rel=1e-8)


def test_the_points_are_a_million_with_every_binade_of_both_signs():
    x = points.floats()
    finite = x[np.isfinite(x)]
    assert x.size == 2**20
    for sign in (1, -1):
        assert set(np.frexp(finite[(finite * sign) > 0])[1]) == set(range(-148, 129))
    assert (x.view(np.uint32) == np.float32(-0.0).view(np.uint32)).any()
