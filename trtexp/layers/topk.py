"""add_topk. Source: NvInfer.h, ITopKLayer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.layers.base import GIVEN, Attributes, DataType, Kind, Layer, Maybe, Tensor, masked_axes
from trtexp.layers.operands import of_indices
from trtexp.layers.orders import IN_HALF, MEASURED, lost, rule, shaky
from trtexp.numerics import UNIT, Arithmetic, Bounded, Family, either, exactly, moved, undetermined
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

    Equal values come in the order of their indices, infinities are numbers like others. tensorrt<10 (8.5.3.1 and 8.6.0,
    measured in float32; 8.6.0 in half): NaN is never picked; where fewer than k numbers are left, -inf (MAX) or inf
    (MIN) stands with the index -1, which an element of that value beside a NaN may have, too. Elsewhere all that is
    picked beside a NaN is undetermined. C1: `axes` has exactly one bit set, below the rank of x. C2: k is from 0 to
    3840 and at most n. C3: the input has rank 2 or more. C4: the indices are of INT32 or INT64. C5: in RTX x is neither
    bool nor uint8, and input 1 is int32 or int64 (1.7.1).
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

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """k reads -1 where input 1 gives it, which the constructor refuses."""
        told = super().told(read, inputs)
        return told | ({"k": 1} if told.get("k") == -1 else {})

    def count(self, k: Maybe) -> int:
        """k, from input 1 if there is one."""
        return self.final.k if k is None else int(k.ref)

    def check_inputs(self, x: Bounded, k: Maybe, *, family: Family | None) -> None:
        shape, axes = x.shape, self.final.axes
        if not of_indices(self.indices_type, self.final.indices_type):
            self.refuse("indices_type", f"{self.final.indices_type} given; give INT32 or INT64", "C4")
        if family == "tensorrt-rtx" and x.dtype in ("bool", "uint8"):
            self.refuse("input", f"a tensor of {x.dtype}; cast it to another type", "C5")
        if family == "tensorrt-rtx" and k is not None and k.dtype not in ("int32", "int64"):
            self.refuse("set_input", f"a number of {k.dtype}; give int32", "C5")
        if len(shape) < 2:
            self.refuse("input", f"{list(shape)} given; give rank 2 or more", "C3")
        if axes not in (allowed := [1 << i for i in range(len(shape))]):
            self.refuse("axes", f"{axes} names no single axis of x {list(shape)}; give one of {allowed}", "C1")
        (axis,) = masked_axes(axes, len(shape))
        if not 0 <= self.count(k) <= min(MOST, shape[axis]):
            self.refuse("k", f"{self.count(k)} given; give 0 to {min(MOST, shape[axis])}", "C2")

    def work(self, x: Bounded, k: Maybe) -> Work:
        return Work(2 * x.ref.size, 4 * x.ref.size)

    def evaluate(self, x: Bounded, k: Maybe, *, arithmetic: Arithmetic) -> tuple[Bounded, Bounded]:
        (axis,) = masked_axes(self.final.axes, len(x.shape))
        falling = np.negative if x.dtype in UNIT else np.invert  # ~x = -x - 1 has no overflow
        keys = x.ref if self.final.op == "MIN" else falling(x.ref)
        every = np.argsort(keys, axis=axis, kind="stable")  # NaN comes last
        order = every.take(range(self.count(k)), axis=axis)
        values = moved(lambda part: np.take_along_axis(part, order, axis), x)
        indices = exactly(order, DTYPE_OF_MEMBER[self.final.indices_type])
        if not x.exact:
            values, indices = self.unsure(x, every, values, indices)
        return self.without_nan(x, values, indices, axis, arithmetic)

    def unsure(self, x: Bounded, every: np.ndarray, values: Bounded, indices: Bounded) -> tuple[Bounded, Bounded]:
        """What the errors of x make unsure: which of several comes first, so that any of their errors may count."""
        (axis,) = masked_axes(self.final.axes, len(x.shape))
        rising = every if self.final.op == "MIN" else np.flip(every, axis)
        places = shaky(x, rising, axis)
        near = (places if self.final.op == "MIN" else np.flip(places, axis)).take(range(values.shape[axis]), axis=axis)
        bound, typical, slack = (
            np.where(near, error.max(axis, keepdims=True), part)
            for error, part in ((x.bound, values.bound), (x.typical, values.typical), (x.slack, values.slack))
        )
        values = replace(values, bound=bound, typical=typical, slack=slack, certified=values.certified & ~near)
        return undetermined(values, np.broadcast_to(lost(x, axis), near.shape)), undetermined(
            indices, near | lost(x, axis)
        )

    def without_nan(
        self, x: Bounded, values: Bounded, indices: Bounded, axis: int, arithmetic: Arithmetic
    ) -> tuple[Bounded, Bounded]:
        """The same by the rule of the release, or undetermined along the axis where it has none."""
        beside = np.broadcast_to(np.isnan(x.ref).any(axis, keepdims=True), values.shape)
        if not rule(MEASURED, x, arithmetic, IN_HALF):
            return undetermined(values, beside), undetermined(indices, beside)
        last = np.inf if self.final.op == "MIN" else -np.inf
        gone = np.isnan(values.ref)
        values = replace(values, ref=np.where(gone, last, values.ref))
        indices = replace(indices, ref=np.where(gone, -1, indices.ref))
        none = exactly(np.full_like(indices.ref, -1), indices.dtype)
        return values, either(indices, none, beside & (values.ref == last))
