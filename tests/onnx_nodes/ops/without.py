"""Operators that are left out for another reason than that TensorRT has no layer for them; windows, which it makes."""

from __future__ import annotations

import numpy as np

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts
from onnx_nodes.ops.shapes import dtype_of

#: The cosines of each window: their factors, from that of 0 on.
WINDOWS = {
    "BlackmanWindow": (0.42, -0.5, 0.08),
    "HammingWindow": (25 / 46, -21 / 46),
    "HannWindow": (0.5, -0.5),
}


@converts("Adagrad", "Adam", "Momentum")
def training(b: Builder, node: Node) -> str:
    raise ExcludedError("training")


@converts("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike")
def random(b: Builder, node: Node) -> str:
    raise ExcludedError("random")


@converts("OptionalGetElement", "OptionalHasElement", "SequenceEmpty")
def optional(b: Builder, node: Node) -> str:
    raise ExcludedError("not a tensor")


@converts(*WINDOWS)
def window(b: Builder, node: Node) -> str:
    """Cosines of evenly spaced angles, as in TensorRT's parser."""
    (size,) = b.numbers(node[0])
    if dtype_of(node.get("output_datatype", 1)) != "float32":
        raise ExcludedError("dtype", "a window of another type than float32")
    step = 2 * np.pi / (size if node.get("periodic", 1) else size - 1)
    first, *rest = WINDOWS[node.op]
    total = None
    for k, factor in enumerate(rest, 1):
        ends = {1: b.constant(np.array(0), "float32"), 2: b.constant([k * step], "float32")}
        angles = b.add("fill", shape=[size], op="LINSPACE", output_type="FLOAT", set_input=ends)
        wave = b.elementwise("PROD", b.unary("COS", angles), b.constant([factor], "float32"))
        total = b.elementwise("SUM", b.constant([first], "float32") if total is None else total, wave)
    assert total is not None
    return total
