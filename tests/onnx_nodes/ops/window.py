"""Windows: convolution, deconvolution, pooling. One spatial dimension becomes two, as in TensorRT's parser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts

MODES = {"SAME_UPPER": "SAME_UPPER", "SAME_LOWER": "SAME_LOWER"}


def two_dimensional(
    b: Builder, x: str, attributes: dict[str, list[int]], make: Callable[[str, dict[str, list[int]]], str]
) -> str:
    """`make` on an input with two spatial dimensions at least; attributes hold a number per dimension."""
    if b.rank(x) != 3:
        return make(x, attributes)
    neutral = {"kernel": 1, "strides": 1, "dilations": 1, "pre": 0, "post": 0}
    wide = b.reshape(x, [*b.shape(x), 1])
    made = make(wide, {k: [*v, neutral[k]] for k, v in attributes.items()})
    return b.reshape(made, b.shape(made)[:-1])


def geometry(node: Node, kernel: list[int]) -> dict[str, list[int]]:
    """The attributes that all windows share."""
    pads = node.get("pads") or [0] * 2 * len(kernel)
    return {
        "kernel": kernel,
        "strides": node.get("strides") or [1] * len(kernel),
        "dilations": node.get("dilations") or [1] * len(kernel),
        "pre": pads[: len(kernel)],
        "post": pads[len(kernel) :],
    }


def assigned(node: Node, sizes: dict[str, list[int]]) -> dict[str, Any]:
    """What is assigned to the layer."""
    made: dict[str, Any] = {"stride_nd": sizes["strides"]}
    if node.get("auto_pad", "NOTSET") in MODES:
        return made | {"padding_mode": MODES[node.get("auto_pad")]}
    return made | {"pre_padding": sizes["pre"], "post_padding": sizes["post"]}


@converts("Conv", "ConvTranspose")
def convolution(b: Builder, node: Node) -> str:
    shape = b.shape(node[1])
    groups, transposed = node.get("group", 1), node.op == "ConvTranspose"
    maps = shape[1] * groups if transposed else shape[0]
    kernel, given = b.array_from(node[1]), node.given(2)
    bias = None if given is None else b.array_from(given)
    sizes = geometry(node, list(shape[2:]))
    extra = transposed_padding(b, node, sizes) if transposed else []

    def make(x: str, sizes: dict[str, list[int]]) -> str:
        rest = {} if sizes["dilations"] == [1] * len(sizes["dilations"]) else {"dilation_nd": sizes["dilations"]}
        return b.add(
            "deconvolution_nd" if transposed else "convolution_nd",
            input=x,
            num_output_maps=maps,
            kernel_shape=sizes["kernel"],
            kernel=kernel,
            bias=bias,
            set={**assigned(node, sizes), "num_groups": groups, **rest},
        )

    made = two_dimensional(b, node[0], sizes, make)
    if not any(extra):
        return made
    if bias is not None:
        raise ExcludedError("option", "output_padding behind the full result, with a bias")
    begin, wanted = [0] * b.rank(made), list(b.shape(made))
    wanted[2:] = [n + more for n, more in zip(wanted[2:], extra, strict=True)]
    return b.add("slice", input=made, start=begin, shape=wanted, stride=[1] * len(wanted), set={"mode": "FILL"})


def transposed_padding(b: Builder, node: Node, sizes: dict[str, list[int]]) -> list[int]:
    """Brings output_shape and output_padding into the paddings; what lies behind the full result remains."""
    spatial = b.shape(node[0])[2:]
    more = node.get("output_padding") or [0] * len(spatial)
    extents = [1 + d * (k - 1) for k, d in zip(sizes["kernel"], sizes["dilations"], strict=True)]
    full = [(n - 1) * s + e for n, s, e in zip(spatial, sizes["strides"], extents, strict=True)]
    wanted = node.get("output_shape")
    mode = node.get("auto_pad", "NOTSET")
    if wanted is None and mode in MODES:
        wanted = [n * s for n, s in zip(spatial, sizes["strides"], strict=True)]
    extra = []
    if wanted is None:
        sizes["post"] = [post - m for post, m in zip(sizes["post"], more, strict=True)]
    else:
        totals = [max(n + m - w, 0) for n, m, w in zip(full, more, wanted, strict=True)]
        sizes["pre"] = [t - t // 2 if mode == "SAME_LOWER" else t // 2 for t in totals]
        sizes["post"] = [n - w - pre for n, w, pre in zip(full, wanted, sizes["pre"], strict=True)]
    extra = [max(-post, 0) for post in sizes["post"]]
    sizes["post"] = [max(post, 0) for post in sizes["post"]]
    return extra


@converts("MaxPool", "AveragePool")
def pooling(b: Builder, node: Node) -> str:
    sizes = geometry(node, node.get("kernel_shape"))
    if len(node.wanted) > 1:
        raise ExcludedError("option", "indices of the maxima")
    if any(d != 1 for d in sizes["dilations"]):
        raise ExcludedError("option", "dilations")
    return pooled(b, node, "MAX" if node.op == "MaxPool" else "AVERAGE", node[0], sizes)


def pooled(b: Builder, node: Node, kind: str, x: str, sizes: dict[str, list[int]]) -> str:
    """A pooling layer."""
    mode = {"padding_mode": "EXPLICIT_ROUND_UP"} if node.get("ceil_mode", 0) else {}
    counted = {} if kind == "MAX" else {"average_count_excludes_padding": not node.get("count_include_pad", 0)}

    def make(x: str, sizes: dict[str, list[int]]) -> str:
        given = {**assigned(node, sizes), **mode, **counted}
        return b.add("pooling_nd", input=x, type=kind, window_size=sizes["kernel"], set=given)

    return two_dimensional(b, x, sizes, make)


@converts("LpPool")
def lp_pool(b: Builder, node: Node) -> str:
    """(average of |x|^p · elements of the window) ^ (1/p), as in TensorRT's parser."""
    sizes, p = geometry(node, node.get("kernel_shape")), node.get("p", 2)
    if any(d != 1 for d in sizes["dilations"]):
        raise ExcludedError("option", "dilations")
    if p not in (1, 2):
        raise ExcludedError("option", f"p of {p}")
    x = b.unary("ABS", node[0]) if p == 1 else b.elementwise("PROD", node[0], node[0])
    counted = Node(node.op, node.inputs, node.wanted, {**node.attributes, "count_include_pad": 1}, node.opset, {})
    mean = pooled(b, counted, "AVERAGE", x, sizes)
    total = b.elementwise("PROD", mean, b.scalar(b.count(sizes["kernel"]), mean))
    return total if p == 1 else b.unary("SQRT", total)
