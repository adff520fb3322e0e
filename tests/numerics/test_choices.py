"""Sums of elements that may be one thing or another: every legal sum is found, and no other is."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from trtexp.numerics import Alternative, Arithmetic, dot_product, either, exactly, undetermined
from trtexp.numerics.linear import matmul


def floats(*values):
    return exactly(np.array(values), "float32")


def legal(x):
    """The legal values of each element, None where anything is."""
    return [
        None if x.anything[i] else {float(x.ref[i])} | {float(other.values[i]) for other in x.also if other.where[i]}
        for i in np.ndindex(x.shape)
    ]


def product(x, w, b=None, stacked=False):
    def apply(x, w, b):
        return matmul(x, w) if b is None else matmul(x, w) + (b[..., None, :] if stacked else b)

    with np.errstate(invalid="ignore"):  # as in a network
        return dot_product(apply, x, w, b, Arithmetic(), stacked)


def matrix(*rows):
    return exactly(np.array(rows, dtype=float), "float32")


def choosing(x, places, *others):
    """x with other legal values at some places."""
    for values in others:
        where = np.zeros(x.shape, bool)
        for place in places:
            where[place] = True
        x = either(x, exactly(np.full(x.shape, float(values)), x.dtype), where)
    return x


def sums(x, w):
    """All sums that choices of the elements make, for each element of the product."""
    choices = [
        [part.ref[i], *(other.values[i] for other in part.also if other.where[i])]
        for part in (x, w)
        for i in np.ndindex(part.shape)
    ]
    made = [set() for _ in range(x.shape[0] * w.shape[1])]
    for choice in itertools.product(*choices):
        values = np.array(choice)
        for found, value in zip(
            made,
            (values[: x.ref.size].reshape(x.shape) @ values[x.ref.size :].reshape(w.shape)).ravel(),
            strict=True,
        ):
            found.add(float(value))
    return made


def test_one_element_of_two_values_gives_two_sums():
    y = product(choosing(matrix([1, 2], [3, 4]), [(0, 1)], 7), matrix([1, 0], [10, 1]))
    assert legal(y) == [{21, 71}, {2, 7}, {43}, {4}]
    assert y.certified.ravel().tolist() == [False, False, True, True]
    assert not y.bound.any()


def test_a_weight_of_0_leaves_nothing_of_a_choice():
    y = product(choosing(matrix([1, 2]), [(0, 1)], 7), matrix([1], [0]))
    assert legal(y) == [{1}] and y.certified.all()


def test_few_choices_are_all_summed_whichever_operand_has_them():
    x, w = choosing(matrix([1, 2]), [(0, 0)], 5, 9), choosing(matrix([1], [10]), [(1, 0)], 20)
    assert legal(product(x, w)) == sums(x, w) == [{21, 25, 29, 41, 45, 49}]
    b = choosing(floats(100.0), [(0,)], 200)
    assert legal(product(matrix([1, 2]), matrix([1], [10]), b)) == [{121, 221}]


def test_sums_with_one_choice_among_many_elements_are_a_set():
    x = choosing(exactly(np.eye(9), "float32"), [(i, i) for i in range(9)], 2)
    y = product(x, matrix(*[[float(2**i)] for i in range(9)]))
    assert legal(y) == [{2**i, 2 ** (i + 1)} for i in range(9)]
    assert not y.bound.any()


def test_sums_with_many_choices_are_an_interval_with_legal_ends():
    x = choosing(matrix([0] * 9), [(0, i) for i in range(9)], 1)
    w = matrix(*[[1.0]] * 8, [-4.0])
    y = product(x, w)
    assert not y.anything.any() and legal(y) == [{0, -4, 8}]
    assert (y.bound == 4).all()
    assert min(abs(9 - v) for v in legal(y)[0]) <= y.bound[0, 0] < min(abs(13 - v) for v in legal(y)[0])


@pytest.mark.parametrize("seed", range(6))
def test_every_legal_sum_is_within_the_bound_of_one_that_is_told(seed):
    rng = np.random.default_rng(seed)
    x, w = (exactly(rng.integers(-4, 5, size).astype(float), "float32") for size in ((2, 5), (5, 2)))
    places = [tuple(place) for place in rng.permutation(list(np.ndindex(2, 5)))[: 3 + seed]]
    x = choosing(x, places, *rng.integers(5, 9, 1 + seed % 2))
    y = product(x, w)
    for wanted, told, bound in zip(sums(x, w), legal(y), y.bound.ravel(), strict=True):
        assert told is not None
        assert all(min(abs(value - one) for one in told) <= bound for value in wanted)
        assert max(told) == max(wanted) and min(told) == min(wanted)


def test_where_both_factors_have_many_choices_anything_is_legal():
    x, w = choosing(matrix([0] * 5), [(0, i) for i in range(5)], 1), choosing(matrix(*[[1]] * 5), [(0, 0)], 2)
    assert legal(product(x, w)) == [None]


def test_what_may_be_anything_makes_anything_of_its_sums_alone():
    x = undetermined(choosing(matrix([1, 2], [3, 4]), [(1, 1)], 7), np.array([[True, False], [False, False]]))
    assert legal(product(x, matrix([1], [10]))) == [None, {43, 73}]


def test_an_infinity_among_many_choices_leaves_no_interval():
    x = choosing(matrix([0] * 9), [(0, i) for i in range(9)], np.inf)
    assert legal(product(x, matrix(*[[1.0]] * 9))) == [None]


def test_the_same_is_found_of_stacked_operators():
    x = choosing(matrix([1, 2], [3, 4]), [(0, 1)], 7)
    assert legal(product(x, matrix([1, 0], [10, 1]), floats(1.0, 1.0), stacked=True))[0] == {22, 72}


def test_an_alternative_that_stands_nowhere_is_none():
    nowhere = Alternative(np.zeros((1, 1)), np.zeros((1, 1), bool))
    assert legal(product(replace(matrix([1.0]), also=(nowhere,)), matrix([2.0]))) == [{2}]
