"""Legal values are a set: how it is built, moved, and carried through functions of corresponding elements."""

from dataclasses import replace

import numpy as np
import pytest

from trtexp.numerics import either, elementwise, exactly, jumping, moved, pointwise, undetermined


def floats(*values, dtype="float32"):
    return exactly(np.array(values), dtype)


def legal(x):
    """The legal values of each element, None where anything is."""
    return [
        None if x.anything[i] else {float(x.ref[i])} | {float(other.values[i]) for other in x.also if other.where[i]}
        for i in np.ndindex(x.shape)
    ]


def wide(x, bound):
    error = np.broadcast_to(np.asarray(bound, dtype=float), x.shape)
    return replace(x, bound=error, typical=error, certified=error == 0)


HALF = np.array([True, False])


def test_another_value_makes_an_element_undetermined_and_no_other():
    x = either(floats(1.0, 2.0), floats(7.0, 8.0), HALF)
    assert legal(x) == [{1, 7}, {2}]
    assert x.undetermined.tolist() == [True, False]
    assert x.certified.tolist() == [False, True]
    assert not x.exact


def test_the_same_value_is_no_other_value():
    x = either(floats(1.0, np.nan), floats(1.0, np.nan), np.array([True, True]))
    assert legal(x)[0] == {1.0}
    assert not x.undetermined.any()
    assert x.certified.all()


def test_sets_join_and_take_one_array_where_they_do_not_meet():
    x = either(floats(1.0, 2.0), floats(7.0, 8.0), HALF)
    x = either(x, floats(5.0, 6.0), ~HALF)
    assert legal(x) == [{1, 7}, {2, 6}]
    assert len(x.also) == 1
    x = either(x, floats(4.0, 6.0), np.array([True, True]))
    assert legal(x) == [{1, 4, 7}, {2, 6}]
    assert len(x.also) == 2
    assert legal(either(floats(0.0, 2.0), x, np.array([True, True]))) == [{0, 1, 4, 7}, {2, 6}]


def test_either_has_the_larger_error():
    x = either(wide(floats(1.0, 2.0), 0.5), wide(floats(7.0, 8.0), [0.75, 3.0]), HALF)
    assert x.bound.tolist() == x.typical.tolist() == [0.75, 0.5]


def test_anything_wins_over_a_set():
    x = either(floats(1.0, 2.0), floats(7.0, 8.0), HALF)
    assert legal(undetermined(x, HALF)) == [None, {2}]
    assert undetermined(x, HALF).also == ()
    assert legal(either(undetermined(x, HALF), floats(3.0, 4.0), HALF)) == [None, {2}]
    assert legal(either(floats(3.0, 4.0), undetermined(x, HALF), HALF)) == [None, {4}]


def test_alternatives_move_with_the_data():
    x = either(floats(1.0, 2.0), floats(7.0, 8.0), HALF)
    assert legal(moved(lambda part: part[::-1], x)) == [{2}, {1, 7}]
    assert legal(moved(lambda part: np.pad(part, 1), x)) == [{0}, {1, 7}, {2}, {0}]
    y = either(floats(3.0, 4.0), floats(5.0, 6.0), ~HALF)
    joined = moved(lambda *parts: np.concatenate(parts), x, floats(9.0), y)
    assert legal(joined) == [{1, 7}, {2}, {9}, {3}, {4, 6}]
    assert len(joined.also) == 1
    assert joined.undetermined.tolist() == [True, False, False, False, True]


def test_a_function_maps_every_legal_value():
    x = either(floats(1.0, 2.0), floats(7.0, 8.0), HALF)
    assert legal(pointwise(np.negative, [x])) == [{-1, -7}, {-2}]
    assert legal(jumping(lambda v: v > 5, [x], "bool")) == [{0, 1}, {0}]


def test_an_element_is_determined_again_where_all_legal_values_agree():
    x = either(floats(-1.0, 2.0), floats(-7.0, 8.0), np.array([True, True]))
    relu = pointwise(lambda v: np.maximum(v, 0), [x])
    assert legal(relu) == [{0}, {2, 8}]
    assert relu.undetermined.tolist() == [False, True]


def test_the_error_is_that_of_the_worst_legal_value():
    x = either(wide(floats(1.0), 0.125), wide(floats(4.0), 0.25), np.array([True]))
    square = pointwise(lambda v: v * v, [x])
    assert legal(square) == [{1, 16}]
    assert square.bound.tolist() == [4.25**2 - 16]


def test_two_inputs_give_every_pair():
    x = either(floats(1.0, 2.0), floats(7.0, 8.0), HALF)
    y = either(floats(10.0, 20.0), floats(30.0, 40.0), np.array([True, True]))
    assert legal(pointwise(np.add, [x, y])) == [{11, 17, 31, 37}, {22, 42}]
    row, column = (moved(lambda part, s=s: part.reshape(s), z) for s, z in (((1, 2), x), ((2, 1), y)))
    assert legal(pointwise(np.add, [row, column])) == [{11, 17, 31, 37}, {12, 32}, {21, 27, 41, 47}, {22, 42}]


def test_anything_in_is_anything_out():
    x = undetermined(either(floats(1.0, 2.0), floats(7.0, 8.0), HALF), ~HALF)
    assert legal(pointwise(np.add, [x, floats(1.0)])) == [{2, 8}, None]
    assert legal(jumping(np.floor, [x], "float32")) == [{1, 7}, None]


def test_of_too_many_choices_anything_is_legal():
    inputs = [either(floats(float(i)), floats(float(-i)), np.array([True])) for i in range(1, 6)]
    assert legal(pointwise(lambda *v: sum(v), inputs[:4]))[0] == {10, 8, 6, 4, 2, 0, -2, -4, -6, -8, -10}
    assert legal(pointwise(lambda *v: sum(v), inputs)) == [None]


def test_what_evaluates_one_choice_need_not_know_of_others():
    x = either(floats(1.0, 2.0), floats(7.0, 8.0), HALF)
    seen = []

    def doubled(inputs):
        seen.append(inputs[0].undetermined.any() or bool(inputs[0].also))
        return exactly(inputs[0].ref * 2, "float32")

    assert legal(elementwise(doubled, [x])) == [{2, 14}, {4}]
    assert seen == [False, False]


@pytest.mark.parametrize(
    ("f", "at", "bound", "found"),
    [
        (np.floor, 2.0, 2.0**-20, {1, 2}),
        (np.ceil, 2.0, 2.0**-20, {2, 3}),
        (np.rint, 2.5, 2.0**-20, {2, 3}),
        (np.floor, 2.5, 2.0**-20, {2}),
        (np.floor, 2.0, 0.0, {2}),
        (np.floor, 2.5, 1.0, {1, 2, 3}),
        (np.floor, 2.5, 2.0, None),  # four whole numbers
        (np.sign, 2.0**-30, 2.0**-20, None),  # -1, 0 and 1, of which the ends show two
        (np.sign, 0.0, 2.0**-20, {-1, 0, 1}),
        (np.floor, np.inf, 2.0**-20, {np.inf}),
        (np.floor, 1.0, np.inf, None),
    ],
)
def test_behind_a_jump_both_neighbours_are_legal(f, at, bound, found):
    assert legal(jumping(f, [wide(floats(at), bound)], "float32")) == [found]


def test_nan_stays_nan_behind_a_jump():
    x = jumping(np.floor, [wide(floats(np.nan, 1.5), 0.25)], "float32")
    assert np.isnan(x.ref[0])
    assert not x.undetermined.any()


def test_a_comparison_near_its_edge_may_be_both():
    x = jumping(np.greater, [wide(floats(1.0, 1.0), [0.0, 0.25]), floats(1.125)], "bool")
    assert legal(x) == [{0}, {0, 1}]


def test_another_legal_value_near_an_edge_may_fall_on_both_sides_too():
    x = either(floats(2.5, 2.5), wide(floats(7.0, 7.25), 2.0**-20), np.array([True, True]))
    assert legal(jumping(np.floor, [x], "float32")) == [{2, 6, 7}, {2, 7}]
