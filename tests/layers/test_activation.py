"""add_activation: every function by its formula, float32 arithmetic within the bound, constraints."""

import math
from typing import get_args

import numpy as np
import pytest
from layer_runs import evaluate, refused, tensor

from trtexp.layers.activation import FUNCTIONS, ActivationType

X = [-4.0, -1.0, -0.25, 0.0, 0.25, 1.0, 4.0]
A, B = 0.75, 0.5

FORMULAS = {
    "RELU": lambda x: max(x, 0),
    "SIGMOID": lambda x: 1 / (1 + math.exp(-x)),
    "TANH": math.tanh,
    "LEAKY_RELU": lambda x: x if x >= 0 else A * x,
    "ELU": lambda x: x if x >= 0 else A * (math.exp(x) - 1),
    "SELU": lambda x: B * x if x > 0 else B * (A * math.exp(x) - A),
    "SOFTSIGN": lambda x: x / (1 + abs(x)),
    "SOFTPLUS": lambda x: A * math.log(math.exp(B * x) + 1),
    "CLIP": lambda x: max(A, min(B, x)),
    "HARD_SIGMOID": lambda x: max(0, min(1, A * x + B)),
    "SCALED_TANH": lambda x: A * math.tanh(B * x),
    "THRESHOLDED_RELU": lambda x: x if x > A else 0,
    "GELU_ERF": lambda x: 0.5 * x * (1 + math.erf(math.sqrt(0.5) * x)),
    "GELU_TANH": lambda x: 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (0.044715 * x**3 + x))),
}


def run(x, kind, **attributes):
    return evaluate("activation", [x], input="x", type=kind, set=attributes)


def test_the_table_has_every_member():
    assert set(FUNCTIONS) == set(FORMULAS) == set(get_args(get_args(ActivationType)[0]))


@pytest.mark.parametrize("kind", FORMULAS)
def test_each_function_follows_its_formula(kind):
    expected = [FORMULAS[kind](x) for x in X]
    np.testing.assert_allclose(run(X, kind, alpha=A, beta=B).ref, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", FORMULAS)
def test_a_plain_float32_formula_is_within_the_bound(kind):
    x = np.random.default_rng(0).normal(0, 3, 5000).astype(np.float32)
    made = run(x, kind, alpha=0.7, beta=0.9)
    a, b, one, half = np.float32(0.7), np.float32(0.9), np.float32(1), np.float32(0.5)
    erf32 = np.vectorize(math.erf)(x * np.float32(math.sqrt(0.5))).astype(np.float32)
    inner = np.float32(math.sqrt(2 / math.pi)) * (x + np.float32(0.044715) * x * x * x)
    got = {
        "RELU": np.maximum(x, 0),
        "SIGMOID": one / (one + np.exp(-x)),
        "TANH": np.tanh(x),
        "LEAKY_RELU": np.where(x >= 0, x, a * x),
        "ELU": np.where(x >= 0, x, a * (np.exp(x) - one)),
        "SELU": np.where(x > 0, b * x, b * (a * np.exp(x) - a)),
        "SOFTSIGN": x / (one + np.abs(x)),
        "SOFTPLUS": a * np.log(np.exp(b * x) + one),
        "CLIP": np.maximum(a, np.minimum(b, x)),
        "HARD_SIGMOID": np.clip(a * x + b, 0, 1),
        "SCALED_TANH": a * np.tanh(b * x),
        "THRESHOLDED_RELU": np.where(x > a, x, 0),
        "GELU_ERF": half * x * (one + erf32),
        "GELU_TANH": half * x * (one + np.tanh(inner)),
    }[kind]
    assert got.dtype == np.float32
    assert (np.abs(got - made.ref) <= made.bound).all()


@pytest.mark.parametrize(
    ("kind", "x", "measured"),
    [
        ("TANH", -1.0, -0.761601),
        ("TANH", 0.5911415, 0.5307106),
        ("SCALED_TANH", -2.0, -3.046404),
        ("SOFTPLUS", -10.646415, 4.836533e-05),
    ],
)
def test_what_8x_computes_on_a_gpu_is_within_the_bound(kind, x, measured):
    given = {"SCALED_TANH": {"alpha": 4.0, "beta": 0.5}, "SOFTPLUS": {"alpha": 0.7, "beta": 0.9}}.get(kind, {})
    made = run([x], kind, **given)
    assert abs(measured - made.ref[0]) <= made.bound[0]


@pytest.mark.parametrize("kind", ["TANH", "GELU_TANH"])
def test_large_arguments_make_no_large_bounds(kind):
    """What tanh makes of them is 1, so nothing is left of the errors of its argument."""
    x = np.float32([10, 264, -264, 1e6])
    made = evaluate("activation", [tensor(x)], input="x", type=kind)
    assert (made.bound <= 2e-5 * np.abs(x)).all()
    one = np.tanh(np.float32(np.sqrt(2 / np.pi)) * (np.float32(0.044715) * x**3 + x))
    got = np.float32(0.5) * x * (1 + one) if kind == "GELU_TANH" else np.tanh(x)
    assert (np.abs(got - made.ref) <= made.bound).all()


@pytest.mark.parametrize(("kind", "scale"), [("TANH", 1.0), ("SCALED_TANH", 3.0)])
def test_the_approximate_tanh_is_good_to_sixteen_bits_in_every_dtype(kind, scale):
    x = np.array([-0.5, 0.01, 0.25, 2.0], np.float32)
    attributes = {} if kind == "TANH" else {"alpha": scale}
    wide = run(x, kind, **attributes)
    np.testing.assert_allclose(wide.bound, scale * 2.0**-16 * np.abs(np.tanh(x)), rtol=1e-6)
    half = run(tensor(x, "float16"), kind, **attributes)
    assert (half.bound < 64 * 2.0**-11 * scale).all()


@pytest.mark.parametrize("kind", ["RELU", "CLIP", "THRESHOLDED_RELU"])
def test_what_only_chooses_is_exact(kind):
    assert run(X, kind, alpha=-0.1, beta=0.3).bound.max() == 0


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("LEAKY_RELU", -0.01), ("ELU", math.expm1(-1)), ("HARD_SIGMOID", 0.3), ("CLIP", -1), ("SOFTPLUS", 0.313261688)],
)
def test_defaults_are_those_of_the_type(kind, expected):
    np.testing.assert_allclose(run([-1.0], kind).ref, [expected], rtol=1e-6)


def test_an_assigned_type_keeps_the_defaults_of_the_first():
    assert run([-1.0], "RELU", type="LEAKY_RELU").ref.tolist() == [0]
    assert run([-1.0], "RELU", type="LEAKY_RELU", alpha=0.5).ref.tolist() == [-0.5]


@pytest.mark.parametrize("kind", ["SIGMOID", "TANH", "ELU", "SOFTPLUS", "RELU"])
def test_the_limits_at_infinity_are_bounded(kind):
    made = run([-np.inf, np.inf], kind)
    assert np.isfinite(made.bound).all()
    assert not np.isnan(made.ref).any()


def test_integers_go_with_relu():
    made = run(tensor([-5, 7], "int32"), "RELU")
    assert (made.dtype, made.ref.tolist()) == ("int32", [0, 7])


@pytest.mark.parametrize("attributes", [{"alpha": math.nan}, {"beta": math.inf}])
def test_c1_parameters_are_finite(attributes):
    assert refused("C1", "activation", [X], input="x", type="ELU", set=attributes) == ("set", *attributes)


@pytest.mark.parametrize(("kind", "dtype"), [("SIGMOID", "int32"), ("RELU", "bool"), ("RELU", "uint8")])
def test_c2_only_relu_takes_integers(kind, dtype):
    refused("C2", "activation", [tensor([1], dtype)], input="x", type=kind)


def test_bytes_are_certain_where_the_result_is_a_whole_number():
    x = tensor([-4, -3, 0, 7], "int8")
    made = evaluate("activation", [x], input="x", type="LEAKY_RELU", set={"alpha": 0.5})
    assert made.dtype == "int8"
    assert made.ref[[0, 2, 3]].tolist() == [-2, 0, 7]
    assert made.undetermined.tolist() == [False, True, False, False]
    assert evaluate("activation", [x], input="x", type="CLIP", set={"alpha": -3.0, "beta": 3.0}).ref.tolist() == [
        -3,
        -3,
        0,
        3,
    ]


def test_a_parameter_is_float32_with_the_slack_of_its_decimal():
    made = evaluate("activation", [[-61.47925567626953]], input="x", type="LEAKY_RELU", set={"alpha": 0.01})
    assert made.ref.tolist() == [-61.47925567626953 * float(np.float32(0.01))]
    assert made.slack[0] >= abs(-0.6147925567626953 - made.ref[0])
    assert made.slack[0] < 1e-7
