"""add_deconvolution_nd and its old spelling add_deconvolution. Source: NvInfer.h, IDeconvolutionLayer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from trtexp.layers.base import Dims, Tensor, Weights
from trtexp.layers.window import Window, grouped
from trtexp.numerics import F64


class DeconvolutionNd(Window):
    """Spread every input over the output: x (…, C, *I), kernel (C, K/groups, *F), bias (K,) -> (…, K, *O).

    The full result has (I - 1) · stride + extent elements along a dimension, where extent is 1 + dilation · (F - 1);
    padding cuts elements off its two ends. The CAFFE modes cut pre_padding off both (seen on 8.5.3.1 and 8.6.0).
    """

    method: ClassVar[str] = "add_deconvolution_nd"
    interface: ClassVar[str] = "IDeconvolutionLayer"

    input: Tensor
    num_output_maps: int
    """The number of output maps (channels of the output)."""
    kernel_shape: Dims
    """The kernel's spatial shape."""
    kernel: Weights
    """C · K / groups · volume elements in the order (C, K/groups, *F); empty if input 1 is set."""
    bias: Weights | None = None
    """One number per output map."""

    def geometry(self, size: int, kernel: int, stride: int, dilation: int, pre: int, post: int) -> tuple[int, int, int]:
        mode = self.state().get("padding_mode", "EXPLICIT_ROUND_DOWN")
        extent = 1 + dilation * (kernel - 1)
        if mode.startswith("SAME"):
            total = max(extent - stride, 0)
            small, large = total // 2, total - total // 2
            pre, post = (small, large) if mode == "SAME_UPPER" else (large, small)
        elif mode.startswith("CAFFE"):
            post = pre
        return (size - 1) * stride + extent - pre - post, pre, post

    def spans(self, shape: Sequence[int]) -> list[int]:
        return [size + pre + post for size, pre, post in self.spatial(shape)]

    def kernel_shape_of(self, channels: int) -> tuple[int, ...]:
        state = self.state()
        return (channels, state["num_output_maps"] // state.get("num_groups", 1), *state["kernel_size_nd"])

    def apply(self, x: F64, w: F64, b: F64 | None) -> F64:
        kernel, stride, dilation, _, _ = self.window()
        groups, axes = self.state().get("num_groups", 1), self.spatial(x.shape)
        full = [size + pre + post for size, pre, post in axes]
        y = np.zeros((*x.shape[:2], w.shape[2] * groups, *full))
        taps = np.swapaxes(w.reshape(len(w), 1, groups, w.shape[1] // groups, w.shape[2], *kernel), 3, 4)
        for tap in np.ndindex(*kernel):
            spread: Any = (
                ...,
                *(
                    slice(t * d, t * d + max(0, (length - 1) * s + 1), s)
                    for t, d, s, length in zip(tap, dilation, stride, x.shape[3:], strict=True)
                ),
            )
            y[spread] += grouped(x, taps[(..., *tap)])
        cut: Any = (..., *(slice(pre, pre + size) for size, pre, _ in axes))
        y = y[cut]
        return y if b is None else y + b.reshape(len(b), 1, -1, *[1] * len(kernel))


class Deconvolution(DeconvolutionNd):
    """The old spelling, 8.x only, for 2-D kernels."""

    method: ClassVar[str] = "add_deconvolution"
