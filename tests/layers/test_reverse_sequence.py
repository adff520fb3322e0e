"""add_reverse_sequence."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = np.arange(1.0, 13).reshape(4, 3)
KEYS = {"input": "x", "sequence_lens": "n"}


def turned(x, lens, **attributes):
    return evaluate("reverse_sequence", [x, tensor(lens, "int32")], **KEYS, set=attributes).ref.tolist()


def test_by_hand():
    assert turned(X, [1, 2, 4]) == [[1, 5, 12], [4, 2, 9], [7, 8, 6], [10, 11, 3]]
    assert turned([[1, 2], [3, 4]], [2, 1], batch_axis=0, sequence_axis=1) == [[2, 1], [3, 4]]


def test_what_lies_behind_moves_as_a_whole():
    assert turned(np.arange(8.0).reshape(2, 2, 2), [2, 0]) == [[[4, 5], [2, 3]], [[0, 1], [6, 7]]]


@pytest.mark.parametrize(
    ("label", "x", "lens", "attributes", "place"),
    [
        ("C1", [1.0, 2], [1], {}, ("reverse_sequence", "input")),
        ("C2", X, [1, 1, 1], {"batch_axis": 2}, ("set", "batch_axis")),
        ("C2", X, [1, 1, 1], {"sequence_axis": -1}, ("set", "sequence_axis")),
        ("C2", X, [1, 1, 1], {"sequence_axis": 1, "batch_axis": 1}, ("set", "batch_axis")),
        ("C3", X, [1, 1], {}, ("reverse_sequence", "sequence_lens")),
        ("C4", X, [1, 1, 5], {}, ("reverse_sequence", "sequence_lens")),
        ("C4", X, [1, 1, -1], {}, ("reverse_sequence", "sequence_lens")),
    ],
)
def test_what_is_refused(label, x, lens, attributes, place):
    assert refused(label, "reverse_sequence", [x, tensor(lens, "int32")], **KEYS, set=attributes) == place


def test_float_lengths_are_refused_c3():
    refused("C3", "reverse_sequence", [X, [1.0, 1, 1]], **KEYS)
