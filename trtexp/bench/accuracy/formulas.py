"""What functions are in float64: good to far less than a unit in the last place of float32, also where terms cancel."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from trtexp.numerics import F64

Formula = Callable[..., F64]

_erf: Formula = np.vectorize(math.erf, otypes=[np.float64])
_erfc: Formula = np.vectorize(math.erfc, otypes=[np.float64])

#: UnaryOperation -> the function. NOT takes booleans and is not among them.
UNARY: dict[str, Formula] = {
    "EXP": np.exp,
    "LOG": np.log,
    "SQRT": np.sqrt,
    "RECIP": np.reciprocal,
    "ABS": np.abs,
    "NEG": np.negative,
    "SIN": np.sin,
    "COS": np.cos,
    "TAN": np.tan,
    "SINH": np.sinh,
    "COSH": np.cosh,
    "ASIN": np.arcsin,
    "ACOS": np.arccos,
    "ATAN": np.arctan,
    "ASINH": np.arcsinh,
    "ACOSH": np.arccosh,
    "ATANH": np.arctanh,
    "CEIL": np.ceil,
    "FLOOR": np.floor,
    "ERF": _erf,
    "SIGN": np.sign,
    "ROUND": np.rint,
    "ISINF": np.isinf,
    "ISNAN": np.isnan,
}
#: The alpha and beta that activations are measured with: no powers of two.
ALPHA, BETA = 0.7, 0.9


def _gelu_tanh(x: F64, a: float, b: float) -> F64:
    """x / 2 · (1 + tanh z), without the sum that cancels."""
    z = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return x / (1 + np.exp(-2 * z))


#: ActivationType -> the function of x, alpha and beta.
ACTIVATION: dict[str, Formula] = {
    "RELU": lambda x, a, b: np.maximum(x, 0),
    "SIGMOID": lambda x, a, b: 1 / (1 + np.exp(-x)),
    "TANH": lambda x, a, b: np.tanh(x),
    "LEAKY_RELU": lambda x, a, b: np.where(x >= 0, x, a * x),
    "ELU": lambda x, a, b: np.where(x >= 0, x, a * np.expm1(x)),
    "SELU": lambda x, a, b: b * np.where(x >= 0, x, a * np.expm1(x)),
    "SOFTSIGN": lambda x, a, b: x / (1 + np.abs(x)),
    "SOFTPLUS": lambda x, a, b: a * np.logaddexp(b * x, 0),
    "CLIP": lambda x, a, b: np.clip(x, a, b),
    "HARD_SIGMOID": lambda x, a, b: np.clip(a * x + b, 0, 1),
    "SCALED_TANH": lambda x, a, b: a * np.tanh(b * x),
    "THRESHOLDED_RELU": lambda x, a, b: np.where(x > a, x, 0),
    "GELU_ERF": lambda x, a, b: x / 2 * _erfc(-x / math.sqrt(2)),
    "GELU_TANH": _gelu_tanh,
}
#: ElementWiseOperation -> the function of two tensors.
ELEMENTWISE: dict[str, Formula] = {
    "SUM": np.add,
    "SUB": np.subtract,
    "PROD": np.multiply,
    "DIV": np.divide,
    "POW": np.power,
}
POWERS = (2.0, 3.0, 0.5, -1.0, 1.5)  # of the scale layer


def softmax(x: F64) -> F64:
    """Along the last axis."""
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def below_largest(x: F64) -> F64:
    """How far each element is below the largest of its row."""
    return x.max(-1, keepdims=True) - x
