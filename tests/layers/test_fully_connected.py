"""add_fully_connected against values by hand."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

X = np.arange(1.0, 13).reshape(2, 1, 2, 3)
W = 10.0 ** np.arange(6)


def test_by_hand():
    """1 2 3 4 5 6 meet 1 10 … 100000."""
    found = evaluate("fully_connected", [X], {"kernel": W}, input="x", num_outputs=1, kernel="kernel")
    assert found.ref.tolist() == [[[[654321]]], [[[1320987]]]]
    assert found.certified.all()


def test_a_row_and_a_bias_for_each_output():
    arrays = {"kernel": [*W, *np.ones(6)], "bias": [0.5, 0.25]}
    found = evaluate("fully_connected", [X], arrays, input="x", num_outputs=2, kernel="kernel", bias="bias")
    assert found.ref[0].ravel().tolist() == [654321.5, 21.25]


def test_the_attributes_overrule_the_arguments():
    attributes = {"num_output_channels": 1, "kernel": "w", "bias": "w"}
    arrays = {"kernel": W, "bias": [7]}
    found = evaluate("fully_connected", [X], arrays, input="x", num_outputs=9, kernel="old", set=attributes)
    assert found.ref[0].ravel().tolist() == [654328]


@pytest.mark.parametrize(
    ("label", "x", "outputs", "arrays"),
    [
        ("C1", X[0], 1, {"kernel": W}),
        ("C1", tensor(X, "int32"), 1, {"kernel": W}),
        ("C2", X, 0, {"kernel": W}),
        ("C3", X, 2, {"kernel": W}),
        ("C4", X, 1, {"kernel": W, "bias": [1, 2]}),
    ],
)
def test_refused(label, x, outputs, arrays):
    names = {name: name for name in arrays}
    refused(label, "fully_connected", [x], arrays, input="x", num_outputs=outputs, **names)
