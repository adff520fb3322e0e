"""Elements by their indices, and indices of elements: gather, scatter, one_hot, topk, non_zero, nms."""

from __future__ import annotations

import numpy as np

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts


@converts("Gather")
def gather(b: Builder, node: Node) -> str:
    axis = node.get("axis", 0) % b.rank(node[0])
    return b.add("gather", input=node[0], indices=node[1], axis=axis)


@converts("GatherElements")
def gather_elements(b: Builder, node: Node) -> str:
    axis = node.get("axis", 0) % b.rank(node[0])
    return b.add("gather_v2", input=node[0], indices=node[1], mode="ELEMENT", set={"axis": axis})


@converts("GatherND")
def gather_nd(b: Builder, node: Node) -> str:
    shared = {"num_elementwise_dims": node.get("batch_dims", 0)}
    return b.add("gather_v2", input=node[0], indices=node[1], mode="ND", set=shared)


def unreduced(node: Node) -> None:
    """Scatter layers put, and neither add nor multiply."""
    if node.get("reduction", "none") != "none":
        raise ExcludedError("option", f"reduction {node.get('reduction')}")


@converts("ScatterElements", "Scatter")
def scatter_elements(b: Builder, node: Node) -> str:
    unreduced(node)
    axis = {"axis": node.get("axis", 0) % b.rank(node[0])}
    return b.add("scatter", data=node[0], indices=node[1], updates=node[2], mode="ELEMENT", set=axis)


@converts("ScatterND")
def scatter_nd(b: Builder, node: Node) -> str:
    unreduced(node)
    return b.add("scatter", data=node[0], indices=node[1], updates=node[2], mode="ND")


@converts("OneHot")
def one_hot(b: Builder, node: Node) -> str:
    """Indices and depth may be floats in ONNX."""
    depth = b.constant(np.array(b.numbers(node[1])[0]), "int64")
    indices = node[0] if b.dtype(node[0]).startswith("int") else b.cast(node[0], "int64")
    return b.add("one_hot", indices=indices, values=node[2], depth=depth, axis=node.get("axis", -1))


@converts("NonZero")
def non_zero(b: Builder, node: Node) -> str:
    return b.add("non_zero", input=node[0], indices_type="INT64")


def best(b: Builder, x: str, axis: int, op: str, k: int) -> tuple[str, str]:
    """topk along an axis; a vector gets a second axis, as in TensorRT's parser."""
    flat = b.rank(x) == 1
    given = b.reshape(x, [1, *b.shape(x)]) if flat else x
    axis = 1 if flat else axis % b.rank(x)
    made = b.add("topk", input=given, op=op, k=k, axes=1 << axis, indices_type="INT64")
    pair = (made, f"{made}.indices")
    return (b.reshape(pair[0], [k]), b.reshape(pair[1], [k])) if flat else pair


@converts("TopK")
def topk(b: Builder, node: Node) -> tuple[str, str]:
    k = b.numbers(node[1])[0] if node.opset >= 10 else node.get("k")
    if not node.get("sorted", 1):
        raise ExcludedError("open", "any order")
    return best(b, node[0], node.get("axis", -1), "MAX" if node.get("largest", 1) else "MIN", k)


@converts("ArgMax", "ArgMin")
def arg(b: Builder, node: Node) -> str:
    """topk with k = 1: the first of equal elements."""
    if node.get("select_last_index", 0):
        raise ExcludedError("option", "select_last_index")
    axis = node.get("axis", 0) % b.rank(node[0])
    _, index = best(b, node[0], axis, "MAX" if node.op == "ArgMax" else "MIN", 1)
    if node.get("keepdims", 1):
        return index
    return b.add("squeeze", input=index, axes=b.constant([axis], "int64"))


@converts("Hardmax")
def hardmax(b: Builder, node: Node) -> str:
    axis = node.get("axis", -1 if node.opset >= 13 else 1) % b.rank(node[0])
    if node.opset < 13:
        raise ExcludedError("option", "axis of a coerced matrix")
    _, index = best(b, node[0], axis, "MAX", 1)
    index = b.add("squeeze", input=index, axes=b.constant([axis], "int64"))
    values = b.constant([0, 1], b.dtype(node[0]))
    depth = b.constant(np.array(b.shape(node[0])[axis]), "int64")
    return b.add("one_hot", indices=index, values=values, depth=depth, axis=axis)


@converts("NonMaxSuppression")
def nms(b: Builder, node: Node) -> str:
    """ONNX has scores as (N, classes, boxes), and corners in the order y, x."""
    scores = b.transpose(node[1], [0, 2, 1])
    given = {i: node.given(i) for i in (2, 3, 4)}
    most = b.constant(np.array(b.numbers(given[2])[0] if given[2] else 0), "int32")
    limits = {i: b.reshape(t, []) for i, t in given.items() if i > 2 and t is not None}
    kind = "CENTER_SIZES" if node.get("center_point_box", 0) else "CORNER_PAIRS"
    return b.add(
        "nms",
        boxes=node[0],
        scores=scores,
        max_output_boxes_per_class=most,
        indices_type="INT64",
        set={"bounding_box_format": kind},
        set_input=limits,
    )
