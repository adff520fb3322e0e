"""Products: matrix_multiply, einsum, and Gemm made of layers."""

from __future__ import annotations

from onnx_nodes.builder import Builder
from onnx_nodes.graph import Node, converts


@converts("MatMul")
def matmul(b: Builder, node: Node) -> str:
    """A vector stays one; batches get dimensions of 1."""
    tensors = [node[0], node[1]]
    ops = ["VECTOR" if b.rank(t) == 1 else "NONE" for t in tensors]
    own = [1 if op == "VECTOR" else 2 for op in ops]
    most = max(b.rank(t) - n for t, n in zip(tensors, own, strict=True))
    wide = [b.reshape(t, [*[1] * (most + n - b.rank(t)), *b.shape(t)]) for t, n in zip(tensors, own, strict=True)]
    return b.matmul(wide[0], wide[1], (ops[0], ops[1]))


@converts("Gemm")
def gemm(b: Builder, node: Node) -> str:
    turned = ["TRANSPOSE" if node.get(name, 0) else "NONE" for name in ("transA", "transB")]
    made = b.matmul(node[0], node[1], (turned[0], turned[1]))
    made = scaled(b, made, node.get("alpha", 1.0))
    bias = node.given(2)
    return made if bias is None else b.elementwise("SUM", made, scaled(b, bias, node.get("beta", 1.0)))


def scaled(b: Builder, x: str, factor: float) -> str:
    return x if factor == 1 else b.elementwise("PROD", x, b.scalar(factor, x))


@converts("Einsum")
def einsum(b: Builder, node: Node) -> str:
    """TensorRT has no ellipsis: letters of their own stand for it."""
    tensors = [node[i] for i in range(len(node.inputs))]
    equation = node.get("equation").replace(" ", "")
    terms = equation.partition("->")[0].split(",")
    missing = max(b.rank(t) - len(term.replace("...", "")) for t, term in zip(tensors, terms, strict=True))
    spare = [c for c in "zyxwvuts" if c not in equation][:missing] if "..." in equation else []
    return b.add("einsum", inputs=tensors, equation=equation.replace("...", "".join(spare)))
