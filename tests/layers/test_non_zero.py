"""add_non_zero."""

from dataclasses import replace

import numpy as np
import pytest
from layer_runs import evaluate, refused, refused_by_rtx, tensor


def found(x, **keys):
    return evaluate("non_zero", [x], input="x", **keys)


def test_by_hand():
    assert found([[0, 5, 0], [-1, 0, 7]]).ref.tolist() == [[0, 1, 1], [1, 0, 2]]
    assert found([0.0, 2, 0, 3]).ref.tolist() == [[1, 3]]


def test_nothing_found_has_no_columns():
    assert found(np.zeros((2, 3))).shape == (2, 0)
    assert found(np.zeros((0, 3))).shape == (2, 0)


def test_a_scalar_has_no_rows():
    assert found(1.0).shape == (0, 1)
    assert found(0.0).shape == (0, 0)


def test_nan_is_not_zero_and_minus_zero_is():
    assert found([np.nan, np.inf, -0.0, 0.0, 2.0**-126]).ref.tolist() == [[0, 1, 4]]


@pytest.mark.parametrize("keys", [{"indices_type": "INT64"}, {"set": {"indices_type": "INT64"}}])
def test_the_type_of_the_indices(keys):
    assert (found([1.0]).dtype, found([1.0], **keys).dtype) == ("int32", "int64")


def test_other_types_of_indices_are_refused_c1():
    assert refused("C1", "non_zero", [[1.0]], input="x", indices_type="FLOAT") == ("non_zero", "indices_type")


def test_values_that_are_not_known_are_refused_c2():
    x = replace(tensor([1.0]), bound=np.array([0.5]))
    assert refused("C2", "non_zero", [x], input="x") == ("non_zero", "input")


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int4", "float8e4m3", "float4e2m1"])
def test_rtx_refuses_narrow_types_c3(dtype):
    assert refused_by_rtx("C3", "non_zero", [tensor([1], dtype)], input="x") == ("non_zero", "input")
