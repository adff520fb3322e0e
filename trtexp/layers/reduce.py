"""add_reduce. Source: NvInfer.h, IReduceLayer and ReduceOperation."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Kind, Layer, Tensor, masked_axes
from trtexp.layers.orders import IN_HALF, MEASURED, rule
from trtexp.numerics import (
    F64,
    LARGEST,
    RANGE,
    SMALLEST_NORMAL,
    TINY,
    UNIT,
    WORKING_UNIT,
    Arithmetic,
    Bounded,
    Family,
    dot_product,
    exactly,
    library,
    lowest_bit,
    moved,
    narrowed,
    pointwise,
    undetermined,
    wrapped,
)
from trtexp.numerics.budget import Work
from trtexp.numerics.integers import divide

ReduceOperation = Annotated[Literal["SUM", "PROD", "MAX", "MIN", "AVG", "NONE"], Kind("ReduceOperation")]
INTEGERS = ("int8", "int32", "int64")


class ReduceAttributes(Attributes):
    """Attributes of a reduce layer."""

    op: ReduceOperation = GIVEN
    """How many elements become one."""
    axes: int = GIVEN
    """A bit mask of the axes that are reduced."""
    keep_dims: bool = GIVEN
    """Whether the reduced axes stay, with one element."""


class Reduce(Layer):
    """Many elements become one along some axes: x (any shape) -> without these axes, or with 1 in their place.

    Of no elements the sum is 0, the product 1, the maximum the smallest value of the type, the minimum its largest, the
    average NaN (0 for integers). MAX and MIN of a row with NaN: tensorrt<10 leaves NaN out, and of nothing else gives
    -inf and inf (8.5.3.1 and 8.6.0, measured in float32); elsewhere it is undetermined. A sum, a product or an average
    with NaN, or with infinities that cancel, is NaN. Averages of integers are cut towards 0.
    C1: `axes` names at least one axis of x, and no other. C2: x is float, int8, int32 or int64. C3: NONE is not for
    this layer; it stands for no reduction in `dist_collective`. C4: in RTX there is no AVG of int8.
    """

    method, interface = "add_reduce", "IReduceLayer"
    scaffold = """inputs: {x: {shape: [2, 4], values: [1, 2, 4, 9, -1, -2, 0.5, 8]}}
        network: {y: {reduce: {input: x, op: SUM, axes: 1, keep_dims: false}}}"""

    input: Tensor
    op: ReduceOperation
    axes: int
    keep_dims: bool
    set: ReduceAttributes = ReduceAttributes()

    def check_inputs(self, x: Bounded, *, family: Family | None) -> None:
        axes = self.final.axes
        if not 0 < axes < 1 << len(x.shape):
            self.refuse("axes", f"{axes} given; give 1 to {(1 << len(x.shape)) - 1} for {list(x.shape)}", "C1")
        if x.dtype not in (*UNIT, *INTEGERS):
            self.refuse("input", f"a tensor of {x.dtype}; give float, int8, int32 or int64", "C2")
        if self.final.op == "NONE":
            self.refuse("op", "NONE given; give SUM, PROD, MAX, MIN or AVG", "C3")
        if (family, self.final.op, x.dtype) == ("tensorrt-rtx", "AVG", "int8"):
            self.refuse("op", "AVG of int8, which RTX has not; give a wider type", "C4")

    def work(self, x: Bounded) -> Work:
        reduced = masked_axes(self.final.axes, len(x.shape))  # one of them may be 0
        return Work(x.ref.size + math.prod(n for axis, n in enumerate(x.shape) if axis not in reduced))

    def evaluate(self, x: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        axes, rank = masked_axes(self.final.axes, len(x.shape)), len(x.shape)
        kept = [axis for axis in range(rank) if axis not in axes]
        shape = [x.shape[axis] for axis in kept]
        count = math.prod(x.shape[axis] for axis in axes)
        rows = moved(lambda part: part.transpose(kept + axes).reshape(*shape, count), x)
        made = self.reduced(self.final.op, rows, arithmetic)
        if not self.final.keep_dims:
            return made
        return moved(lambda part: part.reshape([1 if axis in axes else n for axis, n in enumerate(x.shape)]), made)

    def reduced(self, op: str, rows: Bounded, arithmetic: Arithmetic) -> Bounded:
        """The last axis reduced."""
        n, dtype = rows.shape[-1], rows.dtype
        if op in ("MAX", "MIN"):
            return extreme(op, rows, arithmetic)
        if dtype not in UNIT:
            whole = np.asarray(rows.ref.prod(-1) if op == "PROD" else rows.ref.sum(-1))
            whole = divide(whole, np.asarray(max(n, 1)), "int64")[0] if op == "AVG" else wrapped(whole, dtype)
            unsure = np.asarray((rows.undetermined | (rows.bound > 0)).any(-1))
            return replace(exactly(whole, dtype), certified=~unsure, undetermined=unsure)
        if op == "PROD":
            return product(rows)
        ones = exactly(np.ones(()), dtype)
        total = dot_product(lambda v, _, __: v.sum(-1), rows, ones, None, arithmetic)
        return total if op == "SUM" else pointwise(lambda t: t / n, [total], ulps=1.0)


def extreme(op: str, rows: Bounded, arithmetic: Arithmetic) -> Bounded:
    """The largest or smallest element of each row; of none the type's own end.

    Any element that may be the largest may lend its error, and one that may be anything makes the result anything.
    """
    if rows.shape[-1] == 0:
        ends = RANGE.get(rows.dtype, (-math.inf, math.inf))
        return exactly(np.full(rows.shape[:-1], ends[op == "MIN"]), rows.dtype)
    last, nan = (-math.inf if op == "MAX" else math.inf), np.isnan(rows.ref)
    numbers = replace(rows, ref=np.where(nan, last, rows.ref)) if nan.any() else rows
    place = (numbers.ref.argmax if op == "MAX" else numbers.ref.argmin)(-1)[..., None]
    made = moved(lambda part: np.take_along_axis(part, place, -1)[..., 0], numbers)
    if not numbers.exact:
        made = undetermined(among(op, numbers, made), np.asarray(numbers.undetermined.any(-1)))
    return made if rule(MEASURED, rows, arithmetic, IN_HALF) else undetermined(made, np.asarray(nan.any(-1)))


def among(op: str, rows: Bounded, made: Bounded) -> Bounded:
    """The extreme of each row with the largest error of those that may be it."""
    low, high = rows.ends()
    rivals = high >= low.max(-1, keepdims=True) if op == "MAX" else low <= high.min(-1, keepdims=True)
    bound, typical, slack = (
        np.asarray(np.where(rivals, error, 0.0).max(-1)) for error in (rows.bound, rows.typical, rows.slack)
    )
    return replace(made, bound=bound, typical=typical, slack=slack, certified=made.certified & (bound == 0))


def product(rows: Bounded) -> Bounded:
    """The product of each row: |y| ((1 + u)^n - 1), or exact where no partial product needs more than all bits.

    Partial products leave the range in some order: what is lost below it is multiplied by all factors above 1, and
    where one is beyond it and the product is not, anything may come.
    """
    ref, u = rows.ref.prod(-1), WORKING_UNIT[rows.dtype]
    size = np.abs(rows.ref)
    most, least = np.fmax(size, 1.0).prod(-1), np.where(size > 0, np.fmin(size, 1.0), 1.0).prod(-1)
    bits = np.where(rows.ref == 0, 0, np.frexp(rows.ref)[1] - lowest_bit(rows.ref)).sum(-1)
    rounding = np.abs(ref) * library.expm1(rows.shape[-1] * library.log1p(u)) + TINY[rows.dtype] * most * (ref != 0)
    rounding = np.where(np.isfinite(ref), rounding + narrowed(ref, rows.dtype, 1.0), 0.0)
    few = (bits <= 1 - np.frexp(UNIT[rows.dtype])[1]) & (bits > 0) & (least >= SMALLEST_NORMAL[rows.dtype])
    own = np.where(few, 0.0, rounding) if rows.exact else rounding

    def carried(error: F64) -> F64:
        grown = (np.abs(rows.ref) + error).prod(-1)
        return np.where(np.isfinite(ref), np.nan_to_num(grown - np.abs(ref), nan=np.inf, posinf=np.inf), 0.0)

    bound = own + carried(rows.bound)
    certified = np.asarray((bound == 0) & rows.certified.all(-1))
    beyond = np.isfinite(rows.ref).all(-1) & (most > LARGEST["float32"]) & (np.abs(ref) < LARGEST["float32"])
    unsure = np.asarray(rows.undetermined.any(-1) | beyond)
    return Bounded(rows.dtype, ref, bound, own + carried(rows.typical), carried(rows.slack), certified, unsure)
