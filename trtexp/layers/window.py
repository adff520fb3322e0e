"""The sliding window that convolution and deconvolution share: attributes, padding modes, constraints.

Source: NvInfer.h, IConvolutionLayer, IDeconvolutionLayer and PaddingMode; shapes checked on TensorRT-RTX 1.7.1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from trtexp.layers.base import Attributes, Dims, Layer, PaddingMode, Weights
from trtexp.numerics import F64, Arithmetic, Bounded, dot_product, moved

MOST_ELEMENTS, MOST_PRODUCTS = 2**24, 2**30
MOST_TAPS = {2: 65_536, 3: 2**24}  # a kernel's volume stays below this, by its rank


class WindowAttributes(Attributes):
    """Attributes of a convolution or a deconvolution."""

    num_output_maps: int | None = None
    """The number of output maps (channels of the output)."""
    kernel_size_nd: Dims | None = None
    """The kernel's spatial shape."""
    stride_nd: Dims | None = None
    """Step of the window; for a deconvolution the distance between two inputs in the output. Default 1."""
    padding_nd: Dims | None = None
    """Writes pre_padding and post_padding at once. Default 0."""
    pre_padding: Dims | None = None
    """Zeros before the input; for a deconvolution what is cut off the front of the output. Default 0."""
    post_padding: Dims | None = None
    """Zeros after the input; for a deconvolution what is cut off the end of the output. Default 0."""
    padding_mode: PaddingMode | None = None
    """How padding and output shape are found; SAME_* ignore the explicit paddings. Default EXPLICIT_ROUND_DOWN."""
    dilation_nd: Dims | None = None
    """Distance between two taps of the kernel. Default 1."""
    num_groups: int | None = None
    """Into how many groups the channels are split. Default 1."""
    kernel: Weights | None = None
    """The kernel, as many elements as its shape asks for."""
    bias: Weights | None = None
    """One number per output map."""
    kernel_size: Dims | None = None
    """Old spelling of kernel_size_nd, 8.x only."""
    stride: Dims | None = None
    """Old spelling of stride_nd, 8.x only."""
    padding: Dims | None = None
    """Old spelling of padding_nd, 8.x only."""


class Window(Layer):
    """A kernel of r spatial dimensions over the last r dimensions of (…, C, *I); r is 2 or 3.

    C1: the kernel has 2 or 3 dimensions, each at least 1, with a volume below 65,536 (2-D) or 2^24 (3-D).
    C2: the input is float and has at least r + 2 dimensions. C3: num_output_maps is at least 1.
    C4: stride, dilation and the paddings have r numbers; stride and dilation at least 1, padding at least 0.
    C5: num_groups divides the input's channels and the output maps.
    C6: the kernel has C · K / groups · volume elements, or none and input 1 is set.
    C7: the bias has K elements, or none. C8: no dimension of the output is negative.
    C9: the reference is of a size that can be computed: at most 2^24 elements of output, 2^30 products.
    """

    most_inputs: ClassVar[int] = 3  # input, kernel, bias
    set: WindowAttributes = WindowAttributes()
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "kernel_shape": ("kernel_size_nd",),
        "kernel_size": ("kernel_size_nd",),
        "stride": ("stride_nd",),
        "padding": ("pre_padding", "post_padding"),
        "padding_nd": ("pre_padding", "post_padding"),
        "dilation": ("dilation_nd",),
    }

    def window(self) -> tuple[list[int], list[int], list[int], list[int], list[int]]:
        """kernel, stride, dilation, pre and post padding, each with one number per spatial dimension."""
        state = self.state()
        kernel = state["kernel_size_nd"]
        one, zero = [1] * len(kernel), [0] * len(kernel)
        return (
            kernel,
            state.get("stride_nd", one),
            state.get("dilation_nd", one),
            state.get("pre_padding", zero),
            state.get("post_padding", zero),
        )

    def geometry(self, size: int, kernel: int, stride: int, dilation: int, pre: int, post: int) -> tuple[int, int, int]:
        """(output size, pre, post) along one dimension, after the padding mode has had its say."""
        raise NotImplementedError

    def spatial(self, shape: Sequence[int]) -> list[tuple[int, int, int]]:
        """`geometry` of each spatial dimension of the input's shape."""
        window = self.window()
        sizes = shape[-len(window[0]) :]
        return [self.geometry(*axis) for axis in zip(sizes, *window, strict=True)]

    def spans(self, shape: Sequence[int]) -> list[int]:
        """Elements along each spatial dimension of the largest array that `apply` makes."""
        raise NotImplementedError

    def kernel_shape_of(self, channels: int) -> tuple[int, ...]:
        """The kernel's shape with its channel axes."""
        raise NotImplementedError

    def apply(self, x: F64, w: F64, b: F64 | None) -> F64:
        """The operator in float64, on V variants at once: x (V, N, C, *I), w (V, and its own axes), b (V, K)."""
        raise NotImplementedError

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        state, shape = self.state(), inputs[0].shape
        kernel, *rest = self.window()
        rank = len(kernel)
        if rank not in MOST_TAPS or min(kernel) < 1 or math.prod(kernel) >= MOST_TAPS[rank]:
            self.refuse("kernel_size_nd", f"{kernel} is no kernel; give 2 or 3 dimensions of at least 1", "C1")
        if len(shape) < rank + 2:
            self.refuse(
                "input", f"{list(shape)} has rank {len(shape)}; a {rank}-D kernel needs {rank + 2} or more", "C2"
            )
        if inputs[0].dtype not in ("float32", "float16", "bfloat16", "float8e4m3"):
            self.refuse("input", f"a tensor of {inputs[0].dtype}; give a float tensor", "C2")
        if state["num_output_maps"] < 1:
            self.refuse("num_output_maps", f"{state['num_output_maps']} given; give 1 or more", "C3")
        for name, least, value in zip(
            ("stride_nd", "dilation_nd", "pre_padding", "post_padding"), (1, 1, 0, 0), rest, strict=True
        ):
            if len(value) != rank or min(value) < least:
                self.refuse(name, f"{value} given; give {rank} numbers of at least {least}", "C4")
        channels, maps, groups = shape[-rank - 1], state["num_output_maps"], state.get("num_groups", 1)
        if groups < 1 or channels % groups or maps % groups:
            self.refuse("num_groups", f"{groups} does not divide {channels} channels and {maps} output maps", "C5")
        wanted = self.kernel_shape_of(channels)
        count = _operand(inputs, weights, 1, "kernel").ref.size
        if count != math.prod(wanted):
            message = f"{count} elements; a kernel {list(wanted)} has {math.prod(wanted)}"
            self.refuse("kernel", message, "C6")
        if 1 in self.set_input and weights["kernel"].ref.size:
            self.refuse("kernel", "given both as weights and as input 1; make the weights empty (shape: [0])", "C6")
        bias = _operand(inputs, weights, 2, "bias")
        if bias is not None and bias.ref.size not in (0, maps):
            self.refuse("bias", f"{bias.ref.size} elements for {maps} output maps", "C7")
        if any(size < 0 for size, _, _ in self.spatial(shape)):
            sizes = [size for size, _, _ in self.spatial(shape)]
            self.refuse("pre_padding", f"the output would have spatial shape {sizes}; pad less", "C8")
        batch, made = math.prod(shape[: -rank - 1]), math.prod(self.spans(shape))
        elements, products = batch * made * max(channels, maps), batch * made * count
        if elements > MOST_ELEMENTS or products > MOST_PRODUCTS:
            message = f"{elements} elements and {products} products; give at most {MOST_ELEMENTS} and {MOST_PRODUCTS}"
            self.refuse("kernel_size_nd", message, "C9")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x = inputs[0]
        rank = len(self.window()[0])
        batch = x.shape[: -rank - 1]
        folded = _reshaped(x, (int(np.prod(batch, dtype=np.int64)), *x.shape[-rank - 1 :]))
        w = _reshaped(_operand(inputs, weights, 1, "kernel"), self.kernel_shape_of(x.shape[-rank - 1]))
        bias = _operand(inputs, weights, 2, "bias")
        b = None if bias is None or bias.ref.size == 0 else _reshaped(bias, (bias.ref.size,))
        y = dot_product(self.apply, folded, w, b, arithmetic, stacked=True)
        return (_reshaped(y, (*batch, *y.shape[1:])),)


def _operand(inputs: Sequence[Bounded], weights: Mapping[str, Bounded], index: int, name: str) -> Any:
    """The kernel or the bias: the input of that index if one is set, else the weights, else None."""
    given = inputs[index] if len(inputs) > index else None
    return weights.get(name) if given is None else given


def _reshaped(x: Bounded, shape: tuple[int, ...]) -> Bounded:
    return moved(lambda part: part.reshape(shape), x)


def grouped(x: F64, w: F64) -> F64:
    """One tap: x (V, N, C, *O) by w (V, 1, groups, K/groups, C/groups) -> (V, N, K, *O), each group on its channels."""
    variants, n, channels, *spatial = x.shape
    split = x.reshape(variants, n, w.shape[2], channels // w.shape[2], math.prod(spatial))
    product: F64 = np.matmul(w, split).reshape(variants, n, w.shape[2] * w.shape[3], *spatial)
    return product
