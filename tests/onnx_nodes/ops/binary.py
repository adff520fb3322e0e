"""Operations on several tensors, element by element."""

from __future__ import annotations

import numpy as np

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts

OPERATIONS = {
    "Add": "SUM", "And": "AND", "Div": "DIV", "Equal": "EQUAL", "Greater": "GREATER", "Less": "LESS", "Max": "MAX",
    "Min": "MIN", "Mul": "PROD", "Or": "OR", "Sub": "SUB", "Sum": "SUM", "Xor": "XOR",
}  # fmt: skip


@converts(*OPERATIONS)
def elementwise(b: Builder, node: Node) -> str:
    tensors = [node[i] for i in range(len(node.inputs))]
    made = b.elementwise(OPERATIONS[node.op], *tensors)
    return made if len(tensors) > 1 else b.add("identity", input=made)


@converts("Mean")
def mean(b: Builder, node: Node) -> str:
    total = elementwise(b, Node("Sum", node.inputs, node.wanted, {}, node.opset, {}))
    return b.elementwise("DIV", total, b.scalar(len(node.inputs), total))


@converts("GreaterOrEqual", "LessOrEqual")
def or_equal(b: Builder, node: Node) -> str:
    strict = b.elementwise("GREATER" if node.op == "GreaterOrEqual" else "LESS", node[0], node[1])
    return b.elementwise("OR", strict, b.elementwise("EQUAL", node[0], node[1]))


@converts("Pow")
def power(b: Builder, node: Node) -> str:
    """Both in the type of the base; TensorRT's parser casts the exponent."""
    return b.elementwise("POW", node[0], b.cast(node[1], b.dtype(node[0])))


@converts("Mod")
def mod(b: Builder, node: Node) -> str:
    """a - b · (a / b), the quotient cut as fmod asks."""
    x, y = node[0], node[1]
    if not np.isfinite([*b.values(x).reshape(-1), *b.values(y).reshape(-1)]).all() or not b.values(y).all():
        raise ExcludedError("differs", "a - b · floor(a / b) of infinities and by 0 is NaN")
    if node.get("fmod", 0) and b.dtype(x).startswith(("float", "bfloat")):
        quotient = b.elementwise("DIV", x, y)
        down, up = b.unary("FLOOR", quotient), b.unary("CEIL", quotient)
        below = b.elementwise("LESS", quotient, b.scalar(0.0, quotient))
        whole = b.add("select", condition=below, then_input=up, else_input=down)
    else:
        whole = b.elementwise("DIV" if node.get("fmod", 0) else "FLOOR_DIV", x, y)
    return b.elementwise("SUB", x, b.elementwise("PROD", y, whole))


@converts("Where")
def where(b: Builder, node: Node) -> str:
    condition, then, other = b.aligned(node[0], node[1], node[2])
    return b.add("select", condition=condition, then_input=then, else_input=other)


@converts("SwiGLU")
def swiglu(b: Builder, node: Node) -> str:
    gate = node[0]
    scaled = b.elementwise("PROD", gate, b.scalar(node.get("alpha", 1.0), gate))
    return b.elementwise("PROD", b.elementwise("PROD", gate, b.activation("SIGMOID", scaled)), node[1])
