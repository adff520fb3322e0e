"""What is kept of large outputs: bins that hold every element, the worst of each, the elements around the worst."""

from __future__ import annotations

import json

import numpy as np
import pytest
from conftest import BASE

from trtexp.judging.compare import Pair
from trtexp.judging.output import judge_output
from trtexp.judging.picture import ratios
from trtexp.judging.recording import record_output
from trtexp.numerics import encode
from trtexp.records.bins import grid
from trtexp.records.model import OutputRecord
from trtexp.records.picture import BINS

LARGE = BASE.replace("x: {shape: [1, 1, 3, 3]", "x: {shape: [1, 1, 40, 40]")
SHAPE = (1, 1, 42, 42)


@pytest.fixture
def recorded(load):
    """The record of the output of a large deconvolution; what came is the reference with some elements replaced."""
    case = load(LARGE).cases[0]
    right = case.evaluation().tensors["deconv"].ref

    def recorded(came=True, **wrong):
        values = right.copy()
        for index, value in wrong.pop("at", {}).items():
            values[index] = value
        actual = encode(values, "float32") if came else None
        return record_output(judge_output(case, "deconv", actual, None))

    return recorded


def pair(error, allowed=1.0):
    error = np.asarray(error, dtype=float)
    return Pair(error > allowed, error, np.broadcast_to(np.float64(allowed), error.shape), np.zeros(error.shape))


def bins(values, size, rows, columns):
    """The elements of each bin, found the slow way."""
    folded = np.reshape(values, (-1, *size))
    edges = [[i * n // count for i in range(count + 1)] for n, count in zip(size, (rows, columns), strict=True)]
    return [
        [folded[:, a:b, c:d] for c, d in zip(edges[1], edges[1][1:], strict=False)]
        for a, b in zip(edges[0], edges[0][1:], strict=False)
    ]


@pytest.mark.parametrize("shape", [(2000,), (65, 64), (3, 200, 7), (2, 3, 70, 131), (1100, 1), (64, 64)])
def test_bins_hold_every_element_once(shape):
    rng = np.random.default_rng(1)
    values = rng.integers(-999, 1000, shape).astype(float)
    error = rng.integers(0, 999, shape).astype(float)
    found = grid(values, ratios(pair(error, 10_000.0)))
    size = (1, *shape)[-2:]
    assert found.size == size
    rows, columns = (min(BINS, n) for n in size)
    smallest = np.array(found.smallest)
    largest = smallest if found.largest is None else np.array(found.largest)
    assert smallest.shape == (rows, columns)
    slow, slow_errors = bins(values, size, rows, columns), bins(error, size, rows, columns)
    assert sum(bin.size for row in slow for bin in row) == values.size
    np.testing.assert_array_equal(smallest, [[bin.min() for bin in row] for row in slow])
    np.testing.assert_array_equal(largest, [[bin.max() for bin in row] for row in slow])
    np.testing.assert_allclose(
        found.worst, np.array([[e.max() for e in row] for row in slow_errors]) / 10_000, rtol=5e-3
    )
    at = np.array(found.at)
    np.testing.assert_allclose(error.reshape(-1)[at] / 10_000, found.worst, rtol=5e-3)
    places = bins(np.arange(values.size), size, rows, columns)
    assert all(at[i, j] in places[i][j] for i in range(rows) for j in range(columns))


def test_of_equal_errors_the_first_is_named_however_the_last_bits_fall():
    error = np.full((2000,), 0.5)
    error[7] += 1e-12
    found = grid(np.arange(2000.0), ratios(pair(error)))
    assert found.at[0][0] == 0
    assert set(map(float, found.worst[0])) == {0.5}


def test_what_is_no_number_is_the_worst_and_hides_no_other():
    values = np.arange(2000.0)
    values[[5, 6]] = np.nan, np.inf
    compared = Pair(np.arange(2000) == 5, np.where(np.arange(2000) == 5, np.inf, 0.0), np.ones(2000), np.zeros(2000))
    found = grid(values, ratios(compared))
    assert (found.smallest[0][0], found.largest[0][0]) == (0.0, "Infinity")
    assert (found.worst[0][0], found.at[0][0]) == ("Infinity", 5)
    assert found.worst[0][1] == 0.0
    json.dumps(found.model_dump(mode="json"), allow_nan=False)


def test_a_wrong_sign_of_zero_is_as_wrong_as_can_be():
    compared = Pair(np.arange(2000) == 9, np.zeros(2000), np.ones(2000), np.zeros(2000))
    assert grid(np.zeros(2000), ratios(compared)).worst[0][0] == "Infinity"


def test_an_exact_output_has_no_errors_to_show(recorded):
    picture = recorded().picture
    assert (picture.grid.worst, picture.grid.at, picture.around) == (None, None, None)
    assert picture.grid.largest is None  # each bin holds one element
    assert np.shape(picture.grid.smallest) == (42, 42)


def test_the_reference_alone_has_a_picture_and_nothing_around(recorded):
    picture = recorded(came=False).picture
    assert picture.grid == recorded().picture.grid
    assert picture.around is None


def test_a_small_output_has_none(load):
    (case,) = load(BASE).cases
    assert record_output(judge_output(case, "deconv", None, None)).picture is None


def test_the_elements_around_the_worst_one_are_kept(recorded):
    output = recorded(at={(0, 0, 20, 30): 7.0, (0, 0, 3, 3): 60.0})
    around = output.picture.around
    assert around.worst == output.actual_reference.index == [0, 0, 20, 30]
    assert around.start == [0, 0, 18, 28]
    for values in (around.actual, around.reference, around.bound):
        assert np.shape(values) == (5, 5)
    assert around.actual[2][2] == 7.0
    assert around.reference[2][2] != 7.0
    assert output.picture.grid.at[20][30] == 20 * 42 + 30


@pytest.mark.parametrize(
    ("index", "start", "shape"),
    [((0, 0, 0, 0), [0, 0, 0, 0], (3, 3)), ((0, 0, 41, 40), [0, 0, 39, 38], (3, 4))],
)
def test_at_an_edge_there_are_fewer(recorded, index, start, shape):
    around = recorded(at={index: -1e6}).picture.around
    assert (around.worst, around.start, np.shape(around.actual)) == (list(index), start, shape)


def test_a_picture_is_bounded_and_read_back_as_it_was(recorded):
    output = recorded(at={(0, 0, 20, 30): 7.0})
    text = output.model_dump_json(exclude_defaults=True)
    assert OutputRecord.model_validate_json(text) == output
    assert len(output.picture.model_dump_json()) < 30 * BINS * BINS
