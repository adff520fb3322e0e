"""add_rnn_v2, 8.x only. Source: NvInfer.h, IRNNv2Layer, RNNOperation, RNNDirection and RNNInputMode."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from trtexp.definition.steps import Call, Member, Ref, Step, Value
from trtexp.layers.base import (
    GIVEN,
    Default,
    Described,
    Kind,
    Layer,
    LayerError,
    Maybe,
    Model,
    Tensor,
    Typed,
    Weights,
)
from trtexp.layers.operands import Operand
from trtexp.layers.rnn_cell import Recurrent, gate_key, reshaped
from trtexp.numerics import Arithmetic, Bounded, exactly, moved
from trtexp.numerics.budget import OF_A_STEP, OF_MATRICES, Work

RNNOperation = Annotated[Literal["RELU", "TANH", "LSTM", "GRU"], Kind("RNNOperation")]
RNNDirection = Annotated[Literal["UNIDIRECTION", "BIDIRECTION"], Kind("RNNDirection")]
RNNInputMode = Annotated[Literal["LINEAR", "SKIP"], Kind("RNNInputMode")]
RNNGateType = Annotated[Literal["INPUT", "OUTPUT", "FORGET", "UPDATE", "RESET", "CELL", "HIDDEN"], Kind("RNNGateType")]

Arrays = Mapping[str, Bounded]  # the weights and biases of the gates, by `gate_key`
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


class RNNv2Attributes(Typed, Described):
    """Attributes of an RNN, which no release shares among GPUs."""

    op: RNNOperation = GIVEN
    """The operation."""
    direction: RNNDirection = "UNIDIRECTION"
    """BIDIRECTION: forwards and backwards, side by side."""
    input_mode: RNNInputMode = "LINEAR"
    """SKIP: the first layer takes the input as it is, without W."""
    hidden_state: Annotated[Tensor | None, Default(0)] = None
    """The first hidden states, (…, L, H), L twice as large with two directions."""
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

    method, interface = "add_rnn_v2", "IRNNv2Layer"
    operands = ("input", "hidden_state", "cell_state", "seq_lengths")
    scaffold = """inputs: {x: {shape: [1, 3, 2], arange: {start: 1}}}
        weights:
          w: {shape: [2, 2], values: [[1, 0], [10, 1]]}
          r: {shape: [2, 2], values: [[2, 0], [0, 4]]}
          wb: {values: [0.5, 0.25]}
          rb: {values: [100, 200]}
        network:
          y:
            rnn_v2:
              input: x
              layer_count: 1
              hidden_size: 2
              max_seq_length: 3
              op: RELU
              gates:
                - {layer_index: 0, gate: INPUT, is_w: true, weights: w, bias: wb}
                - {layer_index: 0, gate: INPUT, is_w: false, weights: r, bias: rb}"""

    input: Tensor
    layer_count: int
    """The number of layers, L."""
    hidden_size: int
    """The number of elements of a hidden state, H."""
    max_seq_length: int
    """The largest length of a sequence, S."""
    op: RNNOperation
    gates: list[Gate] = []
    """Weights and biases; each is a call after the layer is made."""
    set: RNNv2Attributes = RNNv2Attributes()  # type: ignore[assignment]

    def output_tensors(self, name: str) -> tuple[str, ...]:
        last = (f"{name}.cell",) if self.op == "LSTM" else ()
        return (name, f"{name}.hidden", *last)

    def weight_arrays(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for i, gate in enumerate(self.gates):
            for kind, array in (("weights", gate.weights), ("bias", gate.bias)):
                if array is not None:
                    yield (self.word, "gates", i, kind), gate_key(kind, gate.layer_index, gate.gate, gate.is_w), array

    def operand_values(self, inputs: Mapping[int, Bounded], arrays: Arrays) -> list[Operand]:
        return [*super().operand_values(inputs, arrays), arrays]

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
        return 2 if self.final.direction == "BIDIRECTION" else 1

    def shapes(self, embedding: int) -> dict[str, tuple[int, ...]]:
        """The shape of each array of weights and of each bias. embedding: how many elements the input has, E."""
        size, ways = self.hidden_size, self.ways
        found: dict[str, tuple[int, ...]] = {}
        for index in range(self.layer_count * ways):
            met = embedding if index < ways else size * ways
            skipped = self.final.input_mode == "SKIP" and index < ways
            for gate in GATES[self.final.op]:
                for is_w in (True, False):
                    columns = size if not is_w else 0 if skipped else met
                    found[gate_key("weights", index, gate, is_w)] = (size, columns)
                    found[gate_key("bias", index, gate, is_w)] = (size,)
        return found

    def check_inputs(self, x: Bounded, hidden: Maybe, cell: Maybe, lengths: Maybe, gates: Arrays) -> None:
        final, size, length = self.final, self.hidden_size, self.max_seq_length
        for name, value in (("layer_count", self.layer_count), ("hidden_size", size), ("max_seq_length", length)):
            if value < 1:
                self.refuse(name, f"{value} given; give 1 or more", "C7")
        if x.dtype not in ("float32", "float16") or len(x.shape) < 3 or x.shape[-2] != length:
            self.refuse("input", f"{x.dtype} {list(x.shape)} given; give float (N, …, {length}, E)", "C1")
        if final.input_mode == "SKIP" and x.shape[-1] != size:
            self.refuse("input_mode", f"SKIP of {x.shape[-1]} elements; give {size}, as a hidden state has", "C4")
        if self.op == "LSTM" and final.op != "LSTM":
            self.refuse("op", f"{final.op} has no cell states to give", "C8")
        if self.layer_count * self.ways > len(self.gates):
            self.refuse("gates", f"{len(self.gates)} given for {self.layer_count * self.ways} layers", "C2")
        wanted = self.shapes(x.shape[-1])
        for place, key, _ in self.weight_arrays():
            if key not in wanted:
                raise LayerError(place, f"{final.op} has no {key} here [C2]")
            if gates[key].ref.size != math.prod(wanted[key]):
                message = f"{gates[key].ref.size} elements; {list(wanted[key])} has {math.prod(wanted[key])} [C3]"
                raise LayerError(place, message)
            if gates[key].dtype not in ("float32", "float16"):
                raise LayerError(place, f"an array of {gates[key].dtype}; give float32 or float16 [C3]")
        if missing := [key for key in wanted if math.prod(wanted[key]) and key not in gates]:
            self.refuse("gates", f"no {missing[0]} given", "C2")
        states = (*x.shape[:-2], self.layer_count * self.ways, size)
        for name, given in (("hidden_state", hidden), ("cell_state", cell)):
            if given is not None and (given.shape != states or (name == "cell_state" and final.op != "LSTM")):
                self.refuse(name, f"{list(given.shape)} for {final.op}; give {list(states)}, cells to LSTM", "C5")
        if lengths is not None and (
            lengths.dtype != "int32"
            or lengths.shape != x.shape[:-2]
            or not ((lengths.ref >= 1) & (lengths.ref <= length)).all()
        ):
            self.refuse("seq_lengths", f"{lengths.ref.tolist()} given; give 1 to {length} for each", "C6")

    def work(self, x: Bounded, hidden: Maybe, cell: Maybe, lengths: Maybe, gates: Arrays) -> Work:
        steps, size = self.layer_count * self.ways * self.max_seq_length, self.hidden_size
        rows, met = math.prod(x.shape[:-2]), max(x.shape[-1], size * self.ways) + size
        return Work(8 * steps * rows * size, steps * (200 * OF_A_STEP + 4 * rows * size * met // OF_MATRICES))

    def evaluate(
        self, x: Bounded, hidden: Maybe, cell: Maybe, lengths: Maybe, gates: Arrays, *, arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        batch, length = x.shape[:-2], self.max_seq_length
        y = reshaped(x, (-1, length, x.shape[-1]))
        count = y.shape[0]
        ends = np.full(count, float(length)) if lengths is None else lengths.ref.reshape(-1)
        starts = [
            exactly(np.zeros((count, self.layer_count * self.ways, self.hidden_size)), x.dtype)
            if state is None
            else reshaped(state, (count, *state.shape[-2:]))
            for state in (hidden, cell)
        ]
        hiddens, cells = [], []
        for layer in range(self.layer_count):
            made = []
            for way in range(self.ways):
                index = layer * self.ways + way
                state, memory = (moved(lambda part, at=index: part[:, at], start) for start in starts)
                one = Recurrent(self.final.op, self.hidden_size, index, gates, arithmetic)
                out, last, last_cell = one.run(y, state, memory, ends, way == 1)
                made.append(out)
                hiddens.append(last)
                cells.append(last_cell)
            y = moved(lambda *parts: np.concatenate(parts, -1), *made)
        states = [moved(lambda *parts: np.stack(parts, 1), *part) for part in (hiddens, cells)]
        outputs = [reshaped(part, (*batch, *part.shape[1:])) for part in (y, *states)]
        return tuple(outputs if self.op == "LSTM" else outputs[:2])
