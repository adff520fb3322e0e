"""Values of networks with very many of them are given up after their last use, and the outputs stay."""

import numpy as np
from test_lifetimes import network

from trtexp.layers import values
from trtexp.layers.network import partly_evaluate
from trtexp.numerics import Arithmetic, encode, known


def test_large_values_are_given_up_and_the_outputs_stay(monkeypatch):
    x = known(encode(np.arange(6.0), "float32"))
    weights = {"three": known(encode(np.array(3), "int32"))}
    monkeypatch.setattr(values, "PLENTY", 0)
    monkeypatch.setattr(values, "LARGE", 4)
    made = partly_evaluate(network(), {"x": x}, weights, Arithmetic(), wanted=["z"])
    kept = partly_evaluate(network(), {"x": x}, weights, Arithmetic())
    assert not made.refusals and made.given_up >= {"early", "far"} and not kept.given_up
    np.testing.assert_array_equal(made.tensors["z"].ref, np.arange(6.0) * -1)
    np.testing.assert_array_equal(made.tensors["z"].ref, kept.tensors["z"].ref)
    assert made.tensors["far"].shape == (6,)
    assert made.tensors["far"].dtype == "float32"
