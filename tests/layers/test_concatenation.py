"""add_concatenation."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor


def joined(*parts, **attributes):
    return evaluate("concatenation", list(parts), inputs=[f"x{i}" for i in range(len(parts))], set=attributes)


@pytest.mark.parametrize(("rank", "axis"), [(1, 0), (2, 0), (3, 0), (4, 1), (5, 2)])
def test_the_default_axis_is_the_third_from_the_back(rank, axis):
    x = np.zeros((2,) * rank)
    assert joined(x, x).shape == tuple(4 if a == axis else 2 for a in range(rank))


def test_by_hand():
    assert joined([[1, 2]], [[3]], axis=1).ref.tolist() == [[1, 2, 3]]
    assert joined([[1, 2]], [[3, 4]], [[1, 2]], axis=0).ref.tolist() == [[1, 2], [3, 4], [1, 2]]
    assert joined([1, 2], np.zeros(0)).ref.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("label", "parts", "axis", "place"),
    [
        ("C1", [tensor([1.0]), tensor([1.0], "int32")], 0, ("concatenation", "inputs")),
        ("C2", [[1.0]], 1, ("set", "axis")),
        ("C2", [[1.0]], -1, ("set", "axis")),
        ("C2", [1.0], 0, ("set", "axis")),
        ("C3", [[[1.0]], [1.0]], 0, ("concatenation", "inputs")),
        ("C3", [np.zeros((2, 2)), np.zeros((2, 3))], 0, ("concatenation", "inputs")),
    ],
)
def test_what_is_refused(label, parts, axis, place):
    names = [f"x{i}" for i in range(len(parts))]
    assert refused(label, "concatenation", parts, inputs=names, set={"axis": axis}) == place
