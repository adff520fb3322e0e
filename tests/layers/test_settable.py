"""What any layer can be told: types of weakly typed networks, texts, ranks."""

import numpy as np
import pytest
from layer_runs import tensor

from trtexp.definition.steps import Assign, Call, Member
from trtexp.layers import LAYERS
from trtexp.layers.network import evaluate
from trtexp.numerics import Arithmetic

X = tensor([2049.0, 65504, -0.1])


def largest(**attributes):
    layer = LAYERS["elementwise"].model_validate({"input1": "x", "input2": "x", "op": "MAX", "set": attributes})
    return layer, evaluate({"y": layer}, {"x": X}, {}, Arithmetic()).tensors["y"]


def test_computing_in_half_rounds_what_comes_in():
    _, y = largest(precision="HALF")
    assert y.dtype == "float32"
    assert y.ref.tolist() == [2048, 65504, float(np.float16(-0.1))]
    assert largest(precision="FLOAT")[1].ref.tolist() == X.ref.tolist()


def test_sums_in_half_have_the_bounds_of_half():
    layers = {
        precision: LAYERS["elementwise"].model_validate(
            {"input1": "x", "input2": "x", "op": "SUM", "set": {"precision": precision}}
        )
        for precision in ("HALF", "FLOAT")
    }
    made = evaluate(layers, {"x": tensor([0.1])}, {}, Arithmetic()).tensors
    assert made["HALF"].bound[0] > 2.0**-12 * 0.2 > made["FLOAT"].bound[0]


def test_weights_are_rounded_too():
    data = {"input": "x", "num_output_maps": 1, "kernel_shape": [1, 1], "kernel": "w", "set": {"precision": "HALF"}}
    layers = {"y": LAYERS["convolution_nd"].model_validate(data)}
    made = evaluate(layers, {"x": tensor([[[[1.0]]]])}, {"w": tensor([2049.0])}, Arithmetic())
    assert made.tensors["y"].ref.tolist() == [[[[2048]]]]


@pytest.mark.parametrize(("member", "dtype"), [("HALF", "float16"), ("INT32", "int32")])
def test_the_output_type_is_that_of_the_first_output(member, dtype):
    layer, y = largest(output_type=member)
    assert y.dtype == dtype
    assert y.ref[0] == (2048 if member == "HALF" else 2049)
    assert list(layer.steps("y"))[1] == Call("y", "set_output_type", {"index": 0, "dtype": Member("DataType", member)})


def test_metadata_and_ranks_are_assigned_and_change_nothing():
    layer, y = largest(metadata="text", num_ranks=1)
    assert list(layer.steps("y"))[1:] == [Assign("y", "metadata", "text"), Assign("y", "num_ranks", 1)]
    assert y.ref.tolist() == X.ref.tolist()
