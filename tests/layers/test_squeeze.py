"""add_squeeze and add_unsqueeze."""

import numpy as np
import pytest
from layer_runs import evaluate, refused, refused_by_rtx, tensor

from trtexp.layers import LAYERS
from trtexp.layers.base import LayerError


def run(method, shape, axes):
    inputs = [np.zeros(shape)] + ([] if axes is None else [tensor(axes, "int32")])
    return evaluate(method, inputs, input="x", **({} if axes is None else {"axes": "a"})).shape


@pytest.mark.parametrize(
    ("axes", "shape"), [([0], (2, 1, 3)), ([-2], (1, 2, 3)), ([2, 0], (2, 3)), ([], (1, 2, 1, 3)), (None, (2, 3))]
)
def test_squeeze(axes, shape):
    assert run("squeeze", (1, 2, 1, 3), axes) == shape


@pytest.mark.parametrize(
    ("axes", "shape"), [([0], (1, 2, 3)), ([-1], (2, 3, 1)), ([2, 0], (1, 2, 1, 3)), ([-4, 1], (1, 1, 2, 3))]
)
def test_unsqueeze(axes, shape):
    assert run("unsqueeze", (2, 3), axes) == shape


def test_scalars():
    assert run("squeeze", (1, 1), [0, 1]) == ()
    assert run("unsqueeze", (), [0]) == (1,)


@pytest.mark.parametrize(
    ("label", "method", "axes"),
    [
        ("C1", "squeeze", [4]),
        ("C1", "squeeze", [-5]),
        ("C1", "unsqueeze", [5]),
        ("C2", "squeeze", [0, -4]),
        ("C2", "unsqueeze", [1, 1]),
        ("C3", "squeeze", [1]),
    ],
)
def test_what_is_refused(label, method, axes):
    inputs = [np.zeros((1, 2, 1, 3)), tensor(axes, "int32")]
    assert refused(label, method, inputs, input="x", axes="a") == (method, "axes")


@pytest.mark.parametrize("method", ["squeeze", "unsqueeze"])
def test_rtx_refuses_uint8_c4(method):
    inputs = [tensor([[1]], "uint8"), tensor([0], "int32")]
    assert refused_by_rtx("C4", method, inputs, input="x", axes="a") == (method, "input")


@pytest.mark.parametrize("method", ["squeeze", "unsqueeze"])
@pytest.mark.parametrize("dtype", ["float32", "int8", "bool"])
def test_axes_that_are_no_integers_are_refused_s1(method, dtype):
    assert refused("S1", method, [[[1]], tensor([0], dtype)], input="x", axes="a") == (method, "axes")


@pytest.mark.parametrize("method", ["squeeze", "unsqueeze"])
def test_axes_that_are_an_input_of_the_network_are_refused_c5(method):
    made = LAYERS[method].model_validate({"input": "x", "axes": "z"})
    with pytest.raises(LayerError, match=r"'z' is an input of the network; give a constant \[C5\]$"):
        made.check_network("y", {"y": made})
    layers = {"z": LAYERS["constant"].model_validate({"shape": [1], "weights": "w"}), "y": made}
    made.check_network("y", layers)
