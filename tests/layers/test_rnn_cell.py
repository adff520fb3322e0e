"""One layer of an RNN in one direction, step by step by hand."""

import numpy as np
import pytest
from layer_runs import tensor

from trtexp.layers.rnn_cell import Recurrent, gate_key
from trtexp.numerics import Arithmetic


def arrays(**gates):
    """{gate: (W, R)} of one number each, without biases."""
    found = {}
    for gate, pair in gates.items():
        for is_w, value in zip((True, False), pair, strict=True):
            found[gate_key("weights", 0, gate, is_w)] = tensor([[value]])
            found[gate_key("bias", 0, gate, is_w)] = tensor([0.0])
    return found


def run(values, backwards=False, lengths=None, op="RELU", **gates):
    """The outputs of one sequence, from a state of 0."""
    zero = tensor([[0.0]])
    one = Recurrent(op, 1, 0, arrays(**(gates or {"INPUT": (1.0, 2.0)})), Arithmetic())
    x = tensor(np.reshape(values, (1, -1, 1)))
    return one.run(x, zero, zero, np.array([lengths or len(values)]), backwards)


def test_a_state_is_carried_from_step_to_step():
    y, hidden, _ = run([1.0, 2, 3])
    assert y.ref.ravel().tolist() == [1, 2 + 2, 3 + 8]
    assert hidden.ref.tolist() == [[11]]


def test_backwards_the_outputs_stay_in_their_places():
    y, hidden, _ = run([1.0, 2, 3], backwards=True)
    assert y.ref.ravel().tolist() == [1 + 16, 2 + 6, 3]
    assert hidden.ref.tolist() == [[17]]


@pytest.mark.parametrize("backwards", [False, True])
def test_behind_the_end_the_state_stays_and_outputs_are_undetermined(backwards):
    y, hidden, _ = run([1.0, 2, 3], backwards, lengths=2)
    assert hidden.ref.tolist() == ([[5]] if backwards else [[4]])
    assert y.undetermined.ravel().tolist() == [False, False, True]


def test_an_lstm_keeps_its_cell_where_the_forget_gate_is_open():
    gates = {"INPUT": (-1e4, 0.0), "FORGET": (1e4, 0.0), "OUTPUT": (1e4, 0.0), "CELL": (1.0, 0.0)}
    one = Recurrent("LSTM", 1, 0, arrays(**gates), Arithmetic())
    with np.errstate(over="ignore"):
        hidden, cell = one.step(tensor([[1.0]]), tensor([[0.0]]), tensor([[0.5]]))
    assert cell.ref.tolist() == [[0.5]]
    assert hidden.ref[0, 0] == pytest.approx(np.tanh(0.5))
