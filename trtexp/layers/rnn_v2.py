"""add_rnn_v2, 8.x only. Source: NvInfer.h, IRNNv2Layer, RNNOperation, RNNDirection and RNNInputMode."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from trtexp.definition.steps import Call, Member, Ref, Step, Value
from trtexp.layers.activation import FUNCTIONS
from trtexp.layers.base import Attributes, Kind, Layer, LayerError, Model, Tensor, Weights
from trtexp.numerics import F64, Arithmetic, Bounded, computed, dot_product, exactly, moved, settled

RNNOperation = Annotated[Literal["RELU", "TANH", "LSTM", "GRU"], Kind("RNNOperation")]
RNNDirection = Annotated[Literal["UNIDIRECTION", "BIDIRECTION"], Kind("RNNDirection")]
RNNInputMode = Annotated[Literal["LINEAR", "SKIP"], Kind("RNNInputMode")]
RNNGateType = Annotated[Literal["INPUT", "OUTPUT", "FORGET", "UPDATE", "RESET", "CELL", "HIDDEN"], Kind("RNNGateType")]

#: operation -> its gates.
GATES = {
    "RELU": ("INPUT",),
    "TANH": ("INPUT",),
    "LSTM": ("INPUT", "OUTPUT", "FORGET", "CELL"),
    "GRU": ("UPDATE", "RESET", "HIDDEN"),
}


class Gate(Model):
    """Weights and bias of one gate, by `set_weights_for_gate` and `set_bias_for_gate`."""

    layer_index: int
    """The layer; with two directions 2 l is the layer l forwards, 2 l + 1 backwards."""
    gate: RNNGateType
    """The gate."""
    is_w: bool
    """True for what meets the input (W), false for what meets the hidden state (R)."""
    weights: Weights | None = None
    """(H, elements of what it meets), row by row."""
    bias: Weights | None = None
    """(H,)"""


class RNNv2Attributes(Attributes):
    """Attributes of an RNN."""

    op: RNNOperation | None = None
    """The operation."""
    direction: RNNDirection | None = None
    """BIDIRECTION: forwards and backwards, side by side. Default UNIDIRECTION."""
    input_mode: RNNInputMode | None = None
    """SKIP: the first layer takes the input as it is, without W. Default LINEAR."""
    hidden_state: Tensor | None = None
    """The first hidden states, (…, L, H), L twice as large with two directions. Default 0."""
    cell_state: Tensor | None = None
    """The first cell states of an LSTM, likewise."""
    seq_lengths: Tensor | None = None
    """int32, the length of each sequence; left out: max_seq_length."""


class RNNv2(Layer):
    """Recurrent layers, one on the other: x (…, S, E) -> (…, S, H) and the last hidden states `hidden` (…, L, H).

    An LSTM gives the last cell states `cell` (…, L, H) too. With two directions the first has 2 H, the others 2 L.
    What comes behind the end of a sequence is nowhere said. C1: x is float with rank 3 or more and S = max_seq_length.
    C2: each gate of each layer has weights and a bias for W and for R, and there are no others; in the first layer of
    SKIP the weights of W are empty or left out, and their bias is not. C3: weights are (H, E), with 2 H instead of E
    behind a layer of two directions, or (H, H) for R; a bias is (H,). C4: SKIP asks for E = H. C5: states have their
    shape, and cell states belong to an LSTM. C6: lengths are int32 of shape (…), from 1 to S. C7: layer_count,
    hidden_size and max_seq_length are 1 or more. C8: what is made as an LSTM, with three outputs, stays one.
    """

    method: ClassVar[str] = "add_rnn_v2"
    interface: ClassVar[str] = "IRNNv2Layer"
    most_inputs: ClassVar[int] = 4
    tensor_inputs: ClassVar[Mapping[str, int]] = {"hidden_state": 1, "cell_state": 2, "seq_lengths": 3}

    input: Tensor
    layer_count: int
    """The number of layers, L."""
    hidden_size: int
    """The number of elements of a hidden state, H."""
    max_seq_length: int
    """The largest length of a sequence, S."""
    op: RNNOperation
    """The operation."""
    gates: list[Gate] = []
    """Weights and biases; each is a call after the layer is made."""
    set: RNNv2Attributes = RNNv2Attributes()

    def output_tensors(self, name: str) -> tuple[str, ...]:
        last = (f"{name}.cell",) if self.op == "LSTM" else ()
        return (name, f"{name}.hidden", *last)

    def weight_arrays(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for i, gate in enumerate(self.gates):
            for kind, array in (("weights", gate.weights), ("bias", gate.bias)):
                if array is not None:
                    yield (self.word, "gates", i, kind), _key(kind, gate.layer_index, gate.gate, gate.is_w), array

    def steps(self, name: str) -> Iterator[Step]:
        first, *others = super().steps(name)
        assert isinstance(first, Call)
        yield replace(first, arguments={k: v for k, v in first.arguments.items() if k != "gates"})
        for gate in self.gates:
            place: dict[str, Value] = {
                "layer_index": gate.layer_index,
                "gate": Member("RNNGateType", gate.gate),
                "is_w": gate.is_w,
            }
            if gate.weights is not None:
                yield Call(name, "set_weights_for_gate", {**place, "weights": Ref("weights", gate.weights)})
            if gate.bias is not None:
                yield Call(name, "set_bias_for_gate", {**place, "bias": Ref("weights", gate.bias)})
        yield from others

    @property
    def ways(self) -> int:
        """1, or 2 for two directions."""
        return 2 if self.state().get("direction") == "BIDIRECTION" else 1

    def meets(self, index: int, embedding: int) -> int:
        """How many elements the input of a layer has."""
        return embedding if index < self.ways else self.hidden_size * self.ways

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        x, state, size = inputs[0], self.state(), self.hidden_size
        for name in ("layer_count", "hidden_size", "max_seq_length"):
            if state[name] < 1:
                self.refuse(name, f"{state[name]} given; give 1 or more", "C7")
        if x.dtype not in ("float32", "float16") or len(x.shape) < 3 or x.shape[-2] != self.max_seq_length:
            self.refuse("input", f"{x.dtype} {list(x.shape)} given; give float (N, …, {self.max_seq_length}, E)", "C1")
        skip = state.get("input_mode") == "SKIP"
        if skip and x.shape[-1] != size:
            self.refuse("input_mode", f"SKIP of {x.shape[-1]} elements; give {size}, as a hidden state has", "C4")
        if self.op == "LSTM" and state["op"] != "LSTM":
            self.refuse("op", f"{state['op']} has no cell states to give", "C8")
        if self.layer_count * self.ways > len(self.gates):
            self.refuse("gates", f"{len(self.gates)} given for {self.layer_count * self.ways} layers", "C2")
        wanted: dict[str, tuple[int, ...]] = {}
        for index in range(self.layer_count * self.ways):
            for gate, is_w in ((g, w) for g in GATES[state["op"]] for w in (True, False)):
                met = self.meets(index, x.shape[-1]) if is_w else size
                skipped = skip and is_w and index < self.ways
                wanted[_key("weights", index, gate, is_w)] = (size, 0 if skipped else met)
                wanted[_key("bias", index, gate, is_w)] = (size,)
        for place, key, _ in self.weight_arrays():
            if key not in wanted:
                raise LayerError(place, f"{state['op']} has no {key} here [C2]")
            if weights[key].ref.size != math.prod(wanted[key]):
                message = f"{weights[key].ref.size} elements; {list(wanted[key])} has {math.prod(wanted[key])} [C3]"
                raise LayerError(place, message)
        if missing := [key for key in wanted if math.prod(wanted[key]) and key not in weights]:
            self.refuse("gates", f"no {missing[0]} given", "C2")
        states = (*x.shape[:-2], self.layer_count * self.ways, size)
        for i, name in ((1, "hidden_state"), (2, "cell_state")):
            given = inputs[i] if len(inputs) > i else None
            if given is not None and (given.shape != states or (i == 2 and state["op"] != "LSTM")):
                self.refuse(name, f"{list(given.shape)} for {state['op']}; give {list(states)}, cells to LSTM", "C5")
        lengths = inputs[3] if len(inputs) > 3 else None
        if lengths is not None and (
            lengths.dtype != "int32"
            or lengths.shape != x.shape[:-2]
            or not ((lengths.ref >= 1) & (lengths.ref <= self.max_seq_length)).all()
        ):
            self.refuse("seq_lengths", f"{lengths.ref.tolist()} given; give 1 to {self.max_seq_length} for each", "C6")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x, given = inputs[0], [inputs[i] if len(inputs) > i else None for i in (1, 2, 3)]
        batch, length = x.shape[:-2], self.max_seq_length
        y = _shaped(x, (-1, length, x.shape[-1]))
        count = y.shape[0]
        lengths = np.full(count, float(length)) if given[2] is None else given[2].ref.reshape(-1)
        starts = [
            exactly(np.zeros((count, self.layer_count * self.ways, self.hidden_size)), x.dtype)
            if state is None
            else _shaped(state, (count, *state.shape[-2:]))
            for state in given[:2]
        ]
        hidden, cells = [], []
        for layer in range(self.layer_count):
            made = []
            for way in range(self.ways):
                index = layer * self.ways + way
                start = [moved(lambda part, at=index: part[:, at], state) for state in starts]
                out, last, cell = self.run(index, y, start, lengths, weights, arithmetic)
                made.append(out)
                hidden.append(last)
                cells.append(cell)
            y = moved(lambda *parts: np.concatenate(parts, -1), *made)
        ends = [moved(lambda *parts: np.stack(parts, 1), *part) for part in (hidden, cells)]
        outputs = [_shaped(part, (*batch, *part.shape[1:])) for part in (y, *ends)]
        return tuple(outputs if self.op == "LSTM" else outputs[:2])

    def run(
        self,
        index: int,
        x: Bounded,
        start: Sequence[Bounded],
        lengths: np.ndarray,
        weights: Mapping[str, Bounded],
        arithmetic: Arithmetic,
    ) -> tuple[Bounded, Bounded, Bounded]:
        """One layer in one direction: x (N, S, E) -> its outputs (N, S, H), last hidden and last cell states (N, H)."""
        hidden, cell = start
        backwards = index % self.ways == 1
        made: dict[int, Bounded] = {}
        for step in range(self.max_seq_length):
            at = self.max_seq_length - 1 - step if backwards else step
            following = self.step(index, moved(lambda part, t=at: part[:, t], x), hidden, cell, weights, arithmetic)
            live = at < lengths
            hidden, cell = (_chosen(live, *pair) for pair in zip(following, (hidden, cell), strict=True))
            made[at] = replace(hidden, undetermined=hidden.undetermined | ~live[:, None])
        return moved(lambda *parts: np.stack(parts, 1), *(made[t] for t in sorted(made))), hidden, cell

    def step(
        self,
        index: int,
        x: Bounded,
        hidden: Bounded,
        cell: Bounded,
        weights: Mapping[str, Bounded],
        arithmetic: Arithmetic,
    ) -> tuple[Bounded, Bounded]:
        """The next hidden state and the next cell state, each (N, H)."""
        op = self.state()["op"]

        def met(gate: str, *sides: bool) -> Bounded:
            """W x + Wb, R h + Rb, or the sum of both, of one gate; without W the input as it is."""
            operands, matrices = [], []
            for is_w in sides:
                value = x if is_w else hidden
                matrix = weights.get(_key("weights", index, gate, is_w))
                if matrix is None or not matrix.ref.size:
                    matrix = exactly(np.eye(self.hidden_size), x.dtype)
                bias = weights[_key("bias", index, gate, is_w)]
                operands += [value, exactly(np.ones((value.shape[0], 1)), x.dtype)]
                matrices += [_shaped(matrix, (self.hidden_size, -1)), _shaped(bias, (self.hidden_size, 1))]
            v, w = (moved(lambda *parts: np.concatenate(parts, -1), *part) for part in (operands, matrices))
            return settled(dot_product(lambda a, b, _: a @ b.T, v, w, None, arithmetic))

        if op in ("RELU", "TANH"):
            return _function(op, met("INPUT", True, False)), cell
        if op == "GRU":
            update, reset = (_function("SIGMOID", met(gate, True, False)) for gate in ("UPDATE", "RESET"))
            candidate = _function("TANH", _sum(met("HIDDEN", True), _product(reset, met("HIDDEN", False))))
            rest = computed(lambda z: 1 - z, lambda z, r: np.abs(r), update)
            return _sum(_product(rest, candidate), _product(update, hidden)), cell
        gates = [_function("SIGMOID", met(gate, True, False)) for gate in ("INPUT", "FORGET", "OUTPUT")]
        candidate = _function("TANH", met("CELL", True, False))
        cell = _sum(_product(gates[1], cell), _product(gates[0], candidate))
        return _product(gates[2], _function("TANH", cell)), cell


def _key(kind: str, index: int, gate: str, is_w: bool) -> str:
    return f"{kind} of {'W' if is_w else 'R'}[{gate}] in layer {index}"


def _shaped(x: Bounded, shape: tuple[int, ...]) -> Bounded:
    return moved(lambda part: part.reshape(shape), x)


def _function(name: str, x: Bounded) -> Bounded:
    f, error = FUNCTIONS[name]
    return computed(lambda v: f(v, 0, 0), lambda v, y: error(v, 0, 0, y), x)


_product: Any = partial(computed, np.multiply, lambda a, b, y: np.abs(y))
_sum: Any = partial(computed, np.add, lambda a, b, y: np.abs(y))


def _chosen(live: np.ndarray, new: Bounded, old: Bounded) -> Bounded:
    """The new state of the sequences that have not ended."""

    def choose(a: F64, b: F64) -> np.ndarray:
        return np.where(live[:, None], a, b)

    return moved(choose, new, old)
