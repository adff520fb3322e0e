"""How the error of an input is carried through a function, and through one that jumps."""

from dataclasses import replace

import numpy as np
import pytest

from trtexp.numerics import Bounded, encode, jumping, known, pointwise


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
    made: Bounded = jumping(np.floor, [off([value], 0.125)], "float32")
    assert made.ref.tolist() == [np.floor(value)]
    assert (made.undetermined.tolist(), made.certified.tolist()) == ([unsure], [not unsure])
    assert not made.bound.any()


def test_a_jump_of_what_is_exact_is_exact():
    made = jumping(np.floor, [known(encode([3.0, 2.5], "float32"))], "float32")
    assert made.certified.all() and not made.undetermined.any()
