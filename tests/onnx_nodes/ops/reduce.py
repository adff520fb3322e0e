"""Many elements become one: reduce, cumulative, and norms made of them."""

from __future__ import annotations

import numpy as np

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts

OPERATIONS = {
    "ReduceL1": "SUM", "ReduceL2": "SUM", "ReduceLogSum": "SUM", "ReduceLogSumExp": "SUM", "ReduceMax": "MAX",
    "ReduceMean": "AVG", "ReduceMin": "MIN", "ReduceProd": "PROD", "ReduceSum": "SUM", "ReduceSumSquare": "SUM",
}  # fmt: skip


@converts(*OPERATIONS)
def reduce(b: Builder, node: Node) -> str:
    x, given = node[0], node.given(1)
    axes = node.get("axes") if given is None else b.numbers(given)
    if not axes and node.get("noop_with_empty_axes", 0):
        return b.add("identity", input=x)
    if node.op == "ReduceL1":
        x = b.unary("ABS", x)
    elif node.op in ("ReduceL2", "ReduceSumSquare"):
        x = b.elementwise("PROD", x, x)
    elif node.op == "ReduceLogSumExp":
        return log_sum_exp(b, x, axes or list(range(b.rank(x))), bool(node.get("keepdims", 1)))
    made = b.reduced(OPERATIONS[node.op], x, axes or list(range(b.rank(x))), bool(node.get("keepdims", 1)))
    if node.op == "ReduceL2":
        return b.unary("SQRT", made)
    return b.unary("LOG", made) if node.op == "ReduceLogSum" else made


def log_sum_exp(b: Builder, x: str, axes: list[int], keep: bool) -> str:
    """Without the maximum taken away first: so does TensorRT's parser."""
    return b.unary("LOG", b.reduced("SUM", b.unary("EXP", x), axes, keep))


@converts("CumSum")
def cumsum(b: Builder, node: Node) -> str:
    return b.add(
        "cumulative",
        input=node[0],
        axis=b.constant(np.array(b.numbers(node[1])[0]), "int32"),
        op="SUM",
        exclusive=bool(node.get("exclusive", 0)),
        reverse=bool(node.get("reverse", 0)),
    )


@converts("LpNormalization")
def lp_normalization(b: Builder, node: Node) -> str:
    length = norm(b, node[0], node.get("p", 2), [node.get("axis", -1)])
    if not b.value(length).ref.all():
        raise ExcludedError("differs", "0 / 0 is NaN")
    return b.elementwise("DIV", node[0], length)


def norm(b: Builder, x: str, p: int, axes: list[int]) -> str:
    """The sum of magnitudes, or the root of the sum of squares."""
    if p == 1:
        return b.reduced("SUM", b.unary("ABS", x), axes)
    return b.unary("SQRT", b.reduced("SUM", b.elementwise("PROD", x, x), axes))


@converts("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")
def global_pool(b: Builder, node: Node) -> str:
    """A reduction over all axes behind the channels, as in TensorRT's parser."""
    axes = list(range(2, b.rank(node[0])))
    if node.op == "GlobalLpPool":
        return norm(b, node[0], node.get("p", 2), axes)
    return b.reduced("AVG" if node.op == "GlobalAveragePool" else "MAX", node[0], axes)


@converts("MeanVarianceNormalization")
def mean_variance(b: Builder, node: Node) -> str:
    """(x - mean) / (deviation + 1e-9)"""
    x, axes = node[0], node.get("axes", [0, 2, 3])
    centred = b.elementwise("SUB", x, b.reduced("AVG", x, axes))
    variance = b.reduced("AVG", b.elementwise("PROD", centred, centred), axes)
    deviation = b.elementwise("SUM", b.unary("SQRT", variance), b.scalar(1e-9, variance))
    return b.elementwise("DIV", centred, deviation)
