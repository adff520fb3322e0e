"""add_identity."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

from trtexp.definition.network import DTYPES
from trtexp.definition.steps import Call, Member
from trtexp.layers import LAYERS


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


def test_an_output_type_is_set_by_a_method():
    made = LAYERS["identity"].model_validate({"input": "x", "set": {"output_type": "INT32"}})
    assert list(made.steps("y"))[1:] == [
        Call("y", "set_output_type", {"index": 0, "dtype": Member("DataType", "INT32")})
    ]


@pytest.mark.parametrize(
    ("dtype", "to", "x", "expected"),
    [
        ("float32", "INT32", [-2.75, 2.5], [-2, 2]),
        ("bool", "FLOAT", [1, 0], [1, 0]),
        ("int32", "FLOAT", [2**24 + 1], [2**24]),
        ("float32", "HALF", [2049], [2048]),
        ("uint8", "FLOAT", [255], [255]),
        ("float32", "UINT8", [127.5], [127]),
    ],
)
def test_conversions(dtype, to, x, expected):
    assert evaluate("identity", [tensor(x, dtype)], input="x", set={"output_type": to}).ref.tolist() == expected


@pytest.mark.parametrize(("dtype", "to"), [("float32", "BOOL"), ("int64", "FLOAT"), ("uint8", "INT32")])
def test_c1_other_conversions_are_refused(dtype, to):
    assert refused("C1", "identity", [tensor([1], dtype)], input="x", set={"output_type": to}) == ("set", "output_type")
