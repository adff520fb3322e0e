"""add_fully_connected, 8.x only. Source: NvInfer.h, IFullyConnectedLayer."""

from __future__ import annotations

import math

from trtexp.layers.base import GIVEN, Described, Layer, Maybe, Tensor, Typed, Weights
from trtexp.numerics import F64, Arithmetic, Bounded, dot_product, moved
from trtexp.numerics.budget import OF_MATRICES, Work
from trtexp.numerics.linear import matmul


class FullyConnectedAttributes(Typed, Described):
    """Attributes of a fully connected layer, which no release shares among GPUs."""

    num_output_channels: int = GIVEN
    """K, the number of outputs."""
    kernel: Weights = GIVEN
    """K rows of C · H · W numbers."""
    bias: Weights | None = None
    """One number per output."""


class FullyConnected(Layer):
    """x (*M, C, H, W) -> (*M, K, 1, 1): each block of C · H · W elements by a kernel (K, C · H · W), plus a bias.

    C1: the input is float and has rank 4 or more. C2: num_outputs is at least 1. C3: the kernel has K · C · H · W
    elements. C4: the bias has K elements, or none.
    """

    method, interface = "add_fully_connected", "IFullyConnectedLayer"
    more_operands = ("kernel", "bias")
    scaffold = """inputs: {x: {shape: [2, 3, 1, 1], arange: {start: 1}}}
        weights: {w: {shape: [2, 3], powers: {base: 10, first: 0, last: 5}}}
        network: {y: {fully_connected: {input: x, num_outputs: 2, kernel: w}}}"""
    aliases = {"num_outputs": ("num_output_channels",)}

    input: Tensor
    num_outputs: int
    kernel: Weights
    bias: Weights | None = None
    set: FullyConnectedAttributes = FullyConnectedAttributes()  # type: ignore[assignment]

    def check_inputs(self, x: Bounded, kernel: Bounded, bias: Maybe) -> None:
        outputs = self.final.num_output_channels
        if len(x.shape) < 4 or x.dtype not in ("float32", "float16"):
            self.refuse("input", f"{x.dtype} {list(x.shape)}; give float of rank 4 or more", "C1")
        if outputs < 1:
            self.refuse("num_output_channels", f"{outputs} given; give 1 or more", "C2")
        count, wanted = kernel.ref.size, outputs * math.prod(x.shape[-3:])
        if count != wanted:
            self.refuse("kernel", f"{count} elements; {outputs} outputs of x {list(x.shape)} take {wanted}", "C3")
        if bias is not None and bias.ref.size not in (0, outputs):
            self.refuse("bias", f"{bias.ref.size} elements for {outputs} outputs", "C4")

    def work(self, x: Bounded, kernel: Bounded, bias: Maybe) -> Work:
        made = math.prod(x.shape[:-3]) * self.final.num_output_channels
        return Work(made, made * math.prod(x.shape[-3:]) // OF_MATRICES)

    def evaluate(self, x: Bounded, kernel: Bounded, bias: Maybe, *, arithmetic: Arithmetic) -> Bounded:
        outputs = self.final.num_output_channels
        shape = (*x.shape[:-3], outputs, 1, 1)

        def apply(part: F64, w: F64, b: F64 | None) -> F64:
            rows = part.reshape(-1, math.prod(x.shape[-3:]))
            made: F64 = matmul(rows, w.reshape(outputs, -1).T)
            return (made if b is None else made + b).reshape(shape)

        given = None if bias is None or bias.ref.size == 0 else moved(lambda part: part.reshape(-1), bias)
        return dot_product(apply, x, kernel, given, arithmetic, runs=(1, math.prod(x.shape[-3:])))
