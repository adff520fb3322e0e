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
    kernel, stride, dilation, _, _ = layer.window()
    rank = len(kernel)
    demand(layer, len(shape) == rank + 2, f"{len(shape)} dimensions; ONNX takes a batch, channels and {rank} more")
    wanted = layer.kernel_shape_of(shape[1])
    if len(inputs) > 1 and inputs[1]:
        operands = [inputs[0], writer.reshape(inputs[1], wanted)]
    else:
        operands = [inputs[0], writer.shaped(arrays["kernel"], wanted)]
    maps = layer.state()["num_output_maps"]
    if len(inputs) > 2 and inputs[2]:
        operands.append(writer.reshape(inputs[2], [maps]))
    elif "bias" in arrays and writer.weights[arrays["bias"]].size:
        operands.append(writer.shaped(arrays["bias"], [maps]))
    axes = layer.spatial(shape)
    pres = [pre for _, pre, _ in axes]
    transposed = layer.word.startswith("de")
    if transposed:
        posts = [post for _, _, post in axes]
    else:
        geometry = zip(axes, shape[2:], kernel, stride, dilation, strict=True)
        posts = [max(0, (n - 1) * s + 1 + d * (k - 1) - pre - size) for (n, pre, _), size, k, s, d in geometry]
    writer.node(
        "ConvTranspose" if transposed else "Conv",
        operands,
        to,
        kernel_shape=kernel,
        strides=stride,
        dilations=dilation,
        pads=[*pres, *posts],
        group=layer.state().get("num_groups", 1),
    )


@EXPORTS("pooling", "pooling_nd")
def pooling(writer: Writer, layer: PoolingNd, to: str, inputs: Sequence[str]) -> None:
    """A window that reaches beyond the padding finds more of it, which an average that counts padding counts, too."""
    x, state = inputs[0], layer.state()
    axes, kind = layer.windows(writer.shape(x)), state["type"]
    demand(layer, len(writer.shape(x)) == len(axes) + 2, f"{len(writer.shape(x))} dimensions")
    excludes = state.get("average_count_excludes_padding", True)
    posts = [max(0, (out - 1) * stride + window - pre - size) for size, window, stride, pre, _, out in axes]
    dtype = writer.dtype(x)
    demand(layer, kind == "MAX" or dtype != "int8", f"an average of {dtype}")
    common: dict[str, Any] = {
        "kernel_shape": [window for _, window, *_ in axes],
        "strides": [stride for _, _, stride, *_ in axes],
        "pads": [*(pre for _, _, _, pre, _, _ in axes), *posts],
    }
    if kind == "MAX":
        writer.node("MaxPool", [x], to, **common)
    elif kind == "AVERAGE":
        writer.node("AveragePool", [x], to, **common, count_include_pad=int(not excludes))
    else:
        average = writer.node("AveragePool", [x], **common, count_include_pad=int(not excludes))
        blend = float(np.float32(state.get("blend_factor", 0.0)))
        shares = [(writer.node("MaxPool", [x], **common), 1 - blend), (average, blend)]
        writer.node("Add", [writer.node("Mul", [part, writer.scalar(share, x)]) for part, share in shares], to)


@EXPORTS("lrn")
def lrn(writer: Writer, layer: Lrn, to: str, inputs: Sequence[str]) -> None:
    state = layer.state()
    demand(layer, len(writer.shape(inputs[0])) == 4, "channels that are not axis 1")
    alpha, beta, k = (float(np.float32(state[name])) for name in ("alpha", "beta", "k"))
    writer.node("LRN", inputs, to, size=state["window_size"], alpha=alpha, beta=beta, bias=k)


@EXPORTS("resize")
def resize(writer: Writer, layer: Resize, to: str, inputs: Sequence[str]) -> None:
    state = layer.state()
    how, mode = layer.transformation(), state.get("resize_mode", "NEAREST")
    sizes, (given, numbers) = layer.output_shape(writer.known(inputs)), layer.given()
    upper = state.get("selector_for_single_pixel") == "UPPER"
    single = any(m == 1 != n for m, n in zip(sizes, writer.shape(inputs[0]), strict=True))
    demand(layer, 0 not in sizes, f"an empty output {sizes}")
    if single and upper and how == "HALF_PIXEL":
        how = "PYTORCH_HALF_PIXEL"
    elif single and upper:
        demand(layer, how == "ALIGN_CORNERS" or mode == "NEAREST", "selector UPPER, which ONNX has for HALF_PIXEL only")
    by_scales = given == "scales" and len(inputs) == 1
    factors = [writer.constant(numbers, "float32"), ""] if by_scales else ["", writer.ints(sizes)]
    writer.node(
        "Resize",
        [inputs[0], "", *factors],
        to,
        mode=mode.lower(),
        coordinate_transformation_mode=how.lower(),
        nearest_mode=ROUNDING[state.get("nearest_rounding", "FLOOR")] if mode == "NEAREST" else None,
        cubic_coeff_a=float(np.float32(state.get("cubic_coeff", -0.75))) if mode == "CUBIC" else None,
        exclude_outside=int(state.get("exclude_outside", False)) if mode == "CUBIC" else None,
    )


@EXPORTS("grid_sample")
def grid_sample(writer: Writer, layer: GridSample, to: str, inputs: Sequence[str]) -> None:
    state = layer.state()
    writer.node(
        "GridSample",
        inputs,
        to,
        mode=state.get("interpolation_mode", "LINEAR").lower(),
        padding_mode=OUTSIDE[state.get("sample_mode", "FILL")],
        align_corners=int(state.get("align_corners", False)),
    )
