"""add_shape."""

import numpy as np
import pytest
from layer_runs import evaluate


@pytest.mark.parametrize("shape", [(2, 3), (), (0, 3), (1,) * 8])
def test_the_shape_is_data(shape):
    found = evaluate("shape", [np.zeros(shape)], input="x")
    assert (found.dtype, found.ref.tolist(), found.shape) == ("int64", list(shape), (len(shape),))
    assert found.certified.all()
