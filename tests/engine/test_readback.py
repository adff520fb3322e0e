"""What TensorRT-RTX tells of networks that it holds."""

import types

import numpy as np
import pytest

from trtexp.definition.network import DTYPES, Array, Input, NetworkDefinition
from trtexp.definition.readback import ReadTensor
from trtexp.definition.steps import Assign, Call, Member, Ref
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed
from trtexp.engine.outcome import Release
from trtexp.engine.readback import read_back
from trtexp.engine.session import Session

X = Input("x", "float32", (1, 1, 4, 4))


def tensor(name):
    return Ref("tensor", name)


@pytest.fixture(scope="module")
def rtx():
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed: nothing else builds without a GPU")
    return Session("tensorrt-rtx")


def read(session, steps, weights=None, inputs=(X,), outputs=("y",)):
    return session.define(NetworkDefinition(inputs, weights or {}, tuple(steps), outputs), read=True)


def relu(name="y", of="x"):
    return Call(
        "network", "add_activation", {"input": tensor(of), "type": Member("ActivationType", "RELU")}, name, (name,)
    )


def test_a_layer_tells_its_attributes(rtx):
    outcome = read(rtx, [relu(), Assign("y", "alpha", 0.5)])
    assert (outcome.status, outcome.log) == ("defined", ())
    (layer,) = outcome.network.layers
    assert (layer.kind, layer.name, layer.inputs, layer.owner) == ("ACTIVATION", "y", ("x",), None)
    assert layer.outputs == (ReadTensor("y", "float32", (1, 1, 4, 4)),)
    assert layer.attributes["type"] == Member("ActivationType", "RELU") and layer.attributes["alpha"] == 0.5
    assert (outcome.network.outputs, outcome.network.inputs[0].name) == (("y",), "x")


@pytest.mark.parametrize(
    "dtype", ["float32", "float16", "bfloat16", "float8e4m3", "int64", "int32", "int8", "bool", "int4"]
)
def test_weights_of_every_type_come_back_bit_for_bit(rtx, dtype):
    storage, width, _ = DTYPES[dtype]
    count = 8 if width >= 8 else 4
    bits = (
        np.frombuffer(np.random.default_rng(1).bytes(64), storage)[:count] if dtype != "bool" else np.arange(8) % 3 == 0
    )
    given = Array(dtype, (8,), bits)
    constant = Call("network", "add_constant", {"shape": (8,), "weights": Ref("weights", "w")}, "y", ("y",))
    outcome = read(rtx, [constant], {"w": given}, ())
    assert outcome.network is not None, outcome.message
    (found,) = outcome.network.weights.values()
    assert found.same_bits(given)


def test_one_array_of_two_layers_is_told_once(rtx):
    weights = {"a": Array("float32", (2,), np.ones(2, np.float32)), "b": Array("float32", (2,), np.ones(2, np.float32))}
    constants = [
        Call("network", "add_constant", {"shape": (2,), "weights": Ref("weights", w)}, n, (n,)) for w, n in ("ay", "bz")
    ]
    assert len(read(rtx, constants, weights, ()).network.weights) == 1


def test_the_layers_of_a_loop_name_it(rtx):
    steps = [
        Call("network", "add_constant", {"shape": (), "weights": Ref("weights", "n")}, "n", ("n",)),
        Call("network", "add_loop", {}, "loop"),
        Call("loop", "add_trip_limit", {"tensor": tensor("n"), "kind": Member("TripLimit", "COUNT")}, "limit"),
        Call("loop", "add_recurrence", {"initial_value": tensor("x")}, "r", ("r",)),
        relu("next", "r"),
        Call("r", "set_input", {"index": 1, "tensor": tensor("next")}),
        Call(
            "loop", "add_loop_output", {"tensor": tensor("r"), "kind": Member("LoopOutput", "LAST_VALUE")}, "y", ("y",)
        ),
    ]
    network = read(rtx, steps, {"n": Array("int32", (), np.array(3, np.int32))}).network
    owners = {layer.name: layer.owner for layer in network.layers}
    assert owners == {"n": None, "limit": "loop_0", "r": "loop_0", "next": None, "y": "loop_0"}
    assert network.owners == {"loop_0": ("loop", "loop")}
    assert next(layer for layer in network.layers if layer.name == "r").inputs == ("x", "next")


class Layer:
    """A layer of a release that lets two have one name, as 8.x does."""

    num_inputs, num_outputs, type = 0, 1, types.SimpleNamespace(name="IDENTITY")

    def __init__(self, name, tensor):
        self.name = name
        dtype = types.SimpleNamespace(name="FLOAT")
        self.output = types.SimpleNamespace(
            name=tensor, shape=(), dtype=dtype, is_network_input=False, is_shape_tensor=False
        )

    def get_output(self, index):
        return self.output


@pytest.mark.parametrize(
    ("layers", "said"),
    [([("a", "x"), ("b", "x")], "two tensors are named 'x'"), ([("a", "x"), ("a", "y")], "two layers are named 'a'")],
)
def test_two_of_one_name_are_refused(layers, said):
    made = [Layer(*names) for names in layers]
    network = types.SimpleNamespace(num_inputs=0, num_outputs=0, num_layers=2, get_layer=made.__getitem__)
    trt = types.ModuleType("trt")
    vars(trt).update(IIdentityLayer=Layer, ILayer=Layer, ITensor=int, Weights=int)
    with pytest.raises(Failed, match=f"^{said}; give each a name of its own$"):
        read_back(Api(trt, Release("tensorrt", "8.6.0")), network)
