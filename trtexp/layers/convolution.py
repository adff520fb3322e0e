"""add_convolution_nd and its old spelling add_convolution. Source: NvInfer.h, IConvolutionLayer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from trtexp.layers.base import Dims, Tensor, Weights
from trtexp.layers.geometry import convolved
from trtexp.layers.window import Window, WindowAttributes, grouped
from trtexp.numerics import F64


class ConvolutionAttributes(WindowAttributes):
    """Attributes of a convolution."""

    dilation: Dims | None = None
    """Old spelling of dilation_nd, 8.x only."""


class ConvolutionNd(Window):
    """Cross-correlate: x (…, C, *I) with a kernel (K, C/groups, *F) and a bias (K,) -> (…, K, *O)."""

    method: ClassVar[str] = "add_convolution_nd"
    interface: ClassVar[str] = "IConvolutionLayer"

    input: Tensor
    num_output_maps: int
    """The number of output maps (channels of the output)."""
    kernel_shape: Dims
    """The kernel's spatial shape."""
    kernel: Weights
    """K · C / groups · volume elements in the order (K, C/groups, *F); empty if input 1 is set."""
    bias: Weights | None = None
    """One number per output map."""
    set: ConvolutionAttributes = ConvolutionAttributes()

    def geometry(self, size: int, kernel: int, stride: int, dilation: int, pre: int, post: int) -> tuple[int, int, int]:
        mode = self.state().get("padding_mode", "EXPLICIT_ROUND_DOWN")
        return convolved(mode, size, 1 + dilation * (kernel - 1), stride, pre, post)

    def spans(self, shape: Sequence[int]) -> list[int]:
        kernel, stride, dilation, _, _ = self.window()
        axes = zip(self.spatial(shape), shape[-len(kernel) :], kernel, stride, dilation, strict=True)
        return [max(pre + length, (size - 1) * s + 1 + d * (k - 1)) for (size, pre, _), length, k, s, d in axes]

    def kernel_shape_of(self, channels: int) -> tuple[int, ...]:
        state = self.state()
        return (state["num_output_maps"], channels // state.get("num_groups", 1), *state["kernel_size_nd"])

    def apply(self, x: F64, w: F64, b: F64 | None) -> F64:
        kernel, stride, dilation, _, _ = self.window()
        groups, axes = self.state().get("num_groups", 1), self.spatial(x.shape)
        y = np.zeros((*x.shape[:2], w.shape[1], *(size for size, _, _ in axes)))
        # The window may read past the padding (ROUND_UP): zeros up to the last tap of the last step.
        reach = [
            max(0, (size - 1) * s + 1 + d * (k - 1) - pre - length)
            for (size, pre, _), s, d, k, length in zip(axes, stride, dilation, kernel, x.shape[3:], strict=True)
        ]
        padded: F64 = np.pad(
            x, [(0, 0), (0, 0), (0, 0), *((pre, after) for (_, pre, _), after in zip(axes, reach, strict=True))]
        )
        taps = w.reshape(len(w), 1, groups, w.shape[1] // groups, w.shape[2], *kernel)
        for tap in np.ndindex(*kernel):
            window: Any = (
                ...,
                *(
                    slice(t * d, t * d + max(0, (size - 1) * s + 1), s)
                    for t, d, s, (size, _, _) in zip(tap, dilation, stride, axes, strict=True)
                ),
            )
            y += grouped(padded[window], taps[(..., *tap)])
        return y if b is None else y + b.reshape(len(b), 1, -1, *[1] * len(kernel))


class Convolution(ConvolutionNd):
    """The old spelling, 8.x only, for 2-D kernels."""

    method: ClassVar[str] = "add_convolution"
