"""add_topk. Source: NvInfer.h, ITopKLayer."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import GIVEN, Attributes, DataType, Kind, Layer, Maybe, Tensor, masked_axes
from trtexp.numerics import UNIT, Bounded, exactly, moved
from trtexp.numerics.budget import Work

TopKOperation = Annotated[Literal["MAX", "MIN"], Kind("TopKOperation")]
MOST = 3840  # k stays at or below this


class TopKAttributes(Attributes):
    """Attributes of a topk layer."""

    op: TopKOperation = GIVEN
    """MAX for the largest, MIN for the smallest."""
    k: int = GIVEN
    """How many, unless input 1 says."""
    axes: int = GIVEN
    """A bit mask with one bit: the axis."""
    indices_type: DataType = "INT32"
    """INT32 or INT64, 10.x on."""


class TopK(Layer):
    """The k largest or smallest along one axis, best first: x (…, n, …) -> values and `indices` (…, k, …).

    Equal values come in the order of their indices. C1: `axes` has exactly one bit set, below the rank of x. C2: k is
    from 0 to 3840 and at most n. C3: the input has rank 2 or more.
    """

    method, interface = "add_topk", "ITopKLayer"
    operands = ("input", "k")
    output_names = ("", "indices")
    scaffold = """inputs: {x: {shape: [2, 4], values: [[1, 4, 2, 3], [8, 5, 7, 6]]}}
        network: {y: {topk: {input: x, op: MAX, k: 2, axes: 2}}}"""

    input: Tensor
    op: TopKOperation
    k: int
    axes: int
    indices_type: DataType | None = None
    set: TopKAttributes = TopKAttributes()

    def count(self, k: Maybe) -> int:
        """k, from input 1 if there is one."""
        return self.final.k if k is None else int(k.ref)

    def check_inputs(self, x: Bounded, k: Maybe) -> None:
        shape, axes = x.shape, self.final.axes
        if len(shape) < 2:
            self.refuse("input", f"{list(shape)} given; give rank 2 or more", "C3")
        if len(masked_axes(axes, len(shape))) != 1 or axes >= 1 << len(shape):
            allowed = [1 << i for i in range(len(shape))]
            self.refuse("axes", f"{axes} names no single axis of x {list(shape)}; give one of {allowed}", "C1")
        (axis,) = masked_axes(axes, len(shape))
        if not 0 <= self.count(k) <= min(MOST, shape[axis]):
            self.refuse("k", f"{self.count(k)} given; give 0 to {min(MOST, shape[axis])}", "C2")

    def work(self, x: Bounded, k: Maybe) -> Work:
        return Work(2 * x.ref.size, 4 * x.ref.size)

    def evaluate(self, x: Bounded, k: Maybe) -> tuple[Bounded, Bounded]:
        (axis,) = masked_axes(self.final.axes, len(x.shape))
        falling = np.negative if x.dtype in UNIT else np.invert  # ~x = -x - 1 has no overflow
        keys = x.ref if self.final.op == "MIN" else falling(x.ref)
        order = np.argsort(keys, axis=axis, kind="stable").take(range(self.count(k)), axis=axis)
        values = moved(lambda part: np.take_along_axis(part, order, axis), x)
        return values, exactly(order, DTYPE_OF_MEMBER[self.final.indices_type])
