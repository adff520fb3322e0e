"""What add_rnn_v2 computes: one layer in one direction, from one step of a sequence to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from trtexp.layers.activation import activated
from trtexp.numerics import F64, Arithmetic, Bounded, computed, dot_product, exactly, moved
from trtexp.numerics.linear import matmul


@dataclass(frozen=True)
class Recurrent:
    """One layer in one direction, with N sequences, inputs of E elements and states of H.

    arrays: the weights and biases of all layers by `gate_key`; index: which of them it has.
    """

    op: str
    size: int
    index: int
    arrays: Mapping[str, Bounded]
    arithmetic: Arithmetic

    def run(
        self, x: Bounded, hidden: Bounded, cell: Bounded, lengths: np.ndarray, backwards: bool
    ) -> tuple[Bounded, Bounded, Bounded]:
        """x (N, S, E) -> its outputs (N, S, H), last hidden and last cell states (N, H)."""
        made: dict[int, Bounded] = {}
        steps = range(x.shape[1])
        for at in reversed(steps) if backwards else steps:
            following = self.step(moved(lambda part, t=at: part[:, t], x), hidden, cell)
            live = at < lengths
            hidden, cell = (_chosen(live, *pair) for pair in zip(following, (hidden, cell), strict=True))
            made[at] = replace(hidden, undetermined=hidden.undetermined | ~live[:, None])
        return moved(lambda *parts: np.stack(parts, 1), *(made[t] for t in sorted(made))), hidden, cell

    def step(self, x: Bounded, hidden: Bounded, cell: Bounded) -> tuple[Bounded, Bounded]:
        """The next hidden state and the next cell state, each (N, H)."""

        def met(gate: str, *sides: bool) -> Bounded:
            """W x + Wb, R h + Rb, or the sum of both, of one gate; without W the input as it is."""
            operands, matrices = [], []
            for is_w in sides:
                value = x if is_w else hidden
                matrix = self.arrays.get(gate_key("weights", self.index, gate, is_w))
                if matrix is None or not matrix.ref.size:
                    matrix = exactly(np.eye(self.size), x.dtype)
                bias = self.arrays[gate_key("bias", self.index, gate, is_w)]
                operands += [value, exactly(np.ones((value.shape[0], 1)), x.dtype)]
                matrices += [reshaped(matrix, (self.size, -1)), reshaped(bias, (self.size, 1))]
            v, w = (moved(lambda *parts: np.concatenate(parts, -1), *part) for part in (operands, matrices))
            runs = (1, v.shape[-1])
            return dot_product(lambda a, b, _: matmul(a, b.T), v, w, None, self.arithmetic, runs=runs)

        if self.op in ("RELU", "TANH"):
            return activated(self.op, met("INPUT", True, False)), cell
        if self.op == "GRU":
            update, reset = (activated("SIGMOID", met(gate, True, False)) for gate in ("UPDATE", "RESET"))
            candidate = activated("TANH", _sum(met("HIDDEN", True), _product(reset, met("HIDDEN", False))))
            rest = computed(lambda z: 1 - z, lambda z, r: np.abs(r), update)
            return _sum(_product(rest, candidate), _product(update, hidden)), cell
        gates = [activated("SIGMOID", met(gate, True, False)) for gate in ("INPUT", "FORGET", "OUTPUT")]
        candidate = activated("TANH", met("CELL", True, False))
        cell = _sum(_product(gates[1], cell), _product(gates[0], candidate))
        return _product(gates[2], activated("TANH", cell)), cell


def gate_key(kind: str, index: int, gate: str, is_w: bool) -> str:
    """The name of the `weights` or of the `bias` of a gate in a layer."""
    return f"{kind} of {'W' if is_w else 'R'}[{gate}] in layer {index}"


def reshaped(x: Bounded, shape: tuple[int, ...]) -> Bounded:
    return moved(lambda part: part.reshape(shape), x)


_product: Any = partial(computed, np.multiply, lambda a, b, y: np.abs(y))
_sum: Any = partial(computed, np.add, lambda a, b, y: np.abs(y))


def _chosen(live: np.ndarray, new: Bounded, old: Bounded) -> Bounded:
    """The new state of the sequences that have not ended."""

    def choose(a: F64, b: F64) -> np.ndarray:
        return np.where(live[:, None], a, b)

    return moved(choose, new, old)
