"""Functions of one tensor: unary and activation layers, and what TensorRT's parser composes of them."""

from __future__ import annotations

import numpy as np

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts

UNARY = {
    "Abs": "ABS", "Acos": "ACOS", "Acosh": "ACOSH", "Asin": "ASIN", "Asinh": "ASINH", "Atan": "ATAN", "Atanh": "ATANH",
    "Ceil": "CEIL", "Cos": "COS", "Cosh": "COSH", "Erf": "ERF", "Exp": "EXP", "Floor": "FLOOR", "IsNaN": "ISNAN",
    "Log": "LOG", "Neg": "NEG", "Not": "NOT", "Reciprocal": "RECIP", "Round": "ROUND", "Sign": "SIGN", "Sin": "SIN",
    "Sinh": "SINH", "Sqrt": "SQRT", "Tan": "TAN",
}  # fmt: skip
#: operator -> the activation, and the attributes that give alpha and beta, with ONNX's defaults.
ACTIVATIONS: dict[str, tuple[str, dict[str, tuple[str, float]]]] = {
    "Elu": ("ELU", {"alpha": ("alpha", 1.0)}),
    "HardSigmoid": ("HARD_SIGMOID", {"alpha": ("alpha", 0.2), "beta": ("beta", 0.5)}),
    "LeakyRelu": ("LEAKY_RELU", {"alpha": ("alpha", 0.01)}),
    "Relu": ("RELU", {}),
    "Selu": ("SELU", {"alpha": ("alpha", 1.67326319217681884765625), "beta": ("gamma", 1.05070102214813232421875)}),
    "Sigmoid": ("SIGMOID", {}),
    "Softplus": ("SOFTPLUS", {}),
    "Softsign": ("SOFTSIGN", {}),
    "Tanh": ("TANH", {}),
    "ThresholdedRelu": ("THRESHOLDED_RELU", {"alpha": ("alpha", 1.0)}),
}


@converts(*UNARY)
def unary(b: Builder, node: Node) -> str:
    return b.unary(UNARY[node.op], node[0])


@converts(*ACTIVATIONS)
def activation(b: Builder, node: Node) -> str:
    kind, parameters = ACTIVATIONS[node.op]
    return b.activation(kind, node[0], **{k: float(node.get(name, d)) for k, (name, d) in parameters.items()})


@converts("Gelu")
def gelu(b: Builder, node: Node) -> str:
    return b.activation("GELU_TANH" if node.get("approximate", "none") == "tanh" else "GELU_ERF", node[0])


@converts("IsInf")
def is_inf(b: Builder, node: Node) -> str:
    x, found = node[0], b.unary("ISINF", node[0])
    for attribute, op in (("detect_negative", "GREATER"), ("detect_positive", "LESS")):
        if not node.get(attribute, 1):
            found = b.elementwise("AND", found, b.elementwise(op, x, b.scalar(0.0, x)))
    return found


@converts("Celu")
def celu(b: Builder, node: Node) -> str:
    x, alpha = node[0], float(node.get("alpha", 1.0))
    zero, by = b.scalar(0.0, x), b.scalar(alpha, x)
    below = b.elementwise("SUB", b.unary("EXP", b.elementwise("DIV", x, by)), b.scalar(1.0, x))
    below = b.elementwise("MIN", zero, b.elementwise("PROD", by, below))
    return b.elementwise("SUM", b.elementwise("MAX", zero, x), below)


@converts("HardSwish")
def hard_swish(b: Builder, node: Node) -> str:
    gate = b.activation("HARD_SIGMOID", node[0], alpha=1 / 6, beta=0.5)
    return b.elementwise("PROD", node[0], gate)


@converts("Mish")
def mish(b: Builder, node: Node) -> str:
    return b.elementwise("PROD", node[0], b.activation("TANH", b.activation("SOFTPLUS", node[0])))


@converts("Swish")
def swish(b: Builder, node: Node) -> str:
    scaled = b.elementwise("PROD", node[0], b.scalar(node.get("alpha", 1.0), node[0]))
    return b.elementwise("PROD", node[0], b.activation("SIGMOID", scaled))


@converts("Shrink")
def shrink(b: Builder, node: Node) -> str:
    x, bias, limit = node[0], node.get("bias", 0.0), node.get("lambd", 0.5)
    below = b.elementwise("LESS", x, b.scalar(-limit, x))
    above = b.elementwise("GREATER", x, b.scalar(limit, x))
    up, down = (b.elementwise(op, x, b.scalar(bias, x)) for op in ("SUM", "SUB"))
    inner = b.add("select", condition=above, then_input=down, else_input=b.elementwise("SUB", x, x))
    return b.add("select", condition=below, then_input=up, else_input=inner)


@converts("PRelu")
def prelu(b: Builder, node: Node) -> str:
    x, slope = b.aligned(node[0], node[1])
    return b.add("parametric_relu", input=x, slopes=slope)


@converts("Clip")
def clip(b: Builder, node: Node) -> str:
    x = node[0]
    if node.opset < 11:
        limits = np.finfo(np.float32)
        low, high = (float(node.get(k, d)) for k, d in (("min", limits.min), ("max", limits.max)))
        return b.activation("CLIP", x, alpha=low, beta=high)
    for index, op in ((1, "MAX"), (2, "MIN")):
        if (limit := node.given(index)) is not None:
            x = b.elementwise(op, x, limit)
    return x if x != node[0] else b.add("identity", input=x)


@converts("Identity")
def identity(b: Builder, node: Node) -> str:
    return b.add("identity", input=node[0])


@converts("Dropout")
def dropout(b: Builder, node: Node) -> tuple[str, ...]:
    training = node.given(2)
    if training is not None and b.number(training):
        raise ExcludedError("training")
    made = b.add("identity", input=node[0])
    mask = b.elementwise("EQUAL", node[0], node[0]) if len(node.wanted) > 1 else made
    return made, mask
