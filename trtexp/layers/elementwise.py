"""add_elementwise. Source: NvInfer.h, IElementWiseLayer and ElementWiseOperation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Kind, Layer, Tensor
from trtexp.layers.broadcast import broadcasts
from trtexp.layers.orders import IN_HALF, MEASURED, rule
from trtexp.numerics import (
    F64,
    UNIT,
    Arithmetic,
    Bounded,
    Error,
    Family,
    computed,
    either,
    elementwise,
    equal,
    exactly,
    jumping,
    library,
    pow_error,
    quotient,
    undetermined,
    wrapping,
)
from trtexp.numerics.integers import divide, floor_divide, power
from trtexp.numerics.tables import Seen

ElementWiseOperation = Annotated[
    Literal[
        "SUM", "PROD", "MAX", "MIN", "SUB", "DIV", "POW", "FLOOR_DIV", "AND", "OR", "XOR", "EQUAL", "GREATER", "LESS"
    ],
    Kind("ElementWiseOperation"),
]

#: operation -> the function of two tensors.
FUNCTIONS: dict[str, Callable[[F64, F64], np.ndarray]] = {
    "SUM": np.add,
    "PROD": np.multiply,
    "MAX": np.maximum,
    "MIN": np.minimum,
    "SUB": np.subtract,
    "DIV": np.divide,
    "POW": library.power,
    "FLOOR_DIV": lambda a, b: np.floor(a / b),
    "AND": np.logical_and,
    "OR": np.logical_or,
    "XOR": np.logical_xor,
    "EQUAL": np.equal,
    "GREATER": np.greater,
    "LESS": np.less,
}
#: operations that some integers do not have -> the result, and where it is known.
PARTIAL = {"DIV": divide, "FLOOR_DIV": floor_divide, "POW": power}
LOGICAL = ("AND", "OR", "XOR")
COMPARING = ("EQUAL", "GREATER", "LESS")
NUMBERS = (*UNIT, "int8", "int32", "int64")
#: operation -> the absolute error of a float result for (x, y, result) in units of u; 1 ulp is 2 |result|.
ERRORS: dict[str, Error] = {
    "SUM": lambda x, y, r: np.abs(r),
    "SUB": lambda x, y, r: np.abs(r),
    "PROD": lambda x, y, r: np.abs(r),
    "POW": lambda x, y, r: pow_error(x, y) * np.abs(r),
    "MAX": lambda x, y, r: 0 * r,
    "MIN": lambda x, y, r: 0 * r,
}


class ElementwiseAttributes(Attributes):
    """Attributes of an elementwise layer."""

    op: ElementWiseOperation = GIVEN
    """The operation."""


class Elementwise(Layer):
    """An operation on corresponding elements: two tensors of one rank, dimensions of 1 broadcast -> as numpy.

    Comparisons give bool. Integers wrap; their DIV cuts towards 0, their FLOOR_DIV towards minus infinity.
    A comparison with NaN is false (IEEE 754; so measured on 8.5.3.1 and 8.6.0). MAX and MIN beside a NaN: tensorrt<10
    gives input2 (8.5.3.1 and 8.6.0, measured in float32), so that a NaN of input1 is lost and one of input2 stays;
    elsewhere the result is undetermined. Infinities are compared like numbers. POW of 1 to NaN or an infinity, and of a
    negative number to an infinity, is NaN on tensorrt<10 (8.6.0, measured in float32 and half), elsewhere that or what
    C's pow gives.
    No source says what a division by 0, the smallest integer by -1, or a negative power of integers is.
    C1: the ranks are equal, and dimensions are equal or 1. C2: the dtypes are equal.
    C3: AND, OR and XOR take bool, EQUAL takes anything, all others take floats, int8, int32 and int64.
    C4: in RTX there is no POW of int8.
    """

    method, interface = "add_elementwise", "IElementWiseLayer"
    scaffold = """inputs: {a: {shape: [2, 1], values: [10, 20]}, b: {shape: [1, 3], values: [1, 2, 3]}}
        network: {y: {elementwise: {input1: a, input2: b, op: SUM}}}"""

    input1: Tensor
    input2: Tensor
    op: ElementWiseOperation
    set: ElementwiseAttributes = ElementwiseAttributes()

    def check_inputs(self, a: Bounded, b: Bounded, *, family: Family | None) -> None:
        op = self.final.op
        if not broadcasts(a.shape, b.shape):
            self.refuse(
                "input2", f"{list(b.shape)} beside {list(a.shape)}; give equal ranks, dimensions equal or 1", "C1"
            )
        if a.dtype != b.dtype:
            self.refuse("input2", f"{b.dtype} beside {a.dtype}; give one dtype", "C2")
        if op != "EQUAL" and a.dtype not in (("bool",) if op in LOGICAL else NUMBERS):
            self.refuse("op", f"{op} of {a.dtype}; AND, OR and XOR take bool, all others numbers", "C3")
        if (family, op, a.dtype) == ("tensorrt-rtx", "POW", "int8"):
            self.refuse("op", "POW of int8, which RTX has not; give a wider type", "C4")

    def evaluate(self, a: Bounded, b: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        op = self.final.op
        function = FUNCTIONS[op]
        if op == "EQUAL":
            return equal(a, b)
        if op in LOGICAL or op in COMPARING:
            return jumping(function, [a, b], "bool")
        if a.dtype not in UNIT:
            return whole(op, a, b)
        if op == "DIV":
            return quotient(a, b)
        if op == "FLOOR_DIV":
            return floored(a, b)
        if op in ("MAX", "MIN"):
            return elementwise(lambda inputs: extreme(op, inputs[0], inputs[1], arithmetic), [a, b])
        if op == "POW":
            return elementwise(lambda inputs: powered(inputs[0], inputs[1], arithmetic), [a, b])
        return computed(function, ERRORS[op], a, b, narrow=0.5)  # sums and products round once


def exponent(x: F64, y: F64) -> F64:
    """y · ln x, by which the error of a power grows."""
    return np.asarray(y * library.log(np.where(x > 0, x, np.nan)))


def powered(a: Bounded, b: Bounded, arithmetic: Arithmetic) -> Bounded:
    """a to the power of b, by the release's rule where C's pow has a limit and exp2(b · log2 |a|) has none."""
    made = computed(FUNCTIONS["POW"], ERRORS["POW"], a, b, seen=Seen("POW", arithmetic.family, exponent))
    x, y = np.broadcast_arrays(a.ref, b.ref)
    without = ((x == 1) & ~np.isfinite(y)) | ((x < 0) & np.isinf(y))
    if rule(MEASURED, a, arithmetic, IN_HALF):
        ref = np.where(without, np.nan, made.ref)
        bound, typical, slack = (np.where(without, 0.0, part) for part in (made.bound, made.typical, made.slack))
        return replace(made, ref=ref, bound=bound, typical=typical, slack=slack)
    return either(made, exactly(np.full(made.shape, np.nan), made.dtype), without)


def extreme(op: str, a: Bounded, b: Bounded, arithmetic: Arithmetic) -> Bounded:
    """The larger or the smaller one, by the release's rule beside a NaN."""

    def beside(x: F64, y: F64) -> np.ndarray:
        return np.isnan(x) | np.isnan(y)

    if rule(MEASURED, a, arithmetic, IN_HALF):
        return computed(lambda x, y: np.where(beside(x, y), y, FUNCTIONS[op](x, y)), ERRORS[op], a, b)
    return undetermined(computed(FUNCTIONS[op], ERRORS[op], a, b), beside(a.ref, b.ref))


def whole(op: str, a: Bounded, b: Bounded) -> Bounded:
    """An operation on integers, which wraps."""
    if op not in PARTIAL:
        return jumping(lambda m, n: wrapping(FUNCTIONS[op], a.dtype, m, n), [a, b], a.dtype)
    made = jumping(lambda m, n: PARTIAL[op](m, n, a.dtype)[0], [a, b], a.dtype)
    return undetermined(made, ~PARTIAL[op](a.ref, b.ref, a.dtype)[1])


def floored(a: Bounded, b: Bounded) -> Bounded:
    """FLOOR_DIV of floats; a quotient within an ulp of the whole number above it may round up to that."""
    made = jumping(FUNCTIONS["FLOOR_DIV"], [a, b], a.dtype)
    quotient = a.ref / b.ref
    near = (np.floor(quotient + 2 * UNIT[a.dtype] * np.abs(quotient)) != made.ref) & np.isfinite(quotient)
    return replace(made, undetermined=made.undetermined | near, certified=made.certified & ~near)
