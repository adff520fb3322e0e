"""add_padding_nd and its old spelling add_padding. Source: NvInfer.h, IPaddingLayer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Dims, Layer, Tensor
from trtexp.numerics import Bounded, moved
from trtexp.numerics.budget import Work


class PaddingAttributes(Attributes):
    """Attributes of a padding layer."""

    pre_padding_nd: Dims = GIVEN
    """Zeros before the last two dimensions; a negative number cuts elements off."""
    post_padding_nd: Dims = GIVEN
    """Zeros after the last two dimensions; a negative number cuts elements off."""
    pre_padding: Dims | None = None
    """Old spelling of pre_padding_nd, 8.x only."""
    post_padding: Dims | None = None
    """Old spelling of post_padding_nd, 8.x only."""


class PaddingNd(Layer):
    """Zeros around the last two dimensions: x (…, H, W) -> (…, H + pre + post, W + pre + post), same dtype.

    C1: pre_padding and post_padding have 2 numbers. C2: the input is float or int8 and has rank 4 or more.
    C3: no dimension of the output is negative.
    """

    method, interface = "add_padding_nd", "IPaddingLayer"
    aliases = {"pre_padding": ("pre_padding_nd",), "post_padding": ("post_padding_nd",)}
    scaffold = """inputs: {x: {shape: [1, 1, 3, 3], arange: {start: 1}}}
        network: {pad: {$layer: {input: x, pre_padding: [1, 0], post_padding: [0, 1]}}}"""

    input: Tensor
    pre_padding: Dims
    post_padding: Dims
    set: PaddingAttributes = PaddingAttributes()

    def axes(self, shape: Sequence[int]) -> list[tuple[int, int, int]]:
        """(input size, pre padding, output size) of the last two dimensions."""
        pads = zip(shape[-2:], self.final.pre_padding_nd, self.final.post_padding_nd, strict=True)
        return [(size, pre, size + pre + post) for size, pre, post in pads]

    def check_inputs(self, x: Bounded) -> None:
        final = self.final
        for name, given in (("pre_padding_nd", final.pre_padding_nd), ("post_padding_nd", final.post_padding_nd)):
            if len(given) != 2:
                self.refuse(name, f"{given} given; give 2 numbers", "C1")
        if len(x.shape) < 4 or x.dtype not in ("float32", "float16", "bfloat16", "int8"):
            self.refuse("input", f"{x.dtype} {list(x.shape)}; give float or int8 of rank 4 or more", "C2")
        if any(out < 0 for *_, out in self.axes(x.shape)):
            self.refuse("post_padding_nd", f"more is cut off than the input {list(x.shape)} has", "C3")

    def work(self, x: Bounded) -> Work:
        return Work(math.prod(x.shape[:-2]) * math.prod(out for *_, out in self.axes(x.shape)))

    def evaluate(self, x: Bounded) -> Bounded:
        made = moved(self.padded, x)
        return replace(made, certified=made.certified | ~self.padded(np.ones(x.shape, bool)))

    def padded(self, x: np.ndarray) -> np.ndarray:
        """Copy the elements that the output still has into zeros."""
        axes = self.axes(x.shape)
        made = np.zeros((*x.shape[:-2], *(out for *_, out in axes)), x.dtype)
        kept = [(max(0, -pre), min(size, out - pre), pre) for size, pre, out in axes]
        if all(first < last for first, last, _ in kept):
            source: Any = (..., *(slice(first, last) for first, last, _ in kept))
            target: Any = (..., *(slice(first + pre, last + pre) for first, last, pre in kept))
            made[target] = x[source]
        return made


class Padding(PaddingNd):
    """The old spelling, 8.x only."""

    method = "add_padding"
