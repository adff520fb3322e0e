"""Convolution, deconvolution, pooling, LRN, resize. Paddings are written out, whatever the padding mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from trtexp.export.writer import Exports, Writer, demand
from trtexp.layers.grid_sample import GridSample
from trtexp.layers.lrn import Lrn
from trtexp.layers.pooling import PoolingNd
from trtexp.layers.resize import Resize
from trtexp.layers.window import Window

EXPORTS = Exports()

OUTSIDE = {"CLAMP": "border", "FILL": "zeros", "REFLECT": "reflection"}
ROUNDING = {"HALF_UP": "round_prefer_ceil", "HALF_DOWN": "round_prefer_floor", "FLOOR": "floor", "CEIL": "ceil"}


@EXPORTS("convolution", "convolution_nd", "deconvolution", "deconvolution_nd")
def convolution(writer: Writer, layer: Window, to: str, inputs: Sequence[str]) -> None:
    shape, arrays = writer.shape(inputs[0]), {name: array for _, name, array in layer.weight_arrays()}
    rank, maps = len(layer.final.kernel_size_nd), layer.final.num_output_maps
    demand(layer, len(shape) == rank + 2, f"{len(shape)} dimensions; ONNX takes a batch, channels and {rank} more")
    wanted = layer.kernel_shape_of(shape[1])
    if len(inputs) > 1 and inputs[1]:
        operands = [inputs[0], writer.reshape(inputs[1], wanted)]
    else:
        operands = [inputs[0], writer.shaped(arrays["kernel"], wanted)]
    if len(inputs) > 2 and inputs[2]:
        operands.append(writer.reshape(inputs[2], [maps]))
    elif "bias" in arrays and writer.weights[arrays["bias"]].size:
        operands.append(writer.shaped(arrays["bias"], [maps]))
    axes, transposed = layer.axes(shape), layer.word.startswith("de")
    posts = [axis.post if transposed else axis.behind for axis in axes]
    writer.node(
        "ConvTranspose" if transposed else "Conv",
        operands,
        to,
        kernel_shape=[axis.taps for axis in axes],
        strides=[axis.stride for axis in axes],
        dilations=[axis.dilation for axis in axes],
        pads=[*(axis.pre for axis in axes), *posts],
        group=layer.final.num_groups,
    )


@EXPORTS("pooling", "pooling_nd")
def pooling(writer: Writer, layer: PoolingNd, to: str, inputs: Sequence[str]) -> None:
    """A window that reaches beyond the padding finds more of it, which an average that counts padding counts, too."""
    x, kind = inputs[0], layer.final.type
    axes = layer.axes(writer.shape(x))
    demand(layer, len(writer.shape(x)) == len(axes) + 2, f"{len(writer.shape(x))} dimensions")
    dtype = writer.dtype(x)
    demand(layer, kind == "MAX" or dtype != "int8", f"an average of {dtype}")
    common: dict[str, Any] = {
        "kernel_shape": [axis.taps for axis in axes],
        "strides": [axis.stride for axis in axes],
        "pads": [*(axis.pre for axis in axes), *(axis.behind for axis in axes)],
    }
    counts = int(not layer.final.average_count_excludes_padding)
    if kind == "MAX":
        writer.node("MaxPool", [x], to, **common)
    elif kind == "AVERAGE":
        writer.node("AveragePool", [x], to, **common, count_include_pad=counts)
    else:
        average = writer.node("AveragePool", [x], **common, count_include_pad=counts)
        blend = float(np.float32(layer.final.blend_factor))
        shares = [(writer.node("MaxPool", [x], **common), 1 - blend), (average, blend)]
        writer.node("Add", [writer.node("Mul", [part, writer.scalar(share, x)]) for part, share in shares], to)


@EXPORTS("lrn")
def lrn(writer: Writer, layer: Lrn, to: str, inputs: Sequence[str]) -> None:
    final = layer.final
    demand(layer, len(writer.shape(inputs[0])) == 4, "channels that are not axis 1")
    alpha, beta, k = (float(np.float32(v)) for v in (final.alpha, final.beta, final.k))
    writer.node("LRN", inputs, to, size=final.window_size, alpha=alpha, beta=beta, bias=k)


@EXPORTS("resize")
def resize(writer: Writer, layer: Resize, to: str, inputs: Sequence[str]) -> None:
    final, how, mode = layer.final, layer.transformation(), layer.final.resize_mode
    sizes, numbers = layer.output_shape(*writer.operands(layer, inputs)), layer.factors()
    upper = final.selector_for_single_pixel == "UPPER"
    single = any(m == 1 != n for m, n in zip(sizes, writer.shape(inputs[0]), strict=True))
    demand(layer, 0 not in sizes, f"an empty output {sizes}")
    if single and upper and how == "HALF_PIXEL":
        how = "PYTORCH_HALF_PIXEL"
    elif single and upper:
        demand(layer, how == "ALIGN_CORNERS" or mode == "NEAREST", "selector UPPER, which ONNX has for HALF_PIXEL only")
    by_scales = numbers is not None and len(inputs) == 1
    factors = [writer.constant(numbers, "float32"), ""] if by_scales else ["", writer.ints(sizes)]
    writer.node(
        "Resize",
        [inputs[0], "", *factors],
        to,
        mode=mode.lower(),
        coordinate_transformation_mode=how.lower(),
        nearest_mode=ROUNDING[final.nearest_rounding] if mode == "NEAREST" else None,
        cubic_coeff_a=float(np.float32(final.cubic_coeff)) if mode == "CUBIC" else None,
        exclude_outside=int(final.exclude_outside) if mode == "CUBIC" else None,
    )


@EXPORTS("grid_sample")
def grid_sample(writer: Writer, layer: GridSample, to: str, inputs: Sequence[str]) -> None:
    writer.node(
        "GridSample",
        inputs,
        to,
        mode=layer.final.interpolation_mode.lower(),
        padding_mode=OUTSIDE[layer.final.sample_mode],
        align_corners=int(layer.final.align_corners),
    )
