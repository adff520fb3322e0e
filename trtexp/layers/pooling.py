"""add_pooling_nd and its old spelling add_pooling. Source: NvInfer.h, IPoolingLayer and PaddingMode."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Default, Dims, Kind, Layer, PaddingMode, Tensor
from trtexp.layers.geometry import Axis, pooled
from trtexp.layers.orders import IN_HALF, MEASURED, rule
from trtexp.numerics import (
    F64,
    LARGEST,
    Arithmetic,
    Bounded,
    attribute,
    converted,
    dot_product,
    either,
    exactly,
    jumping,
    moved,
    pointwise,
    settled,
    undetermined,
)
from trtexp.numerics.budget import Work
from trtexp.numerics.linear import matmul

PoolingType = Annotated[Literal["MAX", "AVERAGE", "MAX_AVERAGE_BLEND"], Kind("PoolingType")]


class PoolingAttributes(Attributes):
    """Attributes of a pooling layer."""

    type: PoolingType = GIVEN
    """MAX, AVERAGE, or a blend of both."""
    window_size_nd: Dims = GIVEN
    """The window's spatial shape."""
    stride_nd: Annotated[Dims | None, Default(1)] = None
    """Step of the window."""
    padding_nd: Annotated[Dims | None, Default(0)] = None
    """Writes pre_padding and post_padding at once."""
    pre_padding: Annotated[Dims | None, Default(0)] = None
    """Padding before the input."""
    post_padding: Annotated[Dims | None, Default(0)] = None
    """Padding after the input."""
    padding_mode: PaddingMode = "EXPLICIT_ROUND_DOWN"
    """How padding and output shape are found."""
    blend_factor: float = 0.0
    """MAX_AVERAGE_BLEND: (1 - blend_factor) · maximum + blend_factor · average."""
    average_count_excludes_padding: bool = True
    """Whether an average does without the padding when it counts elements."""
    window_size: Dims | None = None
    """Old spelling of window_size_nd, 8.x only."""
    stride: Dims | None = None
    """Old spelling of stride_nd, 8.x only."""
    padding: Dims | None = None
    """Old spelling of padding_nd, 8.x only."""


class PoolingNd(Layer):
    """Reduce every window of the last r dimensions: x (N, C, *I) -> (N, C, *O); r is 2 or 3.

    An average is divided by the window's elements inside the input, or by all of them, also where the window reaches
    beyond the padding; NvInfer.h says by those inside the padded input, and 8.5.3.1 does not. The maximum of a
    window with NaN: tensorrt<10 leaves NaN out (8.5.3.1 and 8.6.0, measured in float32, 8.6.0 in half), and begins
    with the lowest number of float32, which is the maximum where nothing above -inf is left; elsewhere it is
    undetermined. An average with NaN is NaN. C1: the window has 2 or 3 dimensions of at least 1. C2: the input is
    float or int8 with at least r + 2 dimensions. C3: stride and paddings have r numbers, strides at least 1,
    paddings at least 0 and smaller than the window. C4: no dimension of the output is negative, and every window
    begins before the input ends. C5: blend_factor is from 0 to 1.
    """

    method, interface = "add_pooling_nd", "IPoolingLayer"
    aliases = {
        "window_size": ("window_size_nd",),
        "stride": ("stride_nd",),
        "padding": ("pre_padding", "post_padding"),
        "padding_nd": ("pre_padding", "post_padding"),
    }
    scaffold = """inputs: {x: {shape: [1, 1, 3, 3], arange: {start: 1}}}
        network: {pool: {$layer: {input: x, type: MAX, window_size: [2, 2]}, set: {stride_nd: [1, 1]}}}"""

    input: Tensor
    type: PoolingType
    window_size: Dims
    set: PoolingAttributes = PoolingAttributes()

    def window(self) -> tuple[Dims, Dims, Dims, Dims]:
        """window, stride, pre and post padding, each with one number per spatial dimension."""
        final = self.final
        one, zero = [1] * len(final.window_size_nd), [0] * len(final.window_size_nd)
        return (
            final.window_size_nd,
            one if final.stride_nd is None else final.stride_nd,
            zero if final.pre_padding is None else final.pre_padding,
            zero if final.post_padding is None else final.post_padding,
        )

    def axes(self, shape: Sequence[int]) -> list[Axis]:
        """The spatial dimensions of an input of that shape."""
        window, *rest = self.window()
        given = zip(shape[-len(window) :], window, *rest, strict=True)
        axes = (Axis(size, taps, stride, pre=pre, post=post) for size, taps, stride, pre, post in given)
        return [pooled(self.final.padding_mode, axis) for axis in axes]

    def check_inputs(self, x: Bounded) -> None:
        window, *rest = self.window()
        if len(window) not in (2, 3) or min(window) < 1:
            self.refuse("window_size_nd", f"{window} is no window; give 2 or 3 dimensions of at least 1", "C1")
        if len(x.shape) < len(window) + 2 or x.dtype not in ("float32", "float16", "bfloat16", "int8"):
            message = f"{x.dtype} {list(x.shape)}; give float or int8 of rank {len(window) + 2} or more"
            self.refuse("input", message, "C2")
        for name, least, value in zip(("stride_nd", "pre_padding", "post_padding"), (1, 0, 0), rest, strict=True):
            if len(value) != len(window) or min(value) < least:
                self.refuse(name, f"{value} given; give {len(window)} numbers of at least {least}", "C3")
            if name != "stride_nd" and any(p >= w for p, w in zip(value, window, strict=True)):
                self.refuse(name, f"{value} given; a padding is smaller than the window {window}", "C3")
        for axis in self.axes(x.shape):
            if axis.out < 0 or (axis.out - 1) * axis.stride - axis.pre >= axis.size:
                self.refuse("window_size_nd", f"{window} does not fit into the padded input {list(x.shape)}", "C4")
        if not 0 <= self.final.blend_factor <= 1:
            self.refuse("blend_factor", f"{self.final.blend_factor} given; give 0 to 1", "C5")

    def work(self, x: Bounded) -> Work:
        axes = self.axes(x.shape)
        made = math.prod(x.shape[: -len(axes)]) * math.prod(axis.out for axis in axes)
        taps = math.prod(self.final.window_size_nd)
        return Work(made + taps * made // 8, 4 * taps * made)

    def evaluate(self, x: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        largest = self.largest(x, arithmetic)
        if self.final.type == "MAX":
            return largest
        dtype = "float32" if x.dtype == "int8" else x.dtype
        given, ones = converted(x, dtype), exactly(np.ones(()), dtype)
        total = dot_product(lambda a, _, __: self.summed(a), given, ones, None, arithmetic)
        count = self.count(x.shape)
        average = pointwise(lambda t: t / count, [total], ulps=lambda _: 1.0 * (np.frexp(count)[0] != 0.5))
        if self.final.type == "MAX_AVERAGE_BLEND":
            average = self.blended(converted(largest, dtype), settled(average), arithmetic)
        return whole(average) if x.dtype == "int8" else average

    def largest(self, x: Bounded, arithmetic: Arithmetic) -> Bounded:
        """The maximum of each window, by the release's rule where it holds a NaN."""
        nan = np.isnan(x.ref)
        picked = self.any_largest(x, np.where(nan, -np.inf, x.ref) if nan.any() else x.ref)
        with_nan = np.any(list(self.taps(nan, 0)), axis=0)
        if rule(MEASURED, x, arithmetic, IN_HALF):
            lowest = with_nan & ~(picked.ref > -np.inf)
            return replace(picked, ref=np.where(lowest, -LARGEST["float32"], picked.ref))
        return undetermined(picked, with_nan)

    def any_largest(self, x: Bounded, keys: np.ndarray) -> Bounded:
        """The element of the largest key; any element of a window may turn out the largest, with its own error."""
        picked = moved(lambda part: self.taken(part, keys), x)
        if x.exact:
            return picked
        bound, typical = (np.max(list(self.taps(error, 0.0)), axis=0) for error in (x.bound, x.typical))
        unsure = np.any(list(self.taps(x.undetermined, 0)), axis=0)
        return replace(picked, bound=bound, typical=typical, undetermined=unsure, certified=bound == 0)

    def blended(self, largest: Bounded, average: Bounded, arithmetic: Arithmetic) -> Bounded:
        """(1 - blend_factor) · maximum + blend_factor · average."""
        blend = attribute(self.final.blend_factor)
        shares = exactly(np.array([1 - blend.ref, blend.ref]), largest.dtype)
        shares = replace(shares, slack=np.array([blend.slack, blend.slack]))
        both = moved(lambda *parts: np.stack(parts, axis=-1), largest, average)
        return dot_product(lambda v, share, _: matmul(v, share), both, shares, None, arithmetic)

    def summed(self, x: F64) -> F64:
        """The sum over each window; padding adds nothing."""
        return sum(self.taps(x, 0.0))  # type: ignore[return-value]

    def taken(self, part: np.ndarray, x: F64) -> np.ndarray:
        """From `part`, the element at the place of each window's maximum of `x`; padding is below -infinity."""
        best = np.argmax(np.stack(list(self.taps(np.maximum(x, np.finfo(float).min), -np.inf))), axis=0)
        return np.take_along_axis(np.stack(list(self.taps(part, 0))), best[None], axis=0)[0]

    def count(self, shape: Sequence[int]) -> F64:
        """The divisor of each window: its elements inside the input, or all of them."""
        count = np.ones(())
        for axis in self.axes(shape):
            starts = np.arange(axis.out) * axis.stride - axis.pre
            inside = np.minimum(starts + axis.taps, axis.size) - np.maximum(starts, 0)
            full = np.full(axis.out, float(axis.taps))
            count = np.multiply.outer(count, inside if self.final.average_count_excludes_padding else full)
        return count

    def taps(self, x: np.ndarray, fill: float) -> Any:
        """For each place in the window, the elements that all windows have there."""
        axes = self.axes(x.shape)
        pads = [(axis.pre, axis.behind) for axis in axes]
        padded = np.pad(x, [(0, 0)] * (x.ndim - len(axes)) + pads, constant_values=fill)
        for tap in np.ndindex(*self.final.window_size_nd):
            place: Any = (..., *(axis.at(t, axis.out) for t, axis in zip(tap, axes, strict=True)))
            yield padded[place]


def whole(x: Bounded) -> Bounded:
    """Rounded to int8; how a tie is rounded is nowhere said, so either neighbour is legal."""
    nearest = np.rint(x.ref)
    return either(jumping(np.rint, [x], "int8"), exactly(2 * x.ref - nearest, "int8"), x.ref % 1 == 0.5)


class Pooling(PoolingNd):
    """The old spelling, 8.x only, for 2-D windows."""

    method = "add_pooling"
    scaffold = PoolingNd.scaffold.replace("stride_nd", "stride")
