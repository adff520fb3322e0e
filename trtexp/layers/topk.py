"""add_topk. Source: NvInfer.h, ITopKLayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import Attributes, DataType, Kind, Layer, Tensor, masked_axes
from trtexp.numerics import UNIT, Arithmetic, Bounded, exactly, moved

TopKOperation = Annotated[Literal["MAX", "MIN"], Kind("TopKOperation")]
MOST = 3840  # k stays at or below this


class TopKAttributes(Attributes):
    """Attributes of a topk layer."""

    op: TopKOperation | None = None
    """MAX for the largest, MIN for the smallest."""
    k: int | None = None
    """How many, unless input 1 says."""
    axes: int | None = None
    """A bit mask with one bit: the axis."""
    indices_type: DataType | None = None
    """INT32 or INT64, 10.x on."""


class TopK(Layer):
    """The k largest or smallest along one axis, best first: x (…, n, …) -> values and `indices` (…, k, …).

    Equal values come in the order of their indices. C1: `axes` has exactly one bit set, below the rank of x. C2: k is
    from 0 to 3840 and at most n. C3: the input has rank 2 or more.
    """

    method: ClassVar[str] = "add_topk"
    interface: ClassVar[str] = "ITopKLayer"
    most_inputs: ClassVar[int] = 2  # input, k
    output_names: ClassVar[tuple[str, ...]] = ("", "indices")

    input: Tensor
    op: TopKOperation
    """MAX for the largest, MIN for the smallest."""
    k: int
    """How many, unless input 1 says."""
    axes: int
    """A bit mask with one bit: the axis."""
    indices_type: DataType | None = None
    """INT32 or INT64, 10.x on."""
    set: TopKAttributes = TopKAttributes()

    def count(self, inputs: Sequence[Bounded]) -> int:
        """k, from input 1 if there is one."""
        return int(inputs[1].ref) if len(inputs) > 1 else int(self.state()["k"])

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        shape, axes = inputs[0].shape, self.state()["axes"]
        if len(shape) < 2:
            self.refuse("input", f"{list(shape)} given; give rank 2 or more", "C3")
        if len(masked_axes(axes, len(shape))) != 1 or axes >= 1 << len(shape):
            allowed = [1 << i for i in range(len(shape))]
            self.refuse("axes", f"{axes} names no single axis of x {list(shape)}; give one of {allowed}", "C1")
        (axis,) = masked_axes(axes, len(shape))
        if not 0 <= self.count(inputs) <= min(MOST, shape[axis]):
            self.refuse("k", f"{self.count(inputs)} given; give 0 to {min(MOST, shape[axis])}", "C2")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x, state = inputs[0], self.state()
        (axis,) = masked_axes(state["axes"], len(x.shape))
        falling = np.negative if x.dtype in UNIT else np.invert  # ~x = -x - 1 has no overflow
        keys = x.ref if state["op"] == "MIN" else falling(x.ref)
        order = np.argsort(keys, axis=axis, kind="stable").take(range(self.count(inputs)), axis=axis)
        values = moved(lambda part: np.take_along_axis(part, order, axis), x)
        dtype = DTYPE_OF_MEMBER[state.get("indices_type") or "INT32"]
        return values, exactly(order, dtype)
