"""add_unary. Source: NvInfer.h, IUnaryLayer and UnaryOperation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Kind, Layer, Tensor
from trtexp.layers.orders import IN_HALF, MEASURED, rule
from trtexp.numerics import (
    F64,
    RANGE,
    UNIT,
    Arithmetic,
    Bounded,
    Error,
    Function,
    computed,
    exp_error,
    jumping,
    library,
    pointwise,
    sine_least,
    undetermined,
    wrapped,
)
from trtexp.numerics.tables import Seen

UnaryOperation = Annotated[
    Literal[
        "EXP", "LOG", "SQRT", "RECIP", "ABS", "NEG", "SIN", "COS", "TAN", "SINH", "COSH", "ASIN", "ACOS", "ATAN",
        "ASINH", "ACOSH", "ATANH", "CEIL", "FLOOR", "ERF", "NOT", "SIGN", "ROUND", "ISINF", "ISNAN",
    ],
    Kind("UnaryOperation"),
]  # fmt: skip
INTEGERS = ("int8", "int32", "int64")
OF_INTEGERS = ("ABS", "NEG", "SIGN")
OF_BYTES = ("ERF", "RECIP")  # what int8 has besides

#: operation -> the function, and its absolute error for (x, y = f(x)) in units of u; 1 ulp is 2 |y|.
COMPUTED: dict[str, tuple[Function, Error]] = {
    "EXP": (library.exp, lambda x, y: exp_error(x) * np.abs(y)),
    "LOG": (library.log, lambda x, y: np.maximum(10 * np.abs(y), 1)),  # 5 ulp, but half an ulp of 1
    "SQRT": (np.sqrt, lambda x, y: 2 * np.abs(y)),
    "RECIP": (np.reciprocal, lambda x, y: 2 * np.abs(y)),
    "SIN": (library.sin, lambda x, y: 8 * np.abs(y) + np.abs(x)),  # 4 ulp, and the rounded reduction of x
    "COS": (library.cos, lambda x, y: 8 * np.abs(y) + np.abs(x)),
    "TAN": (library.tan, lambda x, y: 20 * np.abs(y) + 2 * np.abs(x) * (1 + y**2)),  # sin / cos
    "SINH": (library.sinh, lambda x, y: (2 + exp_error(x)) * library.cosh(x)),  # (exp(x) - exp(-x)) / 2
    "COSH": (library.cosh, lambda x, y: (2 + exp_error(x)) * np.abs(y)),
    "ASIN": (library.arcsin, lambda x, y: 8 * np.abs(y)),
    "ACOS": (library.arccos, lambda x, y: 8 * np.abs(y) + 4),  # pi / 2 - asin(x)
    "ATAN": (library.arctan, lambda x, y: 10 * np.abs(y)),
    "ASINH": (library.arcsinh, lambda x, y: 10 * np.abs(y) + 4),  # log(|x| + sqrt(x² + 1))
    "ACOSH": (library.arccosh, lambda x, y: 10 * np.abs(y) + 4),
    "ATANH": (library.arctanh, lambda x, y: 10 * np.abs(y) + 4),  # log((1 + x) / (1 - x)) / 2
    "ERF": (library.erf, lambda x, y: 10 * np.abs(y)),
}
#: operation -> the least absolute error in any dtype, of what 8.x makes from its approximate sine and cosine.
LEAST: dict[str, Function] = {
    "SIN": sine_least,
    "COS": sine_least,
    # sin / cos, each with its error; 11.6 u was measured at 0.94 on an NVIDIA H100, where this is 34 u
    "TAN": lambda x: sine_least(x) * (1 + np.abs(library.tan(x))) * np.sqrt(1 + library.tan(x) ** 2),
}
EXACT: dict[str, Function] = {"ABS": np.abs, "NEG": np.negative}
JUMPING: dict[str, Callable[[F64], np.ndarray]] = {
    "CEIL": np.ceil,
    "FLOOR": np.floor,
    "ROUND": np.rint,  # ties to even
    "SIGN": np.sign,
    "NOT": np.logical_not,
    "ISINF": np.isinf,
    "ISNAN": np.isnan,
}


class UnaryAttributes(Attributes):
    """Attributes of a unary layer."""

    op: UnaryOperation = GIVEN
    """The operation."""


class Unary(Layer):
    """An operation on every element: x (any shape) -> the same shape; ISINF and ISNAN give bool.

    ABS and NEG of the smallest integer are that integer. 8.x approximates SIN, COS and TAN: 4e-7 and 1.6e-7 |x| may be
    lost. SIGN of NaN is NaN on tensorrt<10 (8.5.3.1 and 8.6.0, measured in float32 and half), elsewhere
    undetermined. ISINF comes with 8.6, ISNAN with 10.x. C1: NOT takes bool, and nothing else does. C2: integers go
    with ABS, NEG and SIGN only, int8 with ERF and RECIP, too (RTX 1.7.1; how it rounds is not known).
    """

    method, interface = "add_unary", "IUnaryLayer"
    scaffold = """inputs: {x: {values: [-2.5, -1, 0, 4]}}
        network: {y: {unary: {input: x, op: ABS}}}"""

    input: Tensor
    op: UnaryOperation
    set: UnaryAttributes = UnaryAttributes()

    def check_inputs(self, x: Bounded) -> None:
        op, dtype = self.final.op, x.dtype
        if (op == "NOT") != (dtype == "bool"):
            self.refuse("op", f"{op} of {dtype}; NOT takes bool, all others numbers", "C1")
        allowed = {"int8": (*OF_INTEGERS, *OF_BYTES)}.get(dtype, OF_INTEGERS if dtype in INTEGERS else ())
        if dtype not in UNIT and dtype != "bool" and op not in allowed:
            said = f"of int8, int32 and int64 there are {', '.join(OF_INTEGERS)}, of int8 also {', '.join(OF_BYTES)}"
            self.refuse("op", f"{op} of {dtype}; {said}", "C2")

    def evaluate(self, x: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        op = self.final.op
        if op in OF_BYTES and x.dtype not in UNIT:
            return of_integers(COMPUTED[op][0], x)
        if op in COMPUTED:
            # errors of what counts in turns grow with the angle, which a formula follows closer than a table of ranges
            seen = None if op in LEAST else Seen(op, arithmetic.family)
            return computed(*COMPUTED[op], x, least=LEAST.get(op), seen=seen)
        if op in JUMPING:
            made = jumping(JUMPING[op], [x], "bool" if op in ("NOT", "ISINF", "ISNAN") else x.dtype)
            unknown = op == "SIGN" and not rule(MEASURED, x, arithmetic, IN_HALF)
            return undetermined(made, np.isnan(x.ref)) if unknown else made
        if x.dtype in UNIT:
            return pointwise(EXACT[op], [x])
        return jumping(lambda v: wrapped(EXACT[op](v), x.dtype), [x], x.dtype)


def of_integers(f: Function, x: Bounded) -> Bounded:
    """A function of integers in their own type: certain where it is a whole number that the type holds."""
    low, high = RANGE[x.dtype]
    made = jumping(lambda v: np.clip(np.nan_to_num(np.rint(f(v.astype(np.float64)))), low, high), [x], x.dtype)
    return undetermined(made, made.ref != f(x.ref.astype(np.float64)))
