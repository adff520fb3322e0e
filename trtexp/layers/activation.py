"""add_activation. Source: NvInfer.h, IActivationLayer and ActivationType."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Default, Kind, Layer, Tensor
from trtexp.layers.orders import IN_HALF, rule
from trtexp.layers.unary import INTEGERS, of_integers
from trtexp.numerics import (
    F64,
    LARGEST,
    UNIT,
    Arithmetic,
    Bounded,
    Error,
    Family,
    Function,
    attribute,
    computed,
    elementwise,
    exp_error,
    jumping,
    library,
    tanh_error,
    tanh_least,
    undetermined,
)
from trtexp.numerics.tables import Seen

ActivationType = Annotated[
    Literal[
        "RELU", "SIGMOID", "TANH", "LEAKY_RELU", "ELU", "SELU", "SOFTSIGN", "SOFTPLUS", "CLIP", "HARD_SIGMOID",
        "SCALED_TANH", "THRESHOLDED_RELU", "GELU_ERF", "GELU_TANH",
    ],
    Kind("ActivationType"),
]  # fmt: skip

#: type -> what alpha and beta are after the layer is made with it (read from TensorRT-RTX 1.7.1); 0 otherwise.
DEFAULTS = {
    "LEAKY_RELU": (0.01, 0.0),
    "ELU": (1.0, 0.0),
    "SELU": (1.6732632, 1.050701),
    "SOFTPLUS": (1.0, 1.0),
    "CLIP": (-LARGEST["float32"], LARGEST["float32"]),
    "HARD_SIGMOID": (0.2, 0.5),
    "SCALED_TANH": (1.0, 1.0),
    "THRESHOLDED_RELU": (1.0, 0.0),
}
#: What int8 has besides RELU.
OF_BYTES = ("LEAKY_RELU", "SOFTSIGN", "CLIP", "HARD_SIGMOID", "THRESHOLDED_RELU")
ROOT = np.sqrt(2 / np.pi)


def sigmoid(x: F64) -> F64:
    with np.errstate(over="ignore"):  # of what becomes 0
        return 1 / (1 + library.exp(-x))


def softplus(x: F64) -> F64:
    return np.maximum(x, 0) + library.log1p(library.exp(-np.abs(x)))


def inner(x: F64) -> F64:
    """What the tanh form of GELU takes the tanh of."""
    return ROOT * (x + 0.044715 * x * x * x)


def inner_error(x: F64) -> F64:
    """Its tanh's error in units of u: the tanh's own, and what the six roundings of its argument make of it."""
    z = inner(x)
    return tanh_error(z) + 6 * np.abs(z) / library.cosh(np.minimum(np.abs(z), 99)) ** 2


#: type -> the function of (x, alpha, beta), and its absolute error for (x, alpha, beta, y) in units of u; 1 ulp is
#: 2 |y|. Sums that cancel (exp(x) - 1, 1 + library.erf(x)) have errors in units of their terms, not of the result.
FUNCTIONS: dict[str, tuple[Function, Error]] = {
    "RELU": (lambda x, a, b: np.maximum(x, 0), lambda x, a, b, y: 0 * y),
    # the error of exp(-x) counts as far as it stands beside 1
    "SIGMOID": (lambda x, a, b: sigmoid(x), lambda x, a, b, y: (8 + 2 * np.abs(x) * sigmoid(-x)) * y),
    "TANH": (lambda x, a, b: library.tanh(x), lambda x, a, b, y: tanh_error(x)),
    "LEAKY_RELU": (lambda x, a, b: np.where(x >= 0, x, a * x), lambda x, a, b, y: np.abs(y) * (x < 0)),
    "ELU": (
        lambda x, a, b: np.where(x >= 0, x, a * library.expm1(x)),
        lambda x, a, b, y: (x < 0) * (np.abs(a) * (2 + exp_error(x)) * library.exp(x) + 2 * np.abs(y)),
    ),
    "SELU": (
        lambda x, a, b: b * np.where(x > 0, x, a * library.expm1(x)),
        lambda x, a, b, y: (x <= 0) * np.abs(a * b) * ((4 + exp_error(x)) * library.exp(x) + 2) + 2 * np.abs(y),
    ),
    "SOFTSIGN": (lambda x, a, b: x / (1 + np.abs(x)), lambda x, a, b, y: 4 * np.abs(y)),
    "SOFTPLUS": (
        lambda x, a, b: a * softplus(b * x),
        # 4: 1 + exp is rounded, and the GPU's log2 is good to 2^-22 near 1; 2.3 measured on an NVIDIA H100 with 8.x
        lambda x, a, b, y: np.abs(a) * (sigmoid(b * x) * (exp_error(b * x) + np.abs(b * x)) + 4) + 11 * np.abs(y),
    ),
    "CLIP": (lambda x, a, b: np.maximum(a, np.minimum(b, x)), lambda x, a, b, y: 0 * y),
    "HARD_SIGMOID": (lambda x, a, b: np.clip(x, 0, 1), lambda x, a, b, y: y * (y < 1)),
    "SCALED_TANH": (
        lambda x, a, b: a * library.tanh(x),
        lambda x, a, b, y: np.abs(a) * tanh_error(x) + np.abs(y),
    ),
    "THRESHOLDED_RELU": (lambda x, a, b: np.where(x > a, x, 0), lambda x, a, b, y: 0 * y),
    "GELU_ERF": (
        lambda x, a, b: 0.5 * x * (1 + library.erf(x / np.sqrt(2))),
        lambda x, a, b, y: 5 * np.abs(x) + 2 * np.abs(y),  # 5 ulp of 1 for 1 + erf
    ),
    "GELU_TANH": (
        lambda x, a, b: 0.5 * x * (1 + library.tanh(inner(x))),
        lambda x, a, b, y: np.abs(x) / 2 * (inner_error(x) + 1) + 2 * np.abs(y),
    ),
}

#: type -> what it takes its function of, likewise; x if it is not here. The function carries the error of that, which
#: where it is flat makes nothing of it.
INNER: dict[str, tuple[Function, Error]] = {
    "HARD_SIGMOID": (lambda x, a, b: a * x + b, lambda x, a, b, y: np.abs(a * x)),
    "SCALED_TANH": (lambda x, a, b: b * x, lambda x, a, b, y: np.abs(y)),
}

#: type -> the least absolute error in any dtype, of what 8.x makes from its approximate tanh.
LEAST: dict[str, Function] = {
    "TANH": lambda x, a, b: tanh_least(x),
    "SCALED_TANH": lambda x, a, b: np.abs(a) * tanh_least(x),
}
#: type that compares -> family of releases -> the infinity that has the same result as NaN.
OF_NAN: dict[str, dict[Family, float]] = {
    "RELU": {"tensorrt<10": -np.inf},
    "CLIP": {"tensorrt<10": np.inf, "tensorrt>=10": -np.inf},
    "HARD_SIGMOID": {"tensorrt<10": -np.inf},
    "THRESHOLDED_RELU": {"tensorrt<10": -np.inf},
}

#: type -> what half adds to the error, in its own units, as a function of (x, alpha, beta); 2 for all others. 8.5.3.1
#: and 8.6.0 take the exp of a sigmoid in half (9 units at -8.7 on an NVIDIA H100), and a softplus was off by 1.4.
NARROW: dict[str, Function] = {
    "SIGMOID": lambda x, a, b: 2 * (1 + np.abs(x) * sigmoid(-x)),
    "SOFTPLUS": lambda x, a, b: np.full(x.shape, 3.0),
}


def formula(kind: str, x: F64, alpha: F64, beta: F64) -> F64:
    """The function itself, in float64."""
    inner = INNER[kind][0](x, alpha, beta) if kind in INNER else x
    return np.asarray(FUNCTIONS[kind][0](inner, alpha, beta))


#: Those without parameters, whose measured errors hold everywhere.
ALONE = ("SIGMOID", "TANH", "SOFTSIGN")


def activated(kind: str, x: Bounded, alpha: float = 0.0, beta: float = 0.0, family: Family | None = None) -> Bounded:
    """A function of floats with its error, by the measurements of a family of releases."""
    parameters = [attribute(value, narrow=x.dtype) for value in (alpha, beta)]
    seen = Seen(kind, family) if kind in ALONE else None
    if kind in INNER:
        x = computed(*INNER[kind], x, *parameters, narrow=0.0)
    return computed(*FUNCTIONS[kind], x, *parameters, least=LEAST.get(kind), narrow=NARROW.get(kind, 2.0), seen=seen)


class ActivationAttributes(Attributes):
    """Attributes of an activation."""

    type: ActivationType = GIVEN
    """The function."""
    alpha: Annotated[float | None, Default("that of the type that the layer is made with")] = None
    """A parameter of LEAKY_RELU, ELU, SELU, SOFTPLUS, CLIP, HARD_SIGMOID, SCALED_TANH and THRESHOLDED_RELU."""
    beta: Annotated[float | None, Default("that of the type that the layer is made with")] = None
    """A parameter of SELU, SOFTPLUS, CLIP, HARD_SIGMOID and SCALED_TANH."""


class Activation(Layer):
    """A function of every element: x (any shape) -> the same shape and dtype.

    Where x is NaN, RELU, HARD_SIGMOID and THRESHOLDED_RELU are 0 and CLIP is beta on tensorrt<10 (8.5.3.1 and 8.6.0,
    measured in float32 and half); CLIP is alpha on tensorrt>=10 (10.16, a public report); elsewhere these four,
    which compare, are undetermined. The others are computed from x, and are NaN (8.5.3.1 and 8.6.0, measured). Of
    an infinity the result is the limit; where the formula has none, as SOFTSIGN, it is undetermined. The defaults
    of alpha and beta are those of the type that the layer is made with; a new type does not change them. GELU_ERF
    and GELU_TANH come with 10.x. C1: alpha and beta are finite. C2: x is float; integers go with RELU, int8 also
    with LEAKY_RELU, SOFTSIGN, CLIP, HARD_SIGMOID and THRESHOLDED_RELU (RTX 1.7.1; how it rounds is not known).
    """

    method, interface = "add_activation", "IActivationLayer"
    scaffold = """inputs: {x: {values: [-2, -1, 0, 1, 2]}}
        network: {y: {activation: {input: x, type: LEAKY_RELU}, set: {alpha: 0.5}}}"""

    input: Tensor
    type: ActivationType
    set: ActivationAttributes = ActivationAttributes()

    def check_inputs(self, x: Bounded) -> None:
        kind = self.final.type
        for name, value in zip(("alpha", "beta"), self.parameters(), strict=True):
            if not np.isfinite(value):
                self.refuse(name, f"{value} given; give a finite number", "C1")
        whole = (kind == "RELU" and x.dtype in INTEGERS) or (kind in OF_BYTES and x.dtype == "int8")
        if x.dtype not in UNIT and not whole:
            allowed = f"float, RELU of int8, int32, int64, or {', '.join(OF_BYTES)} of int8"
            self.refuse("type", f"{kind} of {x.dtype}; give {allowed}", "C2")

    def parameters(self) -> tuple[float, float]:
        """alpha and beta."""
        alpha, beta = DEFAULTS.get(self.type, (0.0, 0.0))
        final = self.final
        return alpha if final.alpha is None else final.alpha, beta if final.beta is None else final.beta

    def evaluate(self, x: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        kind = self.final.type
        if x.dtype not in UNIT and kind == "RELU":
            return jumping(lambda v: np.maximum(v, 0), [x], x.dtype)
        if x.dtype not in UNIT:
            alpha, beta = (attribute(value) for value in self.parameters())
            return of_integers(lambda v: formula(kind, v, alpha.ref, beta.ref), x)
        return elementwise(lambda inputs: self.chosen(inputs[0], arithmetic), [x])

    def chosen(self, x: Bounded, arithmetic: Arithmetic) -> Bounded:
        """The function of one choice among the legal values of x, by the release's rule of NaN."""
        kind, nan = self.final.type, np.isnan(x.ref)
        alike = rule(OF_NAN.get(kind, {}), x, arithmetic, IN_HALF)
        given = x if alike is None else replace(x, ref=np.where(nan, alike, x.ref))
        y = activated(kind, given, *self.parameters(), family=arithmetic.family)
        without_limit = np.isinf(x.ref) & np.isnan(y.ref)
        return undetermined(y, without_limit | (nan & (kind in OF_NAN) & (alike is None)))
