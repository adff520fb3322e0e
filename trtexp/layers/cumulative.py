"""add_cumulative. Source: NvInfer.h, ICumulativeLayer and CumulativeOperation."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Kind, Layer, Tensor
from trtexp.numerics import F64, UNIT, Arithmetic, Bounded, dot_product, exactly, wrapped

CumulativeOperation = Annotated[Literal["SUM"], Kind("CumulativeOperation")]
TYPES = ("float32", "float16", "bfloat16", "int32", "int64")


class CumulativeAttributes(Attributes):
    """Attributes of a cumulative layer."""

    op: CumulativeOperation = GIVEN
    """The operation."""
    exclusive: bool = GIVEN
    """Whether an element's own value is left out of its sum."""
    reverse: bool = GIVEN
    """Whether sums run from the end."""


class Cumulative(Layer):
    """Sums of all elements up to each one along an axis: x (any shape) and a scalar axis -> as x; from 10.x on.

    C1: x has at least one dimension. C2: the axis is an int32 or int64 scalar from -rank to rank - 1, known when the
    network is built. C3: x is float32, float16, bfloat16, int32 or int64.
    """

    method, interface = "add_cumulative", "ICumulativeLayer"
    scaffold = """inputs: {x: {shape: [2, 3], arange: {start: 1}}}
        weights: {one: {shape: [], full: 1, dtype: int32}}
        network:
          axis: {constant: {shape: [], weights: one}}
          y: {cumulative: {input: x, axis: axis, op: SUM, exclusive: false, reverse: false}}"""

    input: Tensor
    axis: Tensor
    op: CumulativeOperation
    exclusive: bool
    reverse: bool
    set: CumulativeAttributes = CumulativeAttributes()

    def check_inputs(self, x: Bounded, axis: Bounded) -> None:
        rank = len(x.shape)
        if rank < 1:
            self.refuse("input", "a scalar; give at least one dimension", "C1")
        if axis.shape != () or axis.dtype not in ("int32", "int64") or not -rank <= axis.ref < rank:
            given = f"{axis.dtype} {axis.ref.tolist()}"
            self.refuse("axis", f"{given}; give an int32 or int64 scalar from {-rank} to {rank - 1}", "C2")
        if x.dtype not in TYPES:
            self.refuse("input", f"a tensor of {x.dtype}; give one of {', '.join(TYPES)}", "C3")

    def evaluate(self, x: Bounded, axis: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        along = int(axis.ref)
        if x.dtype in UNIT:
            ones = exactly(np.ones(()), x.dtype)
            return dot_product(lambda v, _, __: self.sums(v, along), x, ones, None, arithmetic)
        unsure = self.sums((x.undetermined | (x.bound > 0)).astype(float), along) > 0
        whole = exactly(wrapped(self.sums(x.ref, along), x.dtype), x.dtype)
        return replace(whole, certified=~unsure, undetermined=unsure)

    def sums(self, x: F64, axis: int) -> F64:
        """The sums along an axis."""
        rows = np.moveaxis(x, axis, -1)
        rows = rows[..., ::-1] if self.final.reverse else rows
        sums = np.cumsum(rows, -1)
        if self.final.exclusive:
            sums = np.concatenate([np.zeros_like(sums[..., :1]), sums[..., :-1]], -1)
        return np.moveaxis(sums[..., ::-1] if self.final.reverse else sums, -1, axis)
