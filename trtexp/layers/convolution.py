"""add_convolution_nd and its old spelling add_convolution. Source: NvInfer.h, IConvolutionLayer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from trtexp.layers.base import Dims, Tensor, Weights
from trtexp.layers.geometry import Axis, convolved
from trtexp.layers.unrolled import convolve
from trtexp.layers.window import Window, WindowAttributes, grouped
from trtexp.numerics import F64


class ConvolutionAttributes(WindowAttributes):
    """Attributes of a convolution."""

    dilation: Dims | None = None
    """Old spelling of dilation_nd, 8.x only."""


class ConvolutionNd(Window):
    """Cross-correlate: x (…, C, *I) with a kernel (K, C/groups, *F) and a bias (K,) -> (…, K, *O)."""

    method, interface = "add_convolution_nd", "IConvolutionLayer"
    of_rtx = ("int8",)
    scaffold = """inputs: {x: {shape: [1, 1, 3, 3], arange: {start: 1}}}
        weights: {w: {shape: [1, 1, 2, 2], powers: {base: 10, first: 0, last: 3}}}
        network: {conv: {$layer: {input: x, num_output_maps: 1, kernel_shape: [2, 2], kernel: w}}}"""

    input: Tensor
    num_output_maps: int
    kernel_shape: Dims
    kernel: Weights
    """K · C / groups · volume elements in the order (K, C/groups, *F); empty if input 1 is set."""
    bias: Weights | None = None
    set: ConvolutionAttributes = ConvolutionAttributes()

    def placed(self, axis: Axis) -> Axis:
        return convolved(self.final.padding_mode, axis)

    def places(self, shape: Sequence[int]) -> int:
        return math.prod(axis.out for axis in self.axes(shape))

    def spans(self, shape: Sequence[int]) -> list[int]:
        return [axis.pre + axis.size + axis.behind for axis in self.axes(shape)]

    def kernel_shape_of(self, channels: int) -> tuple[int, ...]:
        return (self.final.num_output_maps, channels // self.final.num_groups, *self.final.kernel_size_nd)

    def apply(self, x: F64, w: F64, b: F64 | None) -> F64:
        axes, groups, kernel = self.axes(x.shape), self.final.num_groups, self.final.kernel_size_nd
        y = np.zeros((*x.shape[:2], w.shape[1], *(axis.out for axis in axes)))
        # The window may read past the padding (ROUND_UP): zeros up to the last tap of the last step.
        padded: F64 = np.pad(x, [(0, 0), (0, 0), (0, 0), *((axis.pre, axis.behind) for axis in axes)])
        taps = w.reshape(len(w), 1, groups, w.shape[1] // groups, w.shape[2], *kernel)
        for tap in np.ndindex(*kernel):
            window: Any = (..., *(axis.at(t, axis.out) for t, axis in zip(tap, axes, strict=True)))
            y += grouped(padded[window], taps[(..., *tap)])
        return y if b is None else y + b.reshape(len(b), 1, -1, *[1] * len(kernel))

    def fast(self, x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> np.ndarray:
        return convolve(x, w, b, self.axes(x.shape), self.final.num_groups)


class Convolution(ConvolutionNd):
    """The old spelling, 8.x only, for 2-D kernels."""

    method = "add_convolution"
