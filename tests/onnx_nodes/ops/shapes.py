"""Shapes as data, and tensors made from nothing: shape, fill, constant, cast."""

from __future__ import annotations

import numpy as np
import onnx

from onnx_nodes.builder import MEMBERS, NAMES, Builder
from onnx_nodes.graph import ExcludedError, Node, converts


def dtype_of(member: int) -> str:
    """ONNX's type as trtexp's name."""
    found = NAMES.get(onnx.helper.tensor_dtype_to_np_dtype(member))
    if found is None:
        raise ExcludedError("dtype", onnx.TensorProto.DataType.Name(member).lower())
    return found


@converts("Constant")
def constant(b: Builder, node: Node) -> str:
    (name, value), *_ = node.attributes.items()
    if name.startswith("value_string"):
        raise ExcludedError("not a tensor")
    dtype = {"value_float": "float32", "value_int": "int64", "value_floats": "float32", "value_ints": "int64"}.get(name)
    return b.constant(value, dtype)


@converts("Shape")
def shape(b: Builder, node: Node) -> str:
    rank = b.rank(node[0])
    start, end, _ = slice(node.get("start", 0), node.get("end", rank)).indices(rank)
    made = b.add("shape", input=node[0])
    if (start, end) == (0, rank):
        return made
    return b.part(made, 0, start if start < end else 0, max(end - start, 0))


@converts("Size")
def size(b: Builder, node: Node) -> str:
    made = b.add("shape", input=node[0])
    return b.reduced("PROD", made, [0], keep=False)


@converts("ConstantOfShape")
def constant_of_shape(b: Builder, node: Node) -> str:
    value = np.asarray(node.get("value", np.zeros(1, np.float32)))
    return b.constant(np.full(b.numbers(node[0]), value.reshape(())))


@converts("EyeLike")
def eye_like(b: Builder, node: Node) -> str:
    rows, columns = b.shape(node[0])
    member = node.get("dtype")
    dtype = b.dtype(node[0]) if member is None else dtype_of(member)
    return b.constant(np.eye(rows, columns, node.get("k", 0)), dtype)


@converts("Trilu")
def trilu(b: Builder, node: Node) -> str:
    """Numbers that grow along rows and columns, compared; then a select."""
    x, given = node[0], node.given(1)
    *front, rows, columns = b.shape(x)
    k = 0 if given is None else b.numbers(given)[0]
    slopes = {1: b.constant(np.array(0), "int32"), 2: b.constant([-1, 1], "int32")}
    places = b.add("fill", shape=[rows, columns], op="LINSPACE", output_type="INT32", set_input=slopes)  # column - row
    places = b.reshape(places, [*[1] * len(front), rows, columns])
    upper = bool(node.get("upper", 1))
    kept = b.elementwise("GREATER" if upper else "LESS", places, b.scalar(k - 1 if upper else k + 1, places))
    return b.add("select", condition=kept, then_input=x, else_input=b.scalar(0, x))


@converts("Range")
def range_(b: Builder, node: Node) -> str:
    """A fill; the limit is known when the network is built."""
    start, limit, delta = (b.number(node[i]) for i in range(3))
    dtype = b.dtype(node[0])
    if dtype in ("float16", "bfloat16"):
        raise ExcludedError("dtype", f"fill of {dtype}")
    count = max(int(np.ceil((limit - start) / delta)), 0)
    slope = b.reshape(node[2], [1])
    ends = {1: b.reshape(node[0], []), 2: slope}
    kind = {"float32": "FLOAT", "int32": "INT32", "int64": "INT64"}[dtype]
    return b.add("fill", shape=[count], op="LINSPACE", output_type=kind, set_input=ends)


@converts("Cast")
def cast(b: Builder, node: Node) -> str:
    return b.add("cast", input=node[0], to_type=MEMBERS[dtype_of(node.get("to"))])


@converts("CastLike")
def cast_like(b: Builder, node: Node) -> str:
    return b.add("cast", input=node[0], to_type=MEMBERS[b.dtype(node[1])])
