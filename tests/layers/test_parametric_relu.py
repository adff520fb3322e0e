"""add_parametric_relu."""

import numpy as np
import pytest
from layer_runs import RTX, evaluate, refused, tensor

from trtexp.numerics import Arithmetic

KEYS = {"input": "x", "slopes": "s"}


def run(x, s):
    return evaluate("parametric_relu", [np.array(x, dtype=float), np.array(s, dtype=float)], **KEYS)


@pytest.mark.parametrize(
    ("slopes", "expected"),
    [
        ([[0.5, 2], [-1, 7]], [[-4, -8], [2, 3]]),
        ([[0.5, 2]], [[-4, -8], [-1, 3]]),
        ([[0.5], [2]], [[-4, -2], [-4, 3]]),
        ([[0.5]], [[-4, -2], [-1, 3]]),
    ],
)
def test_slopes_by_element_row_column_and_for_all(slopes, expected):
    assert run([[-8, -4], [-2, 3]], slopes).ref.tolist() == expected


def test_one_product_is_one_rounding():
    x, s = (np.random.default_rng(i).normal(size=(40, 50)).astype(np.float32) for i in range(2))
    made = run(x, s)
    got = np.where(x < 0, x * s, x)
    assert (np.abs(got - made.ref) <= made.bound).all()
    assert (made.bound[x >= 0] == 0).all()


def test_infinities_and_nan():
    assert run([[-np.inf, np.inf]], [[-1, 0.5]]).ref.tolist() == [[np.inf, np.inf]]
    assert np.isnan(run([[np.nan]], [[1]]).ref).all()


@pytest.mark.parametrize("shape", [(2,), (2, 3), (3, 2), (1, 2, 2)])
def test_c1_slopes_fill_x(shape):
    refused("C1", "parametric_relu", [np.ones((2, 2)), np.ones(shape)], **KEYS)


@pytest.mark.parametrize(("x", "s"), [("int32", "int32"), ("float32", "float16")])
def test_c2_one_float_type(x, s):
    refused("C2", "parametric_relu", [tensor([1], x), tensor([1], s)], **KEYS)


@pytest.mark.parametrize("arithmetic", [RTX, None])
def test_int8_is_exact_where_a_product_fits(arithmetic):
    x, slopes = tensor([[-128, -3, 127, -64]], "int8"), tensor([[1, 2, 9, 2]], "int8")
    made = evaluate("parametric_relu", [x, slopes], arithmetic=arithmetic, **KEYS)
    assert made.ref.tolist() == [[-128, -6, 127, -128]] and not made.undetermined.any()
    beyond = evaluate("parametric_relu", [x, tensor([[2, 1, 1, -2]], "int8")], arithmetic=arithmetic, **KEYS)
    assert beyond.anything.tolist() == [[True, False, False, True]]


@pytest.mark.parametrize("family", ["tensorrt<10", "tensorrt>=10"])
def test_int8_is_of_rtx_alone_c2(family):
    refused("C2", "parametric_relu", [tensor([1], "int8")] * 2, arithmetic=Arithmetic(family=family), **KEYS)
