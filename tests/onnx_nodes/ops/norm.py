"""Normalizations and softmax."""

from __future__ import annotations

import math

import numpy as np

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts


@converts("BatchNormalization")
def batch(b: Builder, node: Node) -> str:
    """A scale layer whose coefficients are known when the network is built."""
    if node.get("training_mode", 0):
        raise ExcludedError("training")
    x, dtype = node[0], b.dtype(node[0])
    scale, bias, mean, variance = (b.values(node[i]) for i in range(1, 5))
    factor = scale / np.sqrt(variance + node.get("epsilon", 1e-5))
    return b.add(
        "scale_nd",
        input=x,
        mode="CHANNEL",
        scale=b.array(factor, dtype),
        shift=b.array(bias - mean * factor, dtype),
        channel_axis=1,
    )


def per_channel(b: Builder, node: Node, index: int) -> str:
    """A vector of channels as the normalization layer takes it: (1, C, 1, …)."""
    return b.reshape(node[index], [1, -1 if b.rank(node[index]) else 1, *[1] * (b.rank(node[0]) - 2)])


def normalization(b: Builder, node: Node, key: str, scale: str, bias: str, axes: list[int], **more: int) -> str:
    mask = sum(1 << axis for axis in axes)
    given = {"epsilon": float(node.get("epsilon", 1e-5)), **more}
    return b.add(key, input=node[0], scale=scale, bias=bias, axesMask=mask, set=given)


@converts("InstanceNormalization")
def instance(b: Builder, node: Node) -> str:
    axes = list(range(2, b.rank(node[0])))
    return normalization(b, node, "normalization", per_channel(b, node, 1), per_channel(b, node, 2), axes)


@converts("GroupNormalization")
def group(b: Builder, node: Node) -> str:
    """From opset 21 on there is a scale per channel, before that one per group."""
    axes = list(range(2, b.rank(node[0])))
    key = "normalization_v2" if node.opset >= 21 else "normalization"
    scale, bias = per_channel(b, node, 1), per_channel(b, node, 2)
    return normalization(b, node, key, scale, bias, axes, num_groups=node.get("num_groups"))


@converts("LayerNormalization")
def layer(b: Builder, node: Node) -> tuple[str, ...]:
    """Mean and the reciprocal deviation, which ONNX gives too, are layers of their own."""
    x, rank = node[0], b.rank(node[0])
    axis = node.get("axis", -1) % rank
    axes = list(range(axis, rank))
    given = node.given(2)
    scale, bias = b.aligned(x, node[1], b.constant(np.zeros(1), b.dtype(x)) if given is None else given)[1:]
    made = normalization(b, node, "normalization", scale, bias, axes)
    if len(node.wanted) < 2:
        return (made,)
    mean = b.reduced("AVG", x, axes)
    centred = b.elementwise("SUB", x, mean)
    variance = b.reduced("AVG", b.elementwise("PROD", centred, centred), axes)
    return made, mean, b.unary("RECIP", b.unary("SQRT", plus(b, variance, node.get("epsilon", 1e-5))))


def plus(b: Builder, x: str, value: float) -> str:
    return b.elementwise("SUM", x, b.scalar(value, x))


@converts("RMSNormalization")
def rms(b: Builder, node: Node) -> str:
    x, rank = node[0], b.rank(node[0])
    axes = list(range(node.get("axis", -1) % rank, rank))
    squares = b.reduced("AVG", b.elementwise("PROD", x, x), axes)
    root = b.unary("SQRT", plus(b, squares, node.get("epsilon", 1e-5)))
    return b.elementwise("PROD", b.elementwise("DIV", x, root), node[1])


@converts("LRN")
def lrn(b: Builder, node: Node) -> str:
    numbers = {k: float(node.get(k, d)) for k, d in (("alpha", 1e-4), ("beta", 0.75))}
    return b.add("lrn", input=node[0], window=node.get("size"), k=float(node.get("bias", 1.0)), **numbers)


@converts("Softmax", "LogSoftmax")
def softmax(b: Builder, node: Node) -> str:
    """Before opset 13 all axes behind `axis` are one; a vector gets a second axis."""
    x, shape = node[0], b.shape(node[0])
    axis = node.get("axis", -1 if node.opset >= 13 else 1) % len(shape)
    if node.opset < 13:
        given, axis = b.reshape(x, [math.prod(shape[:axis]), math.prod(shape[axis:])]), 1
    elif len(shape) < 2:
        given, axis = b.reshape(x, [1, *shape]), 1
    else:
        given = x
    made = b.add("softmax", input=given, set={"axes": 1 << axis})
    if node.op == "LogSoftmax":
        made = b.unary("LOG", made)
    return b.reshape(made, shape)
