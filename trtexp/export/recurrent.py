"""The recurrent layer of 8.x, as ONNX's LSTM, GRU and RNN."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trtexp.export.writer import Exports, Writer
from trtexp.layers.rnn_v2 import GATES, RNNv2

EXPORTS = Exports()

OPERATORS = {"RELU": "RNN", "TANH": "RNN", "LSTM": "LSTM", "GRU": "GRU"}


@EXPORTS("rnn_v2")
def rnn_v2(writer: Writer, layer: RNNv2, to: str, inputs: Sequence[str]) -> None:
    """One operator for each layer: x (S, N, E) -> (S, directions, N, H), and the last states (directions, N, H)."""
    x, hidden, cells, lengths = [*inputs, "", "", ""][:4]
    batch, length, ways, size = writer.shape(x)[:-2], layer.max_seq_length, layer.ways, layer.hidden_size
    count, op = int(np.prod(batch)), layer.final.op
    y = writer.transpose(writer.reshape(x, [count, length, -1]), [1, 0, 2])
    lengths = writer.reshape(lengths, [count]) if lengths else ""
    starts = [
        writer.transpose(writer.reshape(state, [count, -1, size]), [1, 0, 2]) if state else ""
        for state in (hidden, cells)
    ]
    ends: list[list[str]] = [[], []]
    for index in range(layer.layer_count):
        chosen = writer.ints(range(index * ways, (index + 1) * ways))
        given = [writer.node("Gather", [state, chosen], axis=0) if state else "" for state in starts]
        names = [writer.fresh(name) for name in ("y", "hidden", "cell")][: 3 if op == "LSTM" else 2]
        writer.node(
            OPERATORS[op],
            [y, *_weights(writer, layer, index, writer.dtype(x)), lengths, *given[: len(names) - 1]],
            names,
            hidden_size=size,
            direction="bidirectional" if ways == 2 else "forward",
            activations=[op.title()] * ways if op in ("RELU", "TANH") else None,
            linear_before_reset=1 if op == "GRU" else None,
        )
        y = writer.reshape(writer.transpose(names[0], [0, 2, 1, 3]), [length, count, ways * size])
        for made, name in zip(ends, names[1:], strict=False):
            made.append(name)
    outputs = layer.output_tensors(to)
    writer.reshape(writer.transpose(y, [1, 0, 2]), [*batch, length, ways * size], outputs[0])
    for made, output in zip(ends, outputs[1:], strict=False):
        last = writer.transpose(writer.node("Concat", made, axis=0), [1, 0, 2])
        writer.reshape(last, [*batch, layer.layer_count * ways, size], output)


def _weights(writer: Writer, layer: RNNv2, index: int, dtype: str) -> list[str]:
    """W, R and the biases of one layer: (directions, gates · H, …), and W's biases before R's."""
    given = {(gate.layer_index, str(gate.gate), gate.is_w): gate for gate in layer.gates}
    gates, ways, size = GATES[layer.final.op], layer.ways, layer.hidden_size
    matrices: dict[bool, list[np.ndarray]] = {True: [], False: []}
    biases = []
    for way in range(index * ways, (index + 1) * ways):
        for is_w in (True, False):
            for name in gates:
                gate = given[way, name, is_w]
                matrix = np.eye(size) if gate.weights is None else writer.numbers(gate.weights)
                matrices[is_w].append(matrix.reshape(size, -1) if matrix.size else np.eye(size))
                biases.append(writer.numbers(gate.bias or ""))
    stacked = [np.concatenate(matrices[is_w]).reshape(ways, len(gates) * size, -1) for is_w in (True, False)]
    return [writer.constant(array, dtype) for array in (*stacked, np.concatenate(biases).reshape(ways, -1))]
