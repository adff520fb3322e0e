"""add_dist_collective: one rank changes nothing; several ranks have one tensor each, all alike."""

import numpy as np
import pytest
from layer_runs import RTX, evaluate, refused, refused_by_rtx, tensor

from trtexp.numerics.budget import OverBudget

X = [1.0, 2, 3, 4]
REDUCING = ("ALL_REDUCE", "REDUCE", "REDUCE_SCATTER")
ROOTED = ("BROADCAST", "REDUCE", "GATHER", "SCATTER")
ALL = (*REDUCING, "ALL_GATHER", "BROADCAST", "ALL_TO_ALL", "GATHER", "SCATTER")


def keys(op, ranks=1, reduce_op=None, **changed):
    reduce_op = reduce_op or ("SUM" if op in REDUCING else "NONE")
    given = {"input": "x", "dist_collective_op": op, "reduce_op": reduce_op, "root": 0 if op in ROOTED else -1}
    return given | {"groups": [], "set": {} if ranks == 1 else {"num_ranks": ranks}} | changed


def collected(op, ranks=1, x=X, **changed):
    return evaluate("dist_collective", [x], **keys(op, ranks, **changed))


@pytest.mark.parametrize("op", ALL)
def test_one_rank_alone(op):
    assert collected(op).ref.tolist() == X


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("ALL_REDUCE", [2, 4, 6, 8]),
        ("REDUCE", [2, 4, 6, 8]),
        ("REDUCE_SCATTER", [2, 4]),
        ("ALL_GATHER", X + X),
        ("GATHER", X + X),
        ("BROADCAST", X),
        ("SCATTER", [1, 2]),
        ("ALL_TO_ALL", [1, 2, 1, 2]),
    ],
)
def test_two_ranks(op, expected):
    assert collected(op, 2).ref.tolist() == expected


@pytest.mark.parametrize(
    ("reduce_op", "expected"),
    [("SUM", [3, 6]), ("PROD", [1, 8]), ("MAX", [1, 2]), ("MIN", [1, 2]), ("AVG", [1, 2])],
)
def test_three_ranks_reduce(reduce_op, expected):
    np.testing.assert_allclose(collected("ALL_REDUCE", 3, [1.0, 2], reduce_op=reduce_op).ref, expected)


def test_a_group_is_as_many_as_it_names():
    assert collected("ALL_GATHER", 4, groups=[0, 2]).shape == (8,)


def test_the_root_has_its_own_part():
    assert collected("SCATTER", 2, root=1).ref.tolist() == [3, 4]


@pytest.mark.parametrize(
    ("label", "data", "place"),
    [
        ("C1", keys("ALL_REDUCE", reduce_op="NONE"), "reduce_op"),
        ("C1", keys("BROADCAST", reduce_op="SUM"), "reduce_op"),
        ("C2", keys("BROADCAST", root=-1), "root"),
        ("C2", keys("REDUCE", root=1), "root"),
        ("C2", keys("ALL_GATHER", root=0), "root"),
        ("C3", keys("SCATTER", 3), "input"),
        ("C3", keys("ALL_TO_ALL", 3), "input"),
        ("C4", keys("ALL_REDUCE", groups=[0, 0]), "groups"),
        ("C4", keys("ALL_REDUCE", groups=[-1]), "groups"),
    ],
)
def test_what_is_refused(label, data, place):
    assert refused(label, "dist_collective", [X], **data) == ("dist_collective", place)


@pytest.mark.parametrize("dtype", ["bfloat16", "float8e8m0", "int64", "int8"])
def test_rtx_sends_few_types_to_a_root_c5(dtype):
    x = tensor([1, 2], dtype)
    assert refused_by_rtx("C5", "dist_collective", [x], **keys("BROADCAST", root=0)) == ("dist_collective", "input")
    assert evaluate("dist_collective", [x], arithmetic=RTX, **keys("ALL_TO_ALL")).dtype == dtype


def test_an_empty_tensor_of_very_many_ranks_is_too_much_before_it_is_made():
    with pytest.raises(OverBudget, match="elements"):
        collected("ALL_GATHER", 2**31 - 1, np.zeros((0, 2)))


@pytest.mark.parametrize(("reduce_op", "wanted"), [("SUM", [6, -(2**31)]), ("AVG", [3, 2**30])])
def test_integers_are_added_as_integers(reduce_op, wanted):
    found = collected("ALL_REDUCE", 2, tensor([3, 2**30], "int32"), reduce_op=reduce_op)
    assert (found.dtype, found.ref.tolist()) == ("int32", wanted)
