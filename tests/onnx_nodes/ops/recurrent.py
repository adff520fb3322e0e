"""RNN, GRU and LSTM: a loop per direction, as TensorRT's parser builds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts
from onnx_nodes.ops.control import copied, counted, finish, iterator, recurrence

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
DEFAULTS = {"RNN": ["Tanh"], "GRU": ["Sigmoid", "Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"]}


@dataclass(frozen=True)
class Cell:
    """One direction's numbers: what x and h are multiplied by, the biases of both, and an LSTM's peepholes."""

    b: Builder
    node: Node
    w: str
    r: str
    bias: tuple[str, str]
    peepholes: str | None
    size: int

    def gate(self, x: str, index: int) -> str:
        """The columns of one gate."""
        return self.b.part(x, -1, index * self.size, self.size)

    def rows(self, x: str, index: int) -> str:
        return self.b.part(x, 0, index * self.size, self.size)

    def times(self, x: str, matrix: str) -> str:
        return self.b.matmul(x, matrix, ("NONE", "TRANSPOSE"))

    def sums(self, x: str, h: str) -> tuple[str, str]:
        """x Wᵀ and h Rᵀ with their biases, for all gates."""
        pairs = ((x, self.w, self.bias[0]), (h, self.r, self.bias[1]))
        first, second = (self.b.elementwise("SUM", self.times(v, m), c) for v, m, c in pairs)
        return first, second

    def both(self, x: str, h: str, index: int) -> str:
        return self.b.elementwise("SUM", self.gate(x, index), self.gate(h, index))


def rnn(cell: Cell, x: str, states: list[str]) -> list[str]:
    b = cell.b
    return [b.activation("TANH", b.elementwise("SUM", *cell.sums(x, states[0])))]


def gru(cell: Cell, x: str, states: list[str]) -> list[str]:
    """Gates z, r, h: (1 - z) · h' + z · h."""
    b, (h,) = cell.b, states
    from_x, from_h = cell.sums(x, h)
    z, r = (b.activation("SIGMOID", cell.both(from_x, from_h, i)) for i in (0, 1))
    if cell.node.get("linear_before_reset", 0):
        reset = b.elementwise("PROD", r, cell.gate(from_h, 2))
    else:
        reset = cell.times(b.elementwise("PROD", r, h), cell.rows(cell.r, 2))
        reset = b.elementwise("SUM", reset, cell.gate(cell.bias[1], 2))
    new = b.activation("TANH", b.elementwise("SUM", cell.gate(from_x, 2), reset))
    kept = b.elementwise("SUB", b.scalar(1.0, z), z)
    return [b.elementwise("SUM", b.elementwise("PROD", kept, new), b.elementwise("PROD", z, h))]


def lstm(cell: Cell, x: str, states: list[str]) -> list[str]:
    """Gates i, o, f, c: c' = f · c + i · new, h' = o · tanh(c')."""
    b, (h, c) = cell.b, states
    from_x, from_h = cell.sums(x, h)

    def peeped(index: int, place: int, state: str) -> str:
        total = cell.both(from_x, from_h, index)
        if cell.peepholes is not None:
            total = b.elementwise("SUM", total, b.elementwise("PROD", cell.gate(cell.peepholes, place), state))
        return b.activation("SIGMOID", total)

    i, f = peeped(0, 0, c), peeped(2, 2, c)
    new = b.activation("TANH", cell.both(from_x, from_h, 3))
    cell_state = b.elementwise("SUM", b.elementwise("PROD", f, c), b.elementwise("PROD", i, new))
    return [b.elementwise("PROD", peeped(1, 1, cell_state), b.activation("TANH", cell_state)), cell_state]


STEPS: dict[str, Callable[[Cell, str, list[str]], list[str]]] = {"RNN": rnn, "GRU": gru, "LSTM": lstm}


@converts("RNN", "GRU", "LSTM")
def recurrent(b: Builder, node: Node) -> list[str]:
    direction, size = node.get("direction", "forward"), node.get("hidden_size")
    x = b.transpose(node[0], [1, 0, 2]) if node.get("layout", 0) else node[0]
    steps, batch, _ = b.shape(x)
    ways = ["forward", "reverse"] if direction == "bidirectional" else [direction]
    lengths = node.given(4)
    if node.get("clip") or node.get("activations", DEFAULTS[node.op] * len(ways)) != DEFAULTS[node.op] * len(ways):
        raise ExcludedError("option", "clip, activations")
    if lengths is not None and set(b.numbers(lengths)) != {steps}:
        raise ExcludedError("option", "lengths of sequences")
    outputs: list[list[str]] = []
    for index, way in enumerate(ways):
        initial = [start(b, node, place, index, batch, size) for place in ((5, 6) if node.op == "LSTM" else (5,))]
        outputs.append(walk(b, cell_of(b, node, index, size), x, way == "reverse", initial))
    every, *last = (list(parts) for parts in zip(*outputs, strict=True))
    return [joined(b, every, 1, node), *(joined(b, parts, 0, node) for parts in last)]


def cell_of(b: Builder, node: Node, index: int, size: int) -> Cell:
    """The numbers of one direction."""
    gates, dtype = GATES[node.op], b.dtype(node[1])

    def one(x: str) -> str:
        shape = b.shape(x)[1:]
        return b.reshape(b.part(x, 0, index, 1), shape)

    biases, peepholes = node.given(3), node.given(7)
    bias = one(b.constant(np.zeros((index + 1, 2 * gates * size)), dtype) if biases is None else biases)
    halves = (b.part(bias, 0, 0, gates * size), b.part(bias, 0, gates * size, gates * size))
    first, second = (b.reshape(half, [1, gates * size]) for half in halves)
    peep = None if peepholes is None else b.reshape(one(peepholes), [1, 3 * size])
    return Cell(b, node, one(node[1]), one(node[2]), (first, second), peep, size)


def start(b: Builder, node: Node, place: int, index: int, batch: int, size: int) -> str:
    """An initial state, 0 if none is given."""
    given = node.given(place)
    if given is None:
        return b.constant(np.zeros((batch, size)), b.dtype(node[0]))
    axis = 1 if node.get("layout", 0) else 0
    return b.reshape(b.part(given, axis, index, 1), [batch, size])


def walk(b: Builder, cell: Cell, x: str, back: bool, initial: list[str]) -> list[str]:
    """One direction: the states h of all steps, in the order of time, and the last states."""
    loop = b.add("loop")
    length = counted(b, loop, b.shape(x)[0])
    states = [recurrence(b, loop, value) for value in initial]
    new = STEPS[cell.node.op](cell, iterator(b, loop, x, 0, back), states)
    for state, following in zip(states, new, strict=True):
        b.rewire(state, {1: following})
    kept = (copied(b, new[0]), "REVERSE" if back else "CONCATENATE", length, 0)
    return finish(b, loop, [kept, *((state, "LAST_VALUE", None, 0) for state in states)])


def joined(b: Builder, parts: list[str], axis: int, node: Node) -> str:
    """The directions side by side; with layout 1 the batch stands in front."""
    wide = [b.reshape(p, [*b.shape(p)[:axis], 1, *b.shape(p)[axis:]]) for p in parts]
    made = b.concatenated(wide, axis)
    if not node.get("layout", 0):
        return made
    return b.transpose(made, [2, 0, 1, 3] if axis else [1, 0, 2])
