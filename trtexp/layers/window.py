"""The sliding window that convolution and deconvolution share: attributes, padding modes, constraints.

Source: NvInfer.h, IConvolutionLayer, IDeconvolutionLayer and PaddingMode; shapes checked on TensorRT-RTX 1.7.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Default, Dims, Layer, Maybe, PaddingMode, Weights
from trtexp.layers.geometry import Axis
from trtexp.numerics import (
    F64,
    MOST,
    UNIT,
    Arithmetic,
    Bounded,
    Family,
    Plenty,
    converted,
    dot_product,
    moved,
    undetermined,
)
from trtexp.numerics.budget import OF_MATRICES, Work
from trtexp.numerics.linear import matmul

FLOATS = ("float32", "float16", "bfloat16", "float8e4m3")
MOST_TAPS = {2: 65_536, 3: 2**24}  # a kernel's volume stays below this, by its rank


class WindowAttributes(Attributes):
    """Attributes of a convolution or a deconvolution."""

    num_output_maps: int = GIVEN
    """The number of output maps (channels of the output)."""
    kernel_size_nd: Dims = GIVEN
    """The kernel's spatial shape."""
    stride_nd: Annotated[Dims | None, Default(1)] = None
    """Step of the window; for a deconvolution the distance between two inputs in the output."""
    padding_nd: Annotated[Dims | None, Default(0)] = None
    """Writes pre_padding and post_padding at once."""
    pre_padding: Annotated[Dims | None, Default(0)] = None
    """Zeros before the input; for a deconvolution what is cut off the front of the output."""
    post_padding: Annotated[Dims | None, Default(0)] = None
    """Zeros after the input; for a deconvolution what is cut off the end of the output."""
    padding_mode: PaddingMode = "EXPLICIT_ROUND_DOWN"
    """How padding and output shape are found; SAME_* ignore the explicit paddings."""
    dilation_nd: Annotated[Dims | None, Default(1)] = None
    """Distance between two taps of the kernel."""
    num_groups: int = 1
    """Into how many groups the channels are split."""
    kernel: Weights = GIVEN
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
    C9: in RTX kernel and bias have the type of the input; it has convolutions of int8, too, whose numbers are
    undetermined since nothing says how they are scaled, and no deconvolution of bfloat16 (1.7.1).
    """

    operands = ("input", "kernel", "bias")
    of_rtx: ClassVar[tuple[str, ...]] = ()  # the types that RTX takes besides floats
    not_of_rtx: ClassVar[tuple[str, ...]] = ()  # the floats that it does not take
    set: WindowAttributes = WindowAttributes()
    aliases = {
        "kernel_shape": ("kernel_size_nd",),
        "kernel_size": ("kernel_size_nd",),
        "stride": ("stride_nd",),
        "padding": ("pre_padding", "post_padding"),
        "padding_nd": ("pre_padding", "post_padding"),
        "dilation": ("dilation_nd",),
    }

    def window(self) -> tuple[Dims, Dims, Dims, Dims, Dims]:
        """kernel, stride, dilation, pre and post padding, each with one number per spatial dimension."""
        final = self.final
        one, zero = [1] * len(final.kernel_size_nd), [0] * len(final.kernel_size_nd)
        return (
            final.kernel_size_nd,
            one if final.stride_nd is None else final.stride_nd,
            one if final.dilation_nd is None else final.dilation_nd,
            zero if final.pre_padding is None else final.pre_padding,
            zero if final.post_padding is None else final.post_padding,
        )

    def placed(self, axis: Axis) -> Axis:
        """An axis after the padding mode has had its say."""
        raise NotImplementedError

    def axes(self, shape: Sequence[int]) -> list[Axis]:
        """The spatial dimensions of an input of that shape, placed once for all that ask for them."""
        kernel, *rest = self.window()
        spatial = tuple(shape[-len(kernel) :])
        if spatial not in self._axes:
            numbers = zip(spatial, kernel, *rest, strict=True)
            self._axes[spatial] = [self.placed(Axis(*each)) for each in numbers]
        return self._axes[spatial]

    @cached_property
    def _axes(self) -> dict[tuple[int, ...], list[Axis]]:
        return {}

    def places(self, shape: Sequence[int]) -> int:
        """How often each number of the kernel is a factor, for one image of the batch."""
        raise NotImplementedError

    def spans(self, shape: Sequence[int]) -> list[int]:
        """Elements along each spatial dimension of the largest array that `apply` makes."""
        raise NotImplementedError

    def kernel_shape_of(self, channels: int) -> tuple[int, ...]:
        """The kernel's shape with its channel axes."""
        raise NotImplementedError

    def apply(self, x: F64, w: F64, b: F64 | None) -> F64:
        """The operator in float64, on V variants at once: x (V, N, C, *I), w (V, and its own axes), b (V, K)."""
        raise NotImplementedError

    def fast(self, x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> np.ndarray:
        """The same on one variant without its axis, in the operands' own type and any order of its sums."""
        raise NotImplementedError

    def operand(self, name: str, tensor: Maybe, array: Maybe) -> Maybe:
        if name == "kernel" and tensor is not None and array is not None and array.ref.size:
            self.refuse("kernel", "given both as weights and as input 1; make the weights empty (shape: [0])", "C6")
        return super().operand(name, tensor, array)

    def check_inputs(self, x: Bounded, kernel: Bounded, bias: Maybe, *, family: Family | None) -> None:
        maps, groups, shape, count = self.final.num_output_maps, self.final.num_groups, x.shape, kernel.ref.size
        size, *rest = self.window()
        rank = len(size)
        if rank not in MOST_TAPS or min(size) < 1 or math.prod(size) >= MOST_TAPS[rank]:
            self.refuse("kernel_size_nd", f"{size} is no kernel; give 2 or 3 dimensions of at least 1", "C1")
        if len(shape) < rank + 2:
            message = f"{list(shape)} has rank {len(shape)}; a {rank}-D kernel needs {rank + 2} or more"
            self.refuse("input", message, "C2")
        if x.dtype not in FLOATS and (x.dtype not in self.of_rtx or family not in (None, "tensorrt-rtx")):
            self.refuse("input", f"a tensor of {x.dtype}; give a float tensor", "C2")
        if family == "tensorrt-rtx" and x.dtype in self.not_of_rtx:
            self.refuse("input", f"a tensor of {x.dtype}, which RTX has not; give another float tensor", "C9")
        if maps < 1:
            self.refuse("num_output_maps", f"{maps} given; give 1 or more", "C3")
        for name, least, value in zip(
            ("stride_nd", "dilation_nd", "pre_padding", "post_padding"), (1, 1, 0, 0), rest, strict=True
        ):
            if len(value) != rank or min(value) < least:
                self.refuse(name, f"{value} given; give {rank} numbers of at least {least}", "C4")
        channels = shape[-rank - 1]
        if groups < 1 or channels % groups or maps % groups:
            self.refuse("num_groups", f"{groups} does not divide {channels} channels and {maps} output maps", "C5")
        wanted = self.kernel_shape_of(channels)
        if count != math.prod(wanted):
            self.refuse("kernel", f"{count} elements; a kernel {list(wanted)} has {math.prod(wanted)}", "C6")
        if bias is not None and bias.ref.size not in (0, maps):
            self.refuse("bias", f"{bias.ref.size} elements for {maps} output maps", "C7")
        sizes = [axis.out for axis in self.axes(shape)]
        if min(sizes) < 0:
            self.refuse("pre_padding", f"the output would have spatial shape {sizes}; pad less", "C8")
        for name, array in (("kernel", kernel), ("bias", bias)):
            if (
                family == "tensorrt-rtx"
                and array is not None
                and (array.ref.size or name == "kernel")
                and array.dtype != x.dtype
            ):
                self.refuse(name, f"{array.dtype} beside an input of {x.dtype}; RTX takes one type", "C9")

    def work(self, x: Bounded, kernel: Bounded, bias: Maybe) -> Work:
        size = self.final.kernel_size_nd
        made = math.prod(x.shape[: -len(size) - 1]) * math.prod(self.spans(x.shape))
        touched = made * (x.shape[-len(size) - 1] + self.final.num_output_maps)  # by each tap
        return Work(2 * touched, math.prod(size) * touched + made * kernel.ref.size // OF_MATRICES)

    def evaluate(self, x: Bounded, kernel: Bounded, bias: Maybe, *, arithmetic: Arithmetic) -> Bounded:
        split = len(x.shape) - len(self.final.kernel_size_nd) - 1  # of the batch from the channels
        batch, behind = x.shape[:split], x.shape[split:]
        if (dtype := x.dtype) not in UNIT:
            x, kernel = converted(x, "float32"), converted(kernel, "float32")
            wide = self.evaluate(x, kernel, bias, arithmetic=arithmetic)
            made = moved(np.zeros_like, converted(wide, dtype))
            return undetermined(made, np.ones(made.shape, bool))
        folded = _reshaped(x, (math.prod(batch), *behind))
        w = _reshaped(kernel, self.kernel_shape_of(behind[0]))
        b = None if bias is None or bias.ref.size == 0 else _reshaped(bias, (bias.ref.size,))
        runs = (math.prod(self.final.kernel_size_nd), behind[0] // self.final.num_groups)
        many = math.prod(batch) * kernel.ref.size * self.places(x.shape) > MOST
        plenty = Plenty(self.fast, math.prod(runs)) if many else None
        y = dot_product(self.apply, folded, w, b, arithmetic, stacked=True, runs=runs, plenty=plenty)
        return _reshaped(y, (*batch, *y.shape[1:]))


def _reshaped(x: Bounded, shape: tuple[int, ...]) -> Bounded:
    return moved(lambda part: part.reshape(shape), x)


def grouped(x: F64, w: F64) -> F64:
    """One tap: x (V, N, C, *O) by w (V, 1, groups, K/groups, C/groups) -> (V, N, K, *O), each group on its channels."""
    variants, n, channels, *spatial = x.shape
    split = x.reshape(variants, n, w.shape[2], channels // w.shape[2], math.prod(spatial))
    product: F64 = matmul(w, split).reshape(variants, n, w.shape[2] * w.shape[3], *spatial)
    return product
