"""How wide a bound is: plain float32 stays inside it, and comes nearer to its end than a tenth."""

import numpy as np
import pytest
from layer_runs import evaluate, tensor, windowed

F = np.float32


def normal(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(F)


def shares(x):
    """Softmax of the last axis."""
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def products(a, b):
    """(m, 3) by (3, n), term by term."""
    return a[:, :1] * b[0] + a[:, 1:2] * b[1] + a[:, 2:] * b[2]


def softmax():
    x = normal(2000, 3)
    return evaluate("softmax", [x], input="x", set={"axes": 2}), shares(x)


def ragged_softmax():
    x, bounds = normal(1, 2000, 3), tensor(np.full((1, 1, 1), 3), "int32")
    return evaluate("ragged_softmax", [x, bounds], input="x", bounds="b"), shares(x)


def matrix_multiply():
    a, b = normal(300, 3), normal(3, 300)
    return evaluate("matrix_multiply", [a, b], input0="a", op0="NONE", input1="b", op1="NONE"), products(a, b)


def einsum():
    a, b = normal(300, 3), normal(3, 300)
    return evaluate("einsum", [a, b], inputs=["a", "b"], equation="ij,jk->ki"), products(a, b).T


def fully_connected():
    x, kernel = normal(2000, 3), normal(2, 3)
    made = evaluate("fully_connected", [x[..., None, None]], {"kernel": kernel}, input="x", num_outputs=2, kernel="k")
    return made, products(x, kernel.T)[..., None, None]


def convolution_nd():
    x, w = normal(1, 1, 60, 60), normal(1, 1, 1, 3)
    taps = [x[..., i : i + 58] * w[..., i] for i in range(3)]
    return windowed("convolution_nd", x, w), taps[0] + taps[1] + taps[2]


def deconvolution_nd():
    x, w = normal(1, 1, 60, 60), normal(1, 1, 1, 2)
    padded = np.pad(x, [(0, 0), (0, 0), (0, 0), (1, 1)])
    return windowed("deconvolution_nd", x, w), padded[..., 1:] * w[..., 0] + padded[..., :-1] * w[..., 1]


def scale():
    x, factors, shifts = normal(1, 3, 60, 60), normal(3), normal(4)[:3]
    arrays = {"scale": factors, "shift": shifts}
    made = evaluate("scale", [x], arrays, input="x", mode="CHANNEL", scale="s", shift="h")
    return made, x * factors[:, None, None] + shifts[:, None, None]


def pooling_nd():
    x = normal(1, 3, 60, 60)
    made = evaluate("pooling_nd", [x], input="x", type="AVERAGE", window_size=[1, 3])
    return made, (x[..., :-2] + x[..., 1:-1] + x[..., 2:]) / F(3)


def normalization():
    x, scales, biases = normal(2000, 4), normal(1, 4), normal(4, 4)[:1]
    centred = x - x.mean(1, keepdims=True)
    plain = centred / np.sqrt((centred * centred).mean(1, keepdims=True) + F(1e-5)) * scales + biases
    return evaluate("normalization", [x, scales, biases], input="x", scale="s", bias="b", axesMask=2), plain


def cumulative():
    x = normal(2000, 4)
    keys = {"input": "x", "axis": "a", "op": "SUM", "exclusive": False, "reverse": False}
    return evaluate("cumulative", [x, tensor(1, "int32")], **keys), np.cumsum(x, 1, dtype=F)


def resize():
    x, places = normal(1, 1, 50, 7), np.arange(11, dtype=F)
    at = (places + F(0.5)) * F(7 / 11) - F(0.5)
    low = np.floor(at)
    left, right = (x[..., np.clip(low.astype(int) + i, 0, 6)] for i in (0, 1))
    made = evaluate("resize", [x], input="x", set={"shape": [1, 1, 50, 11], "resize_mode": "LINEAR"})
    return made, left * (1 - (at - low)) + right * (at - low)


def grid_sample():
    x, at = normal(1, 1, 1, 5), np.abs(normal(1, 1, 300)) * F(0.3)
    grid = np.stack([at, 0 * at], -1)
    place = ((at + 1) * F(5) - 1) / F(2)
    low = np.floor(place)
    left, right = (np.append(x, [F(0)] * 9)[low.astype(int) + i] for i in (0, 1))
    return evaluate("grid_sample", [x, grid], input="x", grid="g"), (
        left * (1 - (place - low)) + right * (place - low)
    )[None]


def rotary_embedding():
    x, cos, sin = normal(1, 1, 200, 2), normal(1, 200, 1), normal(1, 200, 2)[..., 1:]
    keys = {"input": "x", "cos_cache": "c", "sin_cache": "s", "interleaved": True, "rotary_embedding_dim": 0}
    turned = [x[..., :1] * cos - x[..., 1:] * sin, x[..., :1] * sin + x[..., 1:] * cos]
    return evaluate("rotary_embedding", [x, cos, sin], **keys), np.concatenate(turned, -1)


def dequantize():
    codes = np.arange(-128, 128)
    made = evaluate("dequantize", [tensor(codes, "int8"), F(0.3)], input="x", scale="s")
    return made, codes.astype(F) * F(0.3)


LAYERS = [
    softmax, ragged_softmax, matrix_multiply, einsum, fully_connected, convolution_nd, deconvolution_nd, scale,
    pooling_nd, normalization, cumulative, resize, grid_sample, rotary_embedding, dequantize,
]  # fmt: skip
ELEMENTWISE = {"SUM": np.add, "PROD": np.multiply, "DIV": np.divide}
REDUCE = {"SUM": lambda a, b, c: a + b + c, "AVG": lambda a, b, c: (a + b + c) / 3, "PROD": lambda a, b, c: a * b * c}
ACTIVATION = {
    "SIGMOID": lambda x: 1 / (1 + np.exp(-x)),
    "SOFTSIGN": lambda x: x / (1 + np.abs(x)),
    "SOFTPLUS": lambda x: np.log(1 + np.exp(x)),
    "ELU": lambda x: np.where(x >= 0, x, np.exp(x) - 1),
    "HARD_SIGMOID": lambda x: np.clip(F(0.2) * x + F(0.5), 0, 1),
}
UNARY = {
    "EXP": np.exp,
    "LOG": np.log,
    "SQRT": np.sqrt,
    "RECIP": lambda x: 1 / x,
    "ATAN": np.arctan,
    "SINH": lambda x: (np.exp(x) - np.exp(-x)) / 2,
    "ASINH": lambda x: np.log(x + np.sqrt(x * x + 1)),
}


def assert_sharp(made, plain):
    """No element of plain float32 is beyond the bound, one is beyond a tenth of it, and those certified are exact."""
    assert plain.dtype == F and plain.shape == made.shape
    error = np.abs(plain - made.ref)
    assert (error <= made.bound).all()
    assert (error > made.bound / 10).any()
    assert not error[made.certified].any()


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.__name__)
def test_the_bound_of_a_layer(layer):
    assert_sharp(*layer())


@pytest.mark.parametrize("op", ELEMENTWISE)
def test_the_bound_of_an_elementwise_operation(op):
    x, y = normal(20_000), normal(20_001)[1:]
    assert_sharp(evaluate("elementwise", [x, y], input1="x", input2="y", op=op), ELEMENTWISE[op](x, y))


@pytest.mark.parametrize("op", REDUCE)
def test_the_bound_of_a_reduction(op):
    x = normal(20_000, 3)
    made = evaluate("reduce", [x], input="x", op=op, axes=2, keep_dims=False)
    assert_sharp(made, REDUCE[op](*x.T))


@pytest.mark.parametrize("kind", ACTIVATION)
def test_the_bound_of_an_activation(kind):
    x = normal(20_000)
    assert_sharp(evaluate("activation", [x], input="x", type=kind), ACTIVATION[kind](x))


@pytest.mark.parametrize("op", UNARY)
def test_the_bound_of_a_unary_operation(op):
    x = np.abs(normal(20_000)) + F(0.1)
    assert_sharp(evaluate("unary", [x], input="x", op=op), UNARY[op](x))
