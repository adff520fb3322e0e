"""add_pooling_nd and its old spelling add_pooling. Source: NvInfer.h, IPoolingLayer and PaddingMode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from trtexp.layers.base import Attributes, Dims, Kind, Layer, PaddingMode, Tensor
from trtexp.layers.geometry import pooled
from trtexp.numerics import F64, Arithmetic, Bounded, dot_product, exactly, jumping, moved, pointwise, settled

PoolingType = Annotated[Literal["MAX", "AVERAGE", "MAX_AVERAGE_BLEND"], Kind("PoolingType")]


class PoolingAttributes(Attributes):
    """Attributes of a pooling layer."""

    type: PoolingType | None = None
    """MAX, AVERAGE, or a blend of both."""
    window_size_nd: Dims | None = None
    """The window's spatial shape."""
    stride_nd: Dims | None = None
    """Step of the window. Default 1."""
    padding_nd: Dims | None = None
    """Writes pre_padding and post_padding at once. Default 0."""
    pre_padding: Dims | None = None
    """Padding before the input. Default 0."""
    post_padding: Dims | None = None
    """Padding after the input. Default 0."""
    padding_mode: PaddingMode | None = None
    """How padding and output shape are found. Default EXPLICIT_ROUND_DOWN."""
    blend_factor: float | None = None
    """MAX_AVERAGE_BLEND: (1 - blend_factor) · maximum + blend_factor · average. Default 0."""
    average_count_excludes_padding: bool | None = None
    """Whether an average counts the padding as elements. Default true: it does not."""
    window_size: Dims | None = None
    """Old spelling of window_size_nd, 8.x only."""
    stride: Dims | None = None
    """Old spelling of stride_nd, 8.x only."""
    padding: Dims | None = None
    """Old spelling of padding_nd, 8.x only."""


class PoolingNd(Layer):
    """Reduce every window of the last r dimensions: x (N, C, *I) -> (N, C, *O); r is 2 or 3.

    An average is divided by the window's elements inside the input, or by all of them, also where the window reaches
    beyond the padding; NvInfer.h says by those inside the padded input, and 8.5.3.1 does not. C1: the window has 2 or 3
    dimensions of at least 1. C2: the input is float or int8 with at least r + 2 dimensions. C3: stride and paddings
    have r numbers, strides at least 1, paddings at least 0 and smaller than the window. C4: no dimension of the output
    is negative, and every window begins before the input ends. C5: blend_factor is from 0 to 1.
    """

    method: ClassVar[str] = "add_pooling_nd"
    interface: ClassVar[str] = "IPoolingLayer"
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "window_size": ("window_size_nd",),
        "stride": ("stride_nd",),
        "padding": ("pre_padding", "post_padding"),
        "padding_nd": ("pre_padding", "post_padding"),
    }

    input: Tensor
    type: PoolingType
    """MAX, AVERAGE, or a blend of both."""
    window_size: Dims
    """The window's spatial shape."""
    set: PoolingAttributes = PoolingAttributes()

    def windows(self, shape: Sequence[int]) -> list[tuple[int, int, int, int, int, int]]:
        """(input size, window, stride, pre padding, post padding, output size) of each spatial dimension."""
        state = self.state()
        window = state["window_size_nd"]
        mode = state.get("padding_mode", "EXPLICIT_ROUND_DOWN")
        given = [state.get(k, d) for k, d in (("stride_nd", 1), ("pre_padding", 0), ("post_padding", 0))]
        strides, pres, posts = ([v] * len(window) if isinstance(v, int) else v for v in given)
        found = []
        for size, w, s, pre, post in zip(shape[-len(window) :], window, strides, pres, posts, strict=True):
            out, pre, post = pooled(mode, size, w, s, pre, post)
            found.append((size, w, s, pre, post, out))
        return found

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        state, x = self.state(), inputs[0]
        window = state["window_size_nd"]
        if len(window) not in (2, 3) or min(window) < 1:
            self.refuse("window_size_nd", f"{window} is no window; give 2 or 3 dimensions of at least 1", "C1")
        if len(x.shape) < len(window) + 2 or x.dtype not in ("float32", "float16", "bfloat16", "int8"):
            self.refuse(
                "input", f"{x.dtype} {list(x.shape)}; give float or int8 of rank {len(window) + 2} or more", "C2"
            )
        for name, least in (("stride_nd", 1), ("pre_padding", 0), ("post_padding", 0)):
            value = state.get(name, [least] * len(window))
            if len(value) != len(window) or min(value) < least:
                self.refuse(name, f"{value} given; give {len(window)} numbers of at least {least}", "C3")
            if name != "stride_nd" and any(p >= w for p, w in zip(value, window, strict=True)):
                self.refuse(name, f"{value} given; a padding is smaller than the window {window}", "C3")
        for size, _, stride, pre, _, out in self.windows(x.shape):
            if out < 0 or (out - 1) * stride - pre >= size:
                self.refuse("window_size_nd", f"{window} does not fit into the padded input {list(x.shape)}", "C4")
        if not 0 <= (blend := state.get("blend_factor", 0.0)) <= 1:
            self.refuse("blend_factor", f"{blend} given; give 0 to 1", "C5")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x, state = inputs[0], self.state()
        kind = state["type"]
        largest = self.largest(x)
        if kind == "MAX":
            return (largest,)
        dtype = "float32" if x.dtype == "int8" else x.dtype
        ones = exactly(np.ones(()), dtype)
        total = settled(dot_product(lambda a, _, __: self.summed(a), replace(x, dtype=dtype), ones, None, arithmetic))
        count = self.count(x.shape)
        average = pointwise(lambda t: t / count, [total], ulps=lambda _: 1.0 * (np.frexp(count)[0] != 0.5))
        if kind == "MAX_AVERAGE_BLEND":
            average = self.blended(replace(largest, dtype=dtype), settled(average), arithmetic)
        return (whole(average) if x.dtype == "int8" else average,)

    def largest(self, x: Bounded) -> Bounded:
        """The maximum of each window; any element of a window may turn out the largest, with its own error."""
        picked = moved(lambda part: self.taken(part, x.ref), x)
        if x.exact:
            return picked
        bound, typical = (np.max(list(self.taps(error, 0.0)), axis=0) for error in (x.bound, x.typical))
        unsure = np.any(list(self.taps(x.undetermined, 0)), axis=0)
        return replace(picked, bound=bound, typical=typical, undetermined=unsure, certified=bound == 0)

    def blended(self, largest: Bounded, average: Bounded, arithmetic: Arithmetic) -> Bounded:
        """(1 - blend_factor) · maximum + blend_factor · average."""
        blend = float(np.float32(self.state().get("blend_factor", 0.0)))
        shares = exactly(np.array([1 - blend, blend]), largest.dtype)
        both = moved(lambda *parts: np.stack(parts, axis=-1), largest, average)
        return dot_product(lambda v, share, _: v @ share, both, shares, None, arithmetic)

    def summed(self, x: F64) -> F64:
        """The sum over each window; padding adds nothing."""
        return sum(self.taps(x, 0.0))  # type: ignore[return-value]

    def taken(self, part: np.ndarray, x: F64) -> np.ndarray:
        """From `part`, the element at the place of each window's maximum of `x`; padding is below -infinity."""
        best = np.argmax(np.stack(list(self.taps(np.maximum(x, np.finfo(float).min), -np.inf))), axis=0)
        return np.take_along_axis(np.stack(list(self.taps(part, 0))), best[None], axis=0)[0]

    def count(self, shape: Sequence[int]) -> F64:
        """The divisor of each window: its elements inside the input, or all of them."""
        excludes = self.state().get("average_count_excludes_padding", True)
        count = np.ones(())
        for size, w, s, pre, _, out in self.windows(shape):
            starts = np.arange(out) * s - pre
            inside = np.minimum(starts + w, size) - np.maximum(starts, 0)
            count = np.multiply.outer(count, inside if excludes else np.full(out, float(w)))
        return count

    def taps(self, x: np.ndarray, fill: float) -> Any:
        """For each place in the window, the elements that all windows have there."""
        axes = self.windows(x.shape)
        reach = [max(0, (out - 1) * s + w - pre - size) for size, w, s, pre, _, out in axes]
        pads = [(pre, after) for (_, _, _, pre, _, _), after in zip(axes, reach, strict=True)]
        padded = np.pad(x, [(0, 0)] * (x.ndim - len(axes)) + pads, constant_values=fill)
        for tap in np.ndindex(*(w for _, w, *_ in axes)):
            steps = zip(tap, axes, strict=True)
            place: Any = (..., *(slice(t, t + max(0, (out - 1) * s + 1), s) for t, (_, _, s, _, _, out) in steps))
            yield padded[place]


def whole(x: Bounded) -> Bounded:
    """Rounded to int8; how a tie is rounded is nowhere said, so either neighbour is legal."""
    return replace(jumping(np.rint, [x], "int8"), undetermined=x.undetermined | (x.ref % 1 == 0.5))


class Pooling(PoolingNd):
    """The old spelling, 8.x only, for 2-D windows."""

    method: ClassVar[str] = "add_pooling"
