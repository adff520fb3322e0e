"""add_select."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

KEYS = {"condition": "c", "then_input": "a", "else_input": "b"}


def run(c, a, b, dtype="float32"):
    return evaluate("select", [tensor(c, "bool"), tensor(a, dtype), tensor(b, dtype)], **KEYS)


def test_by_hand():
    assert run([[1, 0], [0, 1]], [[1, 2], [3, 4]], [[-1, -2], [-3, -4]]).ref.tolist() == [[1, -2], [-3, 4]]


def test_all_three_broadcast():
    assert run([[1, 0]], [[1], [2]], [[-1]]).ref.tolist() == [[1, -1], [2, -1]]


def test_what_is_not_chosen_leaves_no_trace():
    made = run([1, 0], [1, np.nan], [np.inf, 2])
    assert made.ref.tolist() == [1, 2]
    assert made.exact and made.certified.all()


def test_an_undetermined_condition_leaves_the_choice_open():
    root = evaluate("unary", [[4.0, 4.0]], input="x", op="SQRT")
    unsure = evaluate("elementwise", [root, tensor([2, 3])], input1="a", input2="b", op="LESS")
    made = evaluate("select", [unsure, tensor([1, 1]), tensor([2, 2])], **KEYS)
    assert made.undetermined.tolist() == [True, False]


def test_integers_and_booleans_pass():
    assert run([1, 0], [2**31 - 1, 0], [0, -(2**31)], "int32").ref.tolist() == [2**31 - 1, -(2**31)]
    assert run([1, 0], [1, 1], [0, 0], "bool").dtype == "bool"


def test_c1_the_condition_is_bool():
    assert refused("C1", "select", [[1.0], [1.0], [1.0]], **KEYS) == ("select", "condition")


@pytest.mark.parametrize("shape", [(2,), (2, 3), (1, 1, 2)])
def test_c2_shapes_meet(shape):
    refused("C2", "select", [tensor(np.ones(shape), "bool"), np.ones((2, 2)), np.ones((2, 2))], **KEYS)


def test_c3_branches_have_one_type():
    refused("C3", "select", [tensor([1], "bool"), tensor([1]), tensor([1], "int32")], **KEYS)
