"""add_rnn_v2."""

import math

import numpy as np
import pytest
from layer_runs import outputs, tensor

from trtexp.definition.steps import Call, Member, Ref
from trtexp.layers import LAYERS
from trtexp.layers.base import LayerError
from trtexp.layers.rnn_v2 import GATES

ARRAYS = {"w": [[1.0]], "r": [[2.0]], "wb": [0.5], "rb": [0.0], "zero": [[0.0]]}
X = [[[1.0], [2.0], [-16.0]]]


def gates(op="RELU", layers=1):
    places = [(i, g, w) for i in range(layers) for g in GATES[op] for w in (True, False)]
    names = {True: ("w", "wb"), False: ("r", "rb")}
    return [{"layer_index": i, "gate": g, "is_w": w, "weights": names[w][0], "bias": names[w][1]} for i, g, w in places]


def data(op="RELU", layers=1, **changes):
    made = {"input": "x", "layer_count": layers, "hidden_size": 1, "max_seq_length": 3, "op": op}
    return {**made, "gates": gates(op, layers), **changes}


def run(x=X, inputs=(), arrays=None, op="RELU", **changes):
    """All outputs; `inputs` are hidden_state, cell_state and seq_lengths, as far as they are given."""
    layer = LAYERS["rnn_v2"].model_validate(data(op, **changes))
    values = ARRAYS | (arrays or {})
    return outputs(layer, [x, *inputs], {key: values[name] for _, key, name in layer.weight_arrays()})


def lists(*arguments, **changes):
    """All outputs of the one sequence."""
    return [part.ref[0].tolist() for part in run(*arguments, **changes)]


def test_relu_by_hand():
    """1 + 0.5, then 2 + 2 · 1.5 + 0.5, then a negative sum."""
    assert lists() == [[[1.5], [5.5], [0]], [[0]]]
    assert all(part.certified.all() for part in run())


def test_tanh():
    first = math.tanh(1.5)
    out, last = lists(op="TANH")
    assert out[:2] == [[pytest.approx(first)], [pytest.approx(math.tanh(2.5 + 2 * first))]]
    assert out[2] == last[0]


def test_lstm_by_hand():
    """All gates get 0 and are half open; the candidate is tanh 0.5 in each step, so cells are halved and added to."""
    arrays = {"w": [[0.0]], "r": [[0.0]], "wb": [0.0]}
    kinds = [g | ({"bias": "half"} if g["gate"] == "CELL" and g["is_w"] else {}) for g in gates("LSTM")]
    out, hidden, cell = lists(op="LSTM", arrays=arrays | {"half": [0.5]}, gates=kinds)
    candidate, cells = math.tanh(0.5), []
    for before in (0, 1, 2):
        cells.append(0.5 * (cells[before - 1] if before else 0) + 0.5 * candidate)
    assert [row[0] for row in out] == pytest.approx([0.5 * math.tanh(c) for c in cells])
    assert cell == [[pytest.approx(cells[-1])]] and hidden == [out[-1]]


def test_each_gate_of_an_lstm_has_its_own_weights():
    """Gates that are wholly open or closed, one at a time: a closed FORGET loses the cell, a closed INPUT the step."""
    candidate = math.tanh(0.5)
    for closed, cells in {
        "FORGET": [candidate, candidate],
        "INPUT": [0, 0],
        "OUTPUT": [candidate, 2 * candidate],
        None: [candidate, 2 * candidate],
    }.items():
        biases = {"CELL": "half", closed: "closed"}
        kinds = [g | {"bias": biases.get(g["gate"], "open") if g["is_w"] else "rb"} for g in gates("LSTM")]
        arrays = {"w": [[0.0]], "r": [[0.0]], "half": [0.5], "open": [100.0], "closed": [-100.0]}
        out, _, cell = lists([[[1.0]] * 2], op="LSTM", arrays=arrays, gates=kinds, max_seq_length=2)
        assert cell == [[pytest.approx(cells[-1])]], closed
        shown = [0 if closed == "OUTPUT" else math.tanh(c) for c in cells]
        assert [row[0] for row in out] == pytest.approx(shown), closed


def test_gru_by_hand():
    """Half of the candidate tanh(x) and half of the state before: the gates get 0."""
    kinds = [g | {"weights": "zero", "bias": "rb"} if g["gate"] != "HIDDEN" else g for g in gates("GRU")]
    kinds = [g | {"weights": "zero"} if not g["is_w"] else g for g in kinds]
    out, _ = lists([[[1.0], [0.0], [0.0]]], op="GRU", arrays={"wb": [0.0]}, gates=kinds)
    assert [row[0] for row in out] == pytest.approx([math.tanh(1) / 2, math.tanh(1) / 4, math.tanh(1) / 8])


def test_the_reset_gate_stands_before_the_recurrent_part_of_the_candidate():
    kinds = [g | {"weights": "zero"} if g["gate"] != "HIDDEN" else g for g in gates("GRU")]
    kinds = [g | {"bias": "open"} if g["gate"] == "RESET" and g["is_w"] else g for g in kinds]
    closed = [g | {"bias": "closed"} if g.get("bias") == "open" else g for g in kinds]
    arrays = {"open": [1000.0], "closed": [-1000.0]}
    state = [tensor([[[1.0]]])]
    with_reset, without = (
        lists([[[0.0]] * 3], state, arrays, "GRU", gates=k, set={"hidden_state": "h"}) for k in (kinds, closed)
    )
    z = 1 / (1 + math.exp(-0.5))
    assert with_reset[0][0] == [pytest.approx((1 - z) * math.tanh(2.5) + z)]
    assert without[0][0] == [pytest.approx((1 - z) * math.tanh(0.5) + z)]


def test_two_directions():
    out, hidden = lists(layers=1, gates=gates(layers=2), set={"direction": "BIDIRECTION"}, x=[[[1.0], [2.0], [4.0]]])
    assert out == [[1.5, 24.5], [5.5, 11.5], [15.5, 4.5]]
    assert hidden == [[15.5], [24.5]]


def test_two_layers():
    assert lists(layers=2)[1] == [[0], [pytest.approx(2 * (2 * 2.0 + 5.5 + 0.5) + 0.5)]]


def test_skip_takes_the_input_as_it_is():
    """1 + 0.5, then 2 + 2 · 1.5 + 0.5: without weights or with empty ones, but with both biases."""
    first, second = gates()
    for weights in (None, "none"):
        skipped = [first | {"weights": weights}, second]
        out, _ = lists(gates=skipped, arrays={"none": []}, set={"input_mode": "SKIP"})
        assert out == [[1.5], [5.5], [0]]


def test_first_states():
    assert lists(inputs=[tensor([[[10.0]]])], set={"hidden_state": "h"})[0][0] == [21.5]
    assert lists(op="LSTM", inputs=[None, tensor([[[50.0]]])], set={"cell_state": "c"})[2] != lists(op="LSTM")[2]


def test_lengths_end_a_sequence_early():
    x = [[[1.0], [2.0], [3.0]], [[1.0], [2.0], [3.0]]]
    out, hidden = run(x, [None, None, tensor([3, 1], "int32")], set={"seq_lengths": "n"})
    assert hidden.ref.tolist() == [[[14.5]], [[1.5]]]
    assert out.undetermined.tolist() == [[[False]] * 3, [[False], [True], [True]]]
    assert not hidden.undetermined.any()


def test_attributes_replace_arguments():
    assert lists(set={"op": "RELU"}, op="TANH", gates=gates()) == lists()
    assert lists(set={"direction": "UNIDIRECTION", "input_mode": "LINEAR"}) == lists()


def test_each_gate_is_a_call_behind_the_constructor():
    first, *others = LAYERS["rnn_v2"].model_validate(data(set={"input_mode": "LINEAR"})).steps("rnn")
    assert "gates" not in first.arguments and first.outputs == ("rnn", "rnn.hidden")
    place = {"layer_index": 0, "gate": Member("RNNGateType", "INPUT"), "is_w": True}
    assert others[0] == Call("rnn", "set_weights_for_gate", {**place, "weights": Ref("weights", "w")})
    assert others[1] == Call("rnn", "set_bias_for_gate", {**place, "bias": Ref("weights", "wb")})
    assert len(others) == 5


@pytest.mark.parametrize(
    ("label", "keys", "place"),
    [
        ("C1", {"x": [[[1.0]]]}, "input"),
        ("C1", {"x": X[0]}, "input"),
        ("C2", {"gates": gates()[:1]}, "gates"),
        ("C2", {"gates": gates("LSTM")}, ("gates", 2, "weights")),
        ("C2", {"gates": gates()[1:], "set": {"input_mode": "SKIP"}}, "gates"),
        ("C3", {"set": {"input_mode": "SKIP"}}, ("gates", 0, "weights")),
        ("C3", {"arrays": {"w": [[1.0, 2]]}}, ("gates", 0, "weights")),
        ("C3", {"arrays": {"rb": [1.0, 2]}}, ("gates", 1, "bias")),
        ("C3", {"arrays": {"w": tensor([[1]], "int32")}}, ("gates", 0, "weights")),
        ("C3", {"arrays": {"rb": tensor([1], "int8")}}, ("gates", 1, "bias")),
        ("C4", {"x": np.ones((1, 3, 2)), "set": {"input_mode": "SKIP"}}, ("set", "input_mode")),
        ("C5", {"inputs": [tensor([1.0])], "set": {"hidden_state": "h"}}, ("set", "hidden_state")),
        ("C5", {"inputs": [None, tensor([[[1.0]]])], "set": {"cell_state": "c"}}, ("set", "cell_state")),
        ("C6", {"inputs": [None, None, tensor([4], "int32")], "set": {"seq_lengths": "n"}}, ("set", "seq_lengths")),
        ("C6", {"inputs": [None, None, tensor([3])], "set": {"seq_lengths": "n"}}, ("set", "seq_lengths")),
        ("C7", {"hidden_size": 0}, "hidden_size"),
        ("C8", {"op": "LSTM", "set": {"op": "RELU"}}, ("set", "op")),
    ],
)
def test_what_is_refused(label, keys, place):
    with pytest.raises(LayerError, match=rf"\[{label}\]$") as caught:
        run(**keys)
    wanted = (place,) if isinstance(place, str) else place
    assert caught.value.path == (wanted if wanted[0] == "set" else ("rnn_v2", *wanted))
