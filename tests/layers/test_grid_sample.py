"""add_grid_sample against values by hand and a formula per element."""

import math

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = np.array([1.0, 10, 100, 1000]).reshape(1, 1, 1, 4)


def sampled(x, grid, **attributes):
    return evaluate("grid_sample", [x, grid], input="x", grid="grid", set=attributes)


def along(columns, x=X, **attributes):
    """Sample one row at some columns."""
    return sampled(x, [[[[column, 0] for column in columns]]], **attributes).ref.ravel().tolist()


def test_by_hand():
    assert along([-0.75, -0.5, 0, 0.75]) == [1, 5.5, 55, 1000]
    assert along([-1, 0, 1]) == [0.5, 55, 500]
    assert along([-1, 0, 1], align_corners=True) == [1, 55, 1000]
    assert sampled(X, [[[[-0.75, 0], [-0.5, 0]]]]).certified.all()


@pytest.mark.parametrize(
    ("mode", "found"),
    [("FILL", [0, 0.5, 250, 0]), ("CLAMP", [1, 1, 1000, 1000]), ("REFLECT", [5.5, 1, 1000, 1])],
)
def test_outside(mode, found):
    """-1.5, -1, 1.125 and 3 are the elements -1.5, -0.5, 3.75 and 7.5."""
    assert along([-1.5, -1, 1.125, 3], sample_mode=mode) == found


def test_the_mirror_stands_in_the_centre_with_align_corners():
    assert along([-2, -1.5, 2, 4.5], X[..., :3], sample_mode="REFLECT", align_corners=True) == [10, 5.5, 10, 55]
    assert along([-3, 5], X[..., :1], sample_mode="REFLECT", align_corners=True) == [1, 1]


def test_nearest_takes_the_even_one_of_a_tie():
    assert along([-0.5, 0, 0.5], interpolation_mode="NEAREST") == [1, 100, 100]
    assert along([-1.125, -0.875, 1.125], interpolation_mode="NEAREST") == [0, 1, 0]
    third = sampled(X[..., :3], [[[[1 / 3, 0], [0, 0]]]], interpolation_mode="NEAREST")
    assert third.undetermined.ravel().tolist() == [True, False]


def test_cubic_weights():
    """Halfway: -0.09375, 0.59375, 0.59375, -0.09375."""
    pulse = np.array([64.0, 0, 0, 0]).reshape(1, 1, 1, 4)
    assert along([-1, -0.5, 0], pulse, interpolation_mode="CUBIC", sample_mode="CLAMP") == [70, 32, -6]
    assert along([-0.5], pulse, interpolation_mode="CUBIC", sample_mode="FILL") == [38]
    assert along([-0.5], pulse, interpolation_mode="CUBIC", sample_mode="REFLECT") == [32]


def test_the_first_coordinate_is_that_of_the_last_axis():
    cube = 10.0 ** np.arange(8).reshape(1, 1, 2, 2, 2)
    grid = [[[[[0.5, -0.5, -0.5], [-0.5, 0.5, -0.5], [-0.5, -0.5, 0.5]]]]]
    for mode in ("LINEAR", "NEAREST"):
        assert sampled(cube, grid, interpolation_mode=mode).ref.ravel().tolist() == [10, 100, 10000]


@pytest.mark.parametrize("align", [False, True])
def test_bilinear_by_a_formula_per_element(align):
    random = np.random.default_rng(2)
    x = random.standard_normal((2, 3, 4, 5)).astype(np.float32).astype(float)  # numpy 1 would stay in float32
    grid = random.uniform(-1.3, 1.3, (2, 3, 4, 2)).astype(np.float32).astype(float)
    found = sampled(x, grid, align_corners=align)
    for n, i, j in np.ndindex(2, 3, 4):
        column, row = (
            (g + 1) / 2 * (size - 1) if align else ((g + 1) * size - 1) / 2
            for g, size in zip(grid[n, i, j], (5, 4), strict=True)
        )
        wanted = np.zeros(3)
        for r in (math.floor(row), math.floor(row) + 1):
            for c in (math.floor(column), math.floor(column) + 1):
                if 0 <= r < 4 and 0 <= c < 5:
                    wanted += (1 - abs(row - r)) * (1 - abs(column - c)) * x[n, :, r, c]
        np.testing.assert_allclose(found.ref[n, :, i, j], wanted, atol=1e-12)
    assert (found.bound < 1e-4).all()


@pytest.mark.parametrize(
    ("label", "x", "grid", "attributes"),
    [
        ("C1", X[0], np.zeros((1, 1, 1)), {}),
        ("C1", X, np.zeros((1, 1, 2)), {}),
        ("C2", X, np.zeros((2, 1, 1, 2)), {}),
        ("C2", X, np.zeros((1, 1, 1, 3)), {}),
        ("C3", X, tensor(np.zeros((1, 1, 1, 2)), "float16"), {}),
        ("C3", tensor(X, "int32"), tensor(np.zeros((1, 1, 1, 2)), "int32"), {}),
        ("C4", X, np.zeros((1, 1, 1, 2)), {"sample_mode": "WRAP"}),
        ("C4", X, np.zeros((1, 1, 1, 2)), {"sample_mode": "STRICT_BOUNDS"}),
    ],
)
def test_refused(label, x, grid, attributes):
    refused(label, "grid_sample", [x, grid], input="x", grid="grid", set=attributes)


def test_nan_counts_where_a_window_has_it():
    """The columns -0.75, -0.5, 0, 0.5 and 0.75 are the elements 0, 0.5, 1.5, 2.5 and 3."""
    x = X.copy()
    x[..., 3] = np.nan
    grid = [[[[column, 0] for column in (-0.75, -0.5, 0, 0.5, 0.75)]]]
    made = sampled(x, grid)
    assert made.ref.ravel().tolist()[:3] == [1, 5.5, 55] and np.isnan(made.ref.ravel()[3:]).all()
    assert not made.undetermined.any()


def test_a_weight_that_may_be_0_beside_an_infinity_is_undetermined():
    """1 / 3 of 3 elements is the element 1.5 - 0.5 + 0.5, as far as float32 has it."""
    x = np.array([1.0, 2, np.inf]).reshape(1, 1, 1, 3)
    made = sampled(x, [[[[1e-9, 0], [-0.25, 0]]]])
    assert made.undetermined.ravel().tolist() == [True, False]


def test_a_coordinate_that_may_lie_on_the_other_side_of_an_element_is_undetermined():
    """1/3 + 1e-9 of 6 elements with corners aligned is the element 3.33; -0.2 is the element 2, or less."""
    x = np.array([0, np.nan, 2.0, 3, 4, 5]).reshape(1, 1, 1, 6)
    made = sampled(x, [[[[-0.2, 0], [0.2, 0]]]], align_corners=True)
    assert made.undetermined.ravel().tolist() == [True, False]
