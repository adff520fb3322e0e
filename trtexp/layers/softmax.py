"""add_softmax. Source: NvInfer.h, ISoftMaxLayer."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from trtexp.layers.base import Attributes, Default, Layer, Tensor, masked_axes
from trtexp.numerics import F64, TINY, UNIT, WORKING_UNIT, Bounded, Mask, exp_error, library, narrowed

#: What half adds to the error, in its own units: 1.3 is what 8.5.3.1 and 8.6.0 were off by on an NVIDIA H100.
NARROW = 2.6


class SoftmaxAttributes(Attributes):
    """Attributes of a softmax layer."""

    axes: Annotated[int | None, Default("the third from the back, or the first if there are fewer")] = None
    """A bit mask with one bit: the axis."""


class Softmax(Layer):
    """exp(x) scaled to sum to 1 along one axis: x (any shape) -> the same shape and dtype.

    C1: `axes` has exactly one bit set, below the rank of x. C2: x is float and has at least 2 dimensions.
    """

    method, interface = "add_softmax", "ISoftMaxLayer"
    scaffold = """inputs: {x: {shape: [2, 3], values: [0, 0, -1000, 0, -1000, -1000]}}
        network: {y: {softmax: {input: x}, set: {axes: 2}}}"""

    input: Tensor
    set: SoftmaxAttributes = SoftmaxAttributes()

    def check_inputs(self, x: Bounded) -> None:
        if x.dtype not in UNIT or len(x.shape) < 2:
            self.refuse("input", f"{x.dtype} {list(x.shape)}; give float of 2 dimensions or more", "C2")
        axes, allowed = self.axes(x), [1 << axis for axis in range(len(x.shape))]
        if axes not in allowed:
            self.refuse("axes", f"{axes} names no single axis of x {list(x.shape)}; give one of {allowed}", "C1")

    def axes(self, x: Bounded) -> int:
        """The bit mask."""
        return 1 << max(0, len(x.shape) - 3) if self.final.axes is None else self.final.axes

    def evaluate(self, x: Bounded) -> Bounded:
        (axis,) = masked_axes(self.axes(x), len(x.shape))
        return softmaxed(x, axis, np.ones(x.shape, bool))


def softmaxed(x: Bounded, axis: int, inside: Mask) -> Bounded:
    """Softmax along an axis over the elements inside; the others are 0.

    Bound of p = e / Σ e: relative errors E of the rounded difference x - max and of its exp, of the sum, of the
    division, p (E + Σ p E + (n + 2) u).
    """
    u = WORKING_UNIT[x.dtype]

    def total(part: F64) -> F64:
        return np.where(inside, part, 0.0).sum(axis, keepdims=True)

    values = np.where(inside, x.ref, -np.inf)
    difference = values - values.max(axis, keepdims=True, initial=-np.inf)
    e = np.where(inside, library.exp(difference), 0.0)
    p = np.where(inside, e / total(e), 0.0)
    size = np.abs(np.where(np.isfinite(difference), difference, 0.0))
    error = u * (size + exp_error(size))
    own = p * (error + total(p * error) + (total(np.ones(x.shape)) + 2) * u)
    own = np.nan_to_num(own) + (TINY[x.dtype] + narrowed(p, x.dtype, NARROW)) * (p > 0)
    carried = (np.nan_to_num(p * (b + total(p * b))) for b in (x.bound, x.typical, x.slack))
    bound, typical, slack = (np.minimum(part, 1.0) for part in carried)  # no two results are further apart
    unsure = np.broadcast_to((inside & x.undetermined).any(axis, keepdims=True), x.shape)
    return Bounded(x.dtype, p, own + bound, own + typical, slack, ~inside, unsure & inside)
