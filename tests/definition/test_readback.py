"""Records of a network that was read back, to text and from it."""

import numpy as np

from trtexp.definition.network import Array
from trtexp.definition.readback import ReadLayer, ReadNetwork, ReadTensor
from trtexp.definition.steps import Member, Ref

X = ReadTensor("x", "float32", (-1, 2), dimensions=("n", ""))
Y = ReadTensor("/y", "int64", None, shape_tensor=True)
ATTRIBUTES = {"op": Member("ReduceOperation", "SUM"), "alpha": float("inf"), "w": Ref("weights", "d"), "axes": (1, 2)}
LAYER = ReadLayer("REDUCE", "r", "[ONNX Layer: r]", ("x", None), (Y,), "loop_0", ATTRIBUTES)


def test_there_and_back():
    weights = {"d": Array("float32", (1,), np.ones(1, np.float32))}
    network = ReadNetwork((X,), ("/y",), (LAYER,), weights, {"loop_0": ("loop", "a loop")})
    assert ReadNetwork.from_json(network.to_json(), weights) == network


def test_every_tensor_by_its_name():
    assert ReadNetwork((X,), ("/y",), (LAYER,)).tensors == {"x": X, "/y": Y}
