"""add_identity."""

import numpy as np
import pytest
from layer_runs import evaluate, tensor

from trtexp.definition import DTYPES


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_passes_unchanged(dtype):
    x = tensor([[0, 1], [1, 0]], dtype)
    y = evaluate("identity", [x], input="x")
    assert (y.dtype, y.shape) == (dtype, (2, 2))
    np.testing.assert_array_equal(y.ref, x.ref)
    assert y.exact and y.certified.all()


def test_special_values_pass_unchanged():
    values = [np.nan, np.inf, -np.inf, 0.0]
    np.testing.assert_array_equal(evaluate("identity", [values], input="x").ref, values)
