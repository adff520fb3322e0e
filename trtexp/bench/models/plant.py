"""Faults that are planted in an ONNX model: one node's weights, attributes, operator or operands altered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper

OWN = "trtexp."  # how tensors begin that stand for a part of a node that was spelled out


@dataclass(frozen=True)
class Fault:
    """what: in words. tensors: those of the altered node, of which one is to be named."""

    kind: str
    what: str
    tensors: tuple[str, ...]


#: What alters a node in place and says what it did; None where it cannot.
Alter = Callable[[NodeProto, "Graph", np.random.Generator], str | None]


class Graph:
    """A graph whose initializers can be altered; a node gets a copy of its own of what it shares."""

    def __init__(self, graph: GraphProto) -> None:
        self.graph = graph
        self.arrays = {each.name: each for each in graph.initializer}

    def array(self, node: NodeProto, i: int) -> np.ndarray | None:
        name = node.input[i] if i < len(node.input) else ""
        return None if name not in self.arrays else numpy_helper.to_array(self.arrays[name]).copy()

    def put(self, node: NodeProto, i: int, values: np.ndarray) -> None:
        name = f"planted.{node.input[i]}"
        self.graph.initializer.append(numpy_helper.from_array(values, name))
        node.input[i] = name


def attribute(node: NodeProto, name: str) -> Any:
    return next((helper.get_attribute_value(each) for each in node.attribute if each.name == name), None)


def assign(node: NodeProto, name: str, value: Any) -> None:
    kept = [each for each in node.attribute if each.name != name]
    del node.attribute[:]
    node.attribute.extend([*kept, helper.make_attribute(name, value)])


def weight(i: int, what: str) -> Alter:
    """One element of an initializer, changed by as much as such elements differ."""

    def alter(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
        values = graph.array(node, i)
        if values is None or values.dtype != np.float32 or values.size == 0:
            return None
        place = int(rng.integers(values.size))
        before = float(values.reshape(-1)[place])
        values.reshape(-1)[place] = before + (float(values.std()) or abs(before) or 1.0)
        graph.put(node, i, values)
        return f"{what}[{place}] {before:.4g} -> {values.reshape(-1)[place]:.4g}"

    return alter


def mirrored(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
    values = graph.array(node, 1)
    if values is None or values.ndim < 4 or values.shape[-1] < 2:
        return None
    graph.put(node, 1, np.ascontiguousarray(values[..., ::-1]))
    return "kernel mirrored"


def padded(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
    """The padding moved from the end of an axis to its begin, so that the shape stays."""
    pads = list(attribute(node, "pads") or ())
    half = len(pads) // 2
    axes = [axis for axis in range(half) if pads[half + axis]]
    if not axes:
        return None
    axis = int(rng.choice(axes))
    pads[axis], pads[half + axis] = pads[axis] + 1, pads[half + axis] - 1
    assign(node, "pads", pads)
    return f"pads {pads}"


def number(name: str, usual: float, factor: float) -> Alter:
    def alter(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
        before = attribute(node, name)
        before = usual if before is None else before
        assign(node, name, float(before * factor))
        return f"{name} {before:.4g} -> {before * factor:.4g}"

    return alter


def operator(to: str, keep: bool = True) -> Alter:
    def alter(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
        said = f"{node.op_type} -> {to}"
        node.op_type = to
        if not keep:
            del node.attribute[:]
        return said

    return alter


def swapped(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
    if len(node.input) < 2 or node.input[0] == node.input[1]:
        return None
    node.input[0], node.input[1] = node.input[1], node.input[0]
    return "operands swapped"


def rounded(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
    if attribute(node, "mode") not in (None, b"nearest"):
        return None
    before = attribute(node, "nearest_mode") or b"round_prefer_floor"
    after = "ceil" if before != b"ceil" else "floor"
    assign(node, "nearest_mode", after)
    return f"nearest_mode {before.decode()} -> {after}"


def other_axis(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
    before = attribute(node, "axis")
    assign(node, "axis", 1 if before in (None, -1, 2) else -1)
    return f"axis {before} -> {attribute(node, 'axis')}"


def scaled(i: int) -> Alter:
    """A constant operand that is one number, off by a tenth."""

    def alter(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
        values = graph.array(node, i)
        if values is None or values.size != 1 or values.dtype != np.float32:
            return None
        graph.put(node, i, (values * np.float32(1.1)).astype(np.float32))
        return f"operand {float(values.reshape(-1)[0]):.4g} x 1.1"

    return alter


def gates(i: int) -> Alter:
    """One gate's weights of a recurrent node, halved."""

    def alter(node: NodeProto, graph: Graph, rng: np.random.Generator) -> str | None:
        values = graph.array(node, i)
        if values is None:
            return None
        size = values.shape[1] // 4
        gate = int(rng.integers(4))
        values[:, gate * size : (gate + 1) * size] *= np.float32(0.5)
        graph.put(node, i, values)
        return f"input {i}: gate {gate} halved"

    return alter


#: operator -> kind -> what alters it.
KINDS: Mapping[str, Mapping[str, Alter]] = {
    "Conv": {"weight": weight(1, "kernel"), "bias": weight(2, "bias"), "mirror": mirrored, "pads": padded},
    "ConvTranspose": {"weight": weight(1, "kernel"), "bias": weight(2, "bias"), "mirror": mirrored},
    "MatMul": {"weight": weight(1, "weight")},
    "Gemm": {"weight": weight(1, "weight"), "bias": weight(2, "bias"), "alpha": number("alpha", 1.0, 1.01)},
    "HardSigmoid": {"alpha": number("alpha", 0.2, 0.9), "beta": number("beta", 0.5, 1.1)},
    "LeakyRelu": {"alpha": number("alpha", 0.01, 2.0)},
    "Add": {"operator": operator("Sub"), "operand": scaled(1), "term": weight(1, "term")},
    "Mul": {"operator": operator("Add"), "operand": scaled(1), "factor": weight(1, "factor")},
    "Sub": {"swap": swapped},
    "Div": {"swap": swapped, "operand": scaled(1)},
    "Concat": {"swap": swapped},
    "AveragePool": {"operator": operator("MaxPool")},
    "GlobalAveragePool": {"operator": operator("GlobalMaxPool")},
    "MaxPool": {"pads": padded},
    "Relu": {"operator": operator("LeakyRelu"), "sigmoid": operator("Softplus")},
    "Tanh": {"operator": operator("Softsign")},
    "Resize": {"rounding": rounded},
    "Softmax": {"axis": other_axis},
    "Sqrt": {"operator": operator("Abs")},
    "Pow": {"exponent": scaled(1)},
    "ReduceMean": {"operator": operator("ReduceMax")},
    "ReduceSum": {"operator": operator("ReduceMax")},
    "Clip": {"end": scaled(2), "start": scaled(1)},
    "Erf": {"operator": operator("Tanh")},
    "LSTM": {"input weights": gates(1), "recurrent weights": gates(2), "bias": gates(3)},
}


def draw(model: ModelProto, rng: np.random.Generator, most: int = 200) -> Fault | None:
    """Alter one node of a model in place: first an operator is drawn, then a node of it and a kind of fault. None where
    so many tries found nothing that can be altered."""
    graph = Graph(model.graph)
    by_operator: dict[str, list[NodeProto]] = {}
    for node in model.graph.node:
        if node.op_type in KINDS and not _part(node):
            by_operator.setdefault(node.op_type, []).append(node)
    for _ in range(most):
        name = str(rng.choice(sorted(by_operator)))
        node = by_operator[name][int(rng.integers(len(by_operator[name])))]
        kind = str(rng.choice(sorted(KINDS[name])))
        before = NodeProto()
        before.CopyFrom(node)
        what = KINDS[name][kind](node, graph, rng)
        if what is not None:
            return Fault(f"{name}: {kind}", f"{node.name or node.output[0]}: {what}", tuple(_outer(node)))
        node.CopyFrom(before)
    return None


def _part(node: NodeProto) -> bool:
    """Whether a node is one step of an operator that was spelled out, other than a batch normalization."""
    return node.op_type in ("Neg", "Exp", "Div") and any(name.startswith(OWN) for name in (*node.input, *node.output))


def _outer(node: NodeProto) -> Iterator[str]:
    """The tensors of the model that a node makes, or is a part of: `trtexp.y.2` is a part of y."""
    yield from (
        name.removeprefix(OWN).rpartition(".")[0] if name.startswith(OWN) else name for name in node.output if name
    )
