"""add_constant."""

import pytest
from layer_runs import evaluate, refused


def constant(shape, count=6, **keys):
    return evaluate("constant", [], {"weights": range(count)}, shape=shape, weights="w", **keys)


def test_weights_are_laid_out_row_by_row():
    assert constant([2, 3]).ref.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert constant([], 1).ref.tolist() == 0
    assert constant([3, 2], set={"shape": [1, 6]}).shape == (1, 6)


def test_a_constant_is_exact():
    assert constant([2, 3]).exact and constant([2, 3]).certified.all()


@pytest.mark.parametrize("shape", [[5], [2, 2], [-6], [-2, -3], [], [0], [10**30], [0, 10**30]])
def test_a_shape_of_another_count_is_refused_c1(shape):
    place = refused("C1", "constant", [], {"weights": range(6)}, shape=shape, weights="w")
    assert place == ("constant", "shape")
    place = refused("C1", "constant", [], {"weights": range(6)}, shape=[6], weights="w", set={"shape": shape})
    assert place == ("set", "shape")
