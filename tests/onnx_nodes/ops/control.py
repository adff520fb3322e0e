"""Loops and conditionals, as TensorRT's parser builds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, convert, converts
from trtexp.numerics import moved


def recurrence(b: Builder, loop: str, initial: str) -> str:
    """A value that is carried on; what it becomes is set later. In the first iteration it is the initial one."""
    name = b.add("recurrence", loop=loop, initial_value=initial)
    b.known[name] = b.value(initial)
    return name


def iterator(b: Builder, loop: str, x: str, axis: int, reverse: bool = False) -> str:
    """The slices of a tensor; the first one as long as the loop is being made."""
    name = b.add("iterator", loop=loop, tensor=x, axis=axis, reverse=reverse)
    b.known[name] = moved(lambda part: part.take(-1 if reverse else 0, axis), b.value(x))
    return name


def counted(b: Builder, loop: str, count: int) -> str:
    """A trip limit of a fixed number; the number as a tensor."""
    limit = b.constant(np.array(count), "int32")
    b.add("trip_limit", loop=loop, tensor=limit, kind="COUNT")
    return limit


def copied(b: Builder, x: str) -> str:
    """A layer of the loop's own for a tensor that may come from outside."""
    return b.add("identity", input=x)


def finish(b: Builder, loop: str, outputs: Sequence[tuple[str, str, str | None, int]]) -> list[str]:
    """loop_output layers of (tensor, kind, length, axis); then everything is evaluated."""
    made = []
    for tensor, kind, length, axis in outputs:
        more = None if length is None else {1: length}
        made.append(b.add("loop_output", loop=loop, tensor=tensor, kind=kind, axis=axis, set_input=more))
    b.close(loop)
    return made


@converts("Loop")
def loop(b: Builder, node: Node) -> list[str]:
    body: onnx.GraphProto = node.attributes["body"]
    trips, condition, *initial = node.inputs
    name = b.add("loop")
    limit = None
    if trips is not None:
        limit = b.constant(np.array(int(b.number(trips))), "int32")
        b.add("trip_limit", loop=name, tensor=limit, kind="COUNT")
    scope = dict(node.scope)
    index, going, *carried = [value.name for value in body.input]
    counter = recurrence(b, name, b.constant(np.array(0), "int64"))
    holds = recurrence(b, name, b.constant(np.array(True)) if condition is None else b.reshape(condition, []))
    scope |= {index: counter, going: holds}
    states = [recurrence(b, name, tensor) for tensor in initial if tensor is not None]
    scope |= dict(zip(carried, states, strict=True))
    b.add("trip_limit", loop=name, tensor=holds, kind="WHILE")
    goes_on, *results = convert(b, body, scope, node.opset)
    b.rewire(counter, {1: b.elementwise("SUM", counter, b.constant(np.array(1), "int64"))})
    b.rewire(holds, {1: copied(b, b.reshape(goes_on, []))})
    for state, result in zip(states, results[: len(states)], strict=True):
        b.rewire(state, {1: copied(b, result)})
    outputs: list[tuple[str, str, str | None, int]] = [(state, "LAST_VALUE", None, 0) for state in states]
    for result in results[len(states) :]:
        if limit is None:
            raise ExcludedError("option", "scanned outputs without a trip count")
        outputs.append((copied(b, result), "CONCATENATE", limit, 0))
    return finish(b, name, outputs)


@converts("Scan")
def scan(b: Builder, node: Node) -> list[str]:
    if node.opset < 9:
        raise ExcludedError("option", "the batch axis of Scan before opset 9")
    body: onnx.GraphProto = node.attributes["body"]
    given = [tensor for tensor in node.inputs if tensor is not None]
    scanned = node.get("num_scan_inputs")
    initial, sequences = given[:-scanned], given[-scanned:]
    axes = node.get("scan_input_axes") or [0] * scanned
    turned = node.get("scan_input_directions") or [0] * scanned
    name = b.add("loop")
    length = counted(b, name, b.shape(sequences[0])[axes[0]])
    states = [recurrence(b, name, tensor) for tensor in initial]
    parts = [iterator(b, name, x, axis, bool(back)) for x, axis, back in zip(sequences, axes, turned, strict=True)]
    scope = {**node.scope, **dict(zip((v.name for v in body.input), [*states, *parts], strict=True))}
    results = convert(b, body, scope, node.opset)
    for state, result in zip(states, results[: len(states)], strict=True):
        b.rewire(state, {1: copied(b, result)})
    outs = results[len(states) :]
    axes = node.get("scan_output_axes") or [0] * len(outs)
    turned = node.get("scan_output_directions") or [0] * len(outs)
    outputs: list[tuple[str, str, str | None, int]] = [(state, "LAST_VALUE", None, 0) for state in states]
    outputs += [
        (copied(b, out), "REVERSE" if back else "CONCATENATE", length, axis)
        for out, axis, back in zip(outs, axes, turned, strict=True)
    ]
    return finish(b, name, outputs)


@converts("If")
def if_(b: Builder, node: Node) -> list[str]:
    """Each branch sees the outside through inputs of the conditional."""
    name = b.add("if_conditional")
    b.add("condition", conditional=name, condition=b.reshape(node[0], []))
    taken = [branch(b, name, node.attributes[k], node) for k in ("then_branch", "else_branch")]
    made = [
        b.add("conditional_output", conditional=name, true_subgraph_output=true, false_subgraph_output=false)
        for true, false in zip(*taken, strict=True)
    ]
    b.close(name)
    return made


def branch(b: Builder, conditional: str, graph: onnx.GraphProto, node: Node) -> list[str]:
    """The layers of a branch."""
    since = len(b.layers)
    scope: Mapping[str, str] = {
        name: b.add("conditional_input", conditional=conditional, input=tensor)
        for name, tensor in node.scope.items()
        if name in names(graph)
    }
    made = convert(b, graph, scope, node.opset)
    b.prune(made, since)
    return made


def names(graph: onnx.GraphProto) -> set[str]:
    """The tensors that a graph speaks of, those of its subgraphs included."""
    found = {name for node in graph.node for name in node.input} | {value.name for value in graph.output}
    inner = (a.g for node in graph.node for a in node.attribute if a.type == onnx.AttributeProto.GRAPH)
    return found.union(*map(names, inner))
