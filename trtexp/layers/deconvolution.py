"""add_deconvolution_nd and its old spelling add_deconvolution. Source: NvInfer.h, IDeconvolutionLayer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from trtexp.layers.base import Dims, Tensor, Weights
from trtexp.layers.geometry import Axis, halved
from trtexp.layers.unrolled import deconvolve
from trtexp.layers.window import Window, grouped
from trtexp.numerics import F64


class DeconvolutionNd(Window):
    """Spread every input over the output: x (…, C, *I), kernel (C, K/groups, *F), bias (K,) -> (…, K, *O).

    The full result has (I - 1) · stride + extent elements along a dimension, where extent is 1 + dilation · (F - 1);
    padding cuts elements off its two ends. The CAFFE modes cut pre_padding off both (seen on 8.5.3.1 and 8.6.0).
    """

    method, interface = "add_deconvolution_nd", "IDeconvolutionLayer"
    not_of_rtx = ("bfloat16",)
    scaffold = """inputs: {x: {shape: [1, 1, 3, 3], arange: {start: 1}}}
        weights: {w: {shape: [1, 1, 2, 2], powers: {base: 10, first: 0, last: 3}}}
        network: {deconv: {$layer: {input: x, num_output_maps: 1, kernel_shape: [2, 2], kernel: w}}}"""

    input: Tensor
    num_output_maps: int
    kernel_shape: Dims
    kernel: Weights
    """C · K / groups · volume elements in the order (C, K/groups, *F); empty if input 1 is set."""
    bias: Weights | None = None

    def placed(self, axis: Axis) -> Axis:
        mode, pre, post = self.final.padding_mode, axis.pre, axis.post
        if mode.startswith("SAME"):
            pre, post = halved(mode, max(axis.extent - axis.stride, 0))
        elif mode.startswith("CAFFE"):
            post = pre
        return replace(axis, pre=pre, post=post, out=(axis.size - 1) * axis.stride + axis.extent - pre - post)

    def places(self, shape: Sequence[int]) -> int:
        return math.prod(axis.size for axis in self.axes(shape))

    def spans(self, shape: Sequence[int]) -> list[int]:
        return [axis.out + axis.pre + axis.post for axis in self.axes(shape)]

    def kernel_shape_of(self, channels: int) -> tuple[int, ...]:
        return (channels, self.final.num_output_maps // self.final.num_groups, *self.final.kernel_size_nd)

    def apply(self, x: F64, w: F64, b: F64 | None) -> F64:
        axes, groups, kernel = self.axes(x.shape), self.final.num_groups, self.final.kernel_size_nd
        y = np.zeros((*x.shape[:2], w.shape[2] * groups, *self.spans(x.shape)))
        taps = np.swapaxes(w.reshape(len(w), 1, groups, w.shape[1] // groups, w.shape[2], *kernel), 3, 4)
        for tap in np.ndindex(*kernel):
            spread: Any = (..., *(axis.at(t, axis.size) for t, axis in zip(tap, axes, strict=True)))
            y[spread] += grouped(x, taps[(..., *tap)])
        cut: Any = (..., *(slice(axis.pre, axis.pre + axis.out) for axis in axes))
        y = y[cut]
        return y if b is None else y + b.reshape(len(b), 1, -1, *[1] * len(kernel))

    def fast(self, x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> np.ndarray:
        return deconvolve(x, w, b, self.axes(x.shape), self.final.num_groups)


class Deconvolution(DeconvolutionNd):
    """The old spelling, 8.x only, for 2-D kernels."""

    method = "add_deconvolution"
