"""Quantize and dequantize."""

from __future__ import annotations

from onnx_nodes.builder import MEMBERS, Builder
from onnx_nodes.graph import ExcludedError, Node, converts


def scaled(b: Builder, node: Node, key: str, to: str) -> str:
    """The layer, with the zero point, if there is one, as input 2; the axis counts for a vector of scales only."""
    if node.get("block_size", 0):
        raise ExcludedError("option", "blocks of scales")
    if {b.dtype(node[0]), to} & {"uint8"}:
        raise ExcludedError("dtype", "uint8 as a quantized type")
    axis = {"axis": node.get("axis", 1) % b.rank(node[0])} if b.rank(node[1]) else None
    zero = node.given(2)
    if zero is not None and b.values(zero).any():
        raise ExcludedError("option", "zero point")
    return b.add(key, input=node[0], scale=node[1], output_type=MEMBERS[to], set=axis)


@converts("QuantizeLinear")
def quantize(b: Builder, node: Node) -> str:
    zero = node.given(2)
    return scaled(b, node, "quantize", "uint8" if zero is None else b.dtype(zero))


@converts("DequantizeLinear")
def dequantize(b: Builder, node: Node) -> str:
    return scaled(b, node, "dequantize", b.dtype(node[1]))
