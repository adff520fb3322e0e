"""add_fill: lines by hand, and distributions by their range, mean and spread."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor


def filled(size, op, inputs=(), output_type=None, **attributes):
    extra = {"output_type": output_type} if output_type else {}
    return evaluate("fill", inputs, shape=size, op=op, set=attributes, **extra)


def test_lines_by_hand():
    assert filled([4], "LINSPACE").ref.tolist() == [0, 1, 2, 3]
    assert filled([3], "LINSPACE", alpha=10.0, beta=-0.5).ref.tolist() == [10, 9.5, 9]
    assert filled([9], "RANDOM_UNIFORM", operation="LINSPACE", shape=[2]).ref.tolist() == [0, 1]
    assert filled([4], "LINSPACE", alpha=10.0, beta=-0.5).certified.all()
    assert not filled([4], "LINSPACE", alpha=0.1).certified.any()


def test_inputs_overrule():
    found = filled([2, 3], "LINSPACE", [None, 10, [100, 1]], alpha=7.0)
    assert found.ref.tolist() == [[10, 11, 12], [110, 111, 112]]
    assert filled([1], "LINSPACE", [tensor([3], "int32")]).ref.tolist() == [0, 1, 2]


def test_types():
    found = filled([3], "LINSPACE", [None, tensor(7, "int32"), tensor([-2], "int32")])
    assert (found.dtype, found.ref.tolist()) == ("int32", [7, 5, 3])
    found = filled([2], "LINSPACE", output_type="INT64", alpha=2**32, beta=3)
    assert (found.dtype, found.ref.tolist()) == ("int64", [2**32, 2**32 + 3])
    assert filled([2], "LINSPACE", to_type="INT32").dtype == "int32"
    large = [None, tensor(2**53 + 1, "int64"), tensor([2**53 + 1], "int64")]
    assert filled([2], "LINSPACE", large, to_type="INT64").ref.tolist() == [2**53 + 1, 2**54 + 2]
    assert filled([2], "RANDOM_NORMAL", output_type="HALF").dtype == "float16"


def test_a_float_line_is_inside_its_bound():
    """Alpha and beta as doubles or floats, with or without a fused product."""
    found = filled([100], "LINSPACE", alpha=0.3, beta=0.1)
    f, i = np.float32, np.arange(100)
    for got in (f(0.3) + i.astype(f) * f(0.1), (0.3 + i * 0.1).astype(f), (f(0.3) + i * float(f(0.1))).astype(f)):
        assert (np.abs(got - found.ref) <= found.bound).all()


def test_uniform_numbers():
    found = filled([64, 1024], "RANDOM_UNIFORM", alpha=1.0, beta=3.0)
    assert abs(found.ref.mean() - 2) < 1e-9
    assert abs((found.ref**2).mean() - 13 / 3) < 1e-6
    assert (found.ref + found.bound >= 3).all()
    assert (found.ref - found.bound <= 1).all()
    assert not found.certified.any()


def test_normal_numbers():
    found = filled([65536], "RANDOM_NORMAL", [None, 3, 2])
    assert abs(found.ref.mean() - 3) < 1e-9
    assert abs(found.ref.std() - 2) < 1e-3
    numbers = np.random.default_rng(3).normal(3, 2, 65536)
    assert (np.abs(numbers - found.ref) <= found.bound).all()


def test_no_elements():
    for op in ("LINSPACE", "RANDOM_UNIFORM", "RANDOM_NORMAL"):
        assert filled([0], op).shape == (0,)


@pytest.mark.parametrize(
    ("label", "shape", "op", "inputs", "attributes"),
    [
        ("C1", [-1], "LINSPACE", [], {}),
        ("C2", [4], "LINSPACE", [None, 1], {}),
        ("C2", [4], "LINSPACE", [None, 1, 1], {}),
        ("C2", [4], "LINSPACE", [None, [1], [1]], {}),
        ("C2", [2, 2], "LINSPACE", [None, 1, [1]], {}),
        ("C2", [4], "RANDOM_UNIFORM", [None, 1, [2]], {}),
        ("C3", [2, 2], "LINSPACE", [], {}),
        ("C4", [4], "LINSPACE", [], {"to_type": "HALF"}),
        ("C4", [4], "RANDOM_NORMAL", [], {"to_type": "INT32"}),
        ("C5", [4], "RANDOM_UNIFORM", [], {"alpha": 2.0, "beta": 2.0}),
        ("C5", [4], "RANDOM_NORMAL", [], {"alpha": -2.0, "beta": 0.0}),
    ],
)
def test_refused(label, shape, op, inputs, attributes):
    refused(label, "fill", inputs, shape=shape, op=op, set=attributes)
