"""Layers in a row: calls in order, wiring, and references that feed one another."""

import numpy as np
import pytest
from layer_runs import tensor

from trtexp.definition.steps import Assign, Call, Member, Ref
from trtexp.layers import LAYERS
from trtexp.layers.network import NodeError, evaluate, steps
from trtexp.numerics import Arithmetic


def layers(**given):
    return {name: LAYERS[method].model_validate(data) for name, (method, data) in given.items()}


def run(made, x=(1.0,), **weights):
    return evaluate(made, {"x": tensor(x)}, {n: tensor(w) for n, w in weights.items()}, Arithmetic())


DECONV = {"input": "x", "num_output_maps": 1, "kernel_shape": [3, 3], "kernel": "w"}


def test_a_layer_is_its_constructor_then_its_assignments_in_the_order_of_the_file():
    made = layers(d=("deconvolution_nd", DECONV | {"set": {"padding_mode": "SAME_UPPER", "stride_nd": [1, 2]}}))
    arguments = {
        "input": Ref("tensor", "x"),
        "num_output_maps": 1,
        "kernel_shape": (3, 3),
        "kernel": Ref("weights", "w"),
    }
    assert list(steps(made)) == [
        Call("network", "add_deconvolution_nd", arguments, "d", ("d",)),
        Assign("d", "padding_mode", Member("PaddingMode", "SAME_UPPER")),
        Assign("d", "stride_nd", (1, 2)),
    ]


def test_a_key_left_out_calls_no_setter_and_passes_no_argument():
    (call,) = steps(layers(q=("quantize", {"input": "x", "scale": "s"})))
    assert set(call.arguments) == {"input", "scale"}


def test_enum_members_in_arguments_are_members():
    (call,) = steps(layers(q=("quantize", {"input": "x", "scale": "s", "output_type": "INT8"})))
    assert call.arguments["output_type"] == Member("DataType", "INT8")


def test_set_input_comes_last_and_waits_for_its_tensor():
    made = layers(
        a=("identity", {"input": "x", "set_input": {0: "c"}}),
        b=("deconvolution_nd", DECONV | {"set": {"stride_nd": [1, 1]}, "set_input": {1: "a"}}),
        c=("identity", {"input": "x"}),
    )
    assert [(s.object, getattr(s, "method", "=")) for s in steps(made)] == [
        ("network", "add_identity"),
        ("network", "add_deconvolution_nd"),
        ("b", "="),
        ("b", "set_input"),
        ("network", "add_identity"),
        ("a", "set_input"),
    ]


def test_references_feed_one_another_with_their_errors():
    made = layers(
        s=("constant", {"shape": [], "weights": "one"}),
        q=("quantize", {"input": "x", "scale": "s"}),
        d=("dequantize", {"input": "q", "scale": "s"}),
    )
    found = run(made, [1.4, 200.0], one=[1.0])
    assert found.tensors["d"].ref.tolist() == [1, 127]
    assert found.tensors["d"].certified.all()
    assert found.refusal is None


def test_a_refusal_names_its_layer_and_its_place():
    made = layers(d=("deconvolution_nd", DECONV | {"set": {"stride_nd": [0, 1]}}))
    with pytest.raises(NodeError, match=r"\[C4\]$") as caught:
        run(made, np.ones((1, 1, 3, 3)), w=np.ones(9))
    assert (caught.value.layer, caught.value.path) == ("d", ("set", "stride_nd"))


def test_with_check_false_the_model_stops_and_leaves_the_answer_to_tensorrt():
    made = layers(
        d=("deconvolution_nd", DECONV | {"set": {"stride_nd": [0, 1]}, "check": False}),
        e=("identity", {"input": "d"}),
    )
    found = run(made, np.ones((1, 1, 3, 3)), w=np.ones(9))
    assert found.refusal is not None
    assert set(found.tensors) == {"x"}


@pytest.mark.parametrize(
    ("method", "data", "index"),
    [
        ("identity", {"input": "x"}, 1),
        ("deconvolution_nd", DECONV, 3),
        ("deconvolution_nd", DECONV, -1),
        ("deconvolution_nd", DECONV, 10**9),
        ("constant", {"shape": [9], "weights": "w"}, 0),
    ],
)
def test_an_input_that_the_layer_does_not_have_is_refused(method, data, index):
    made = layers(d=(method, data | {"set_input": {index: "x"}}))
    with pytest.raises(NodeError, match=f"input {index} given") as caught:
        run(made, np.ones((1, 1, 3, 3)), w=np.ones(9))
    assert caught.value.path == ("set_input", index)


def test_an_input_that_is_made_further_down_is_waited_for():
    made = layers(a=("identity", {"input": "x", "set_input": {0: "b"}}), b=("identity", {"input": "x"}))
    assert run(made).tensors["a"].ref.tolist() == run(made).tensors["b"].ref.tolist()


def test_a_cycle_is_refused():
    made = layers(
        a=("identity", {"input": "x", "set_input": {0: "b"}}), b=("identity", {"input": "x", "set_input": {0: "a"}})
    )
    with pytest.raises(NodeError, match="a cycle"):
        run(made)


def test_tensors_that_may_leave_their_type_are_named_and_a_typed_world_keeps_them_in_it():
    made = layers(
        square=("elementwise", {"input1": "x", "input2": "x", "op": "PROD"}),
        root=("unary", {"input": "square", "op": "SQRT"}),
    )
    x = {"x": tensor([300.0, 2.0], "float16")}
    real = evaluate(made, x, {}, Arithmetic())
    assert real.leaving == {"square": "float16"}
    assert real.tensors["root"].ref.tolist() == [300.0, 2.0]
    typed = evaluate(made, x, {}, Arithmetic(typed=True))
    assert typed.leaving == {"square": "float16"}
    assert typed.tensors["root"].ref.tolist() == [np.inf, 2.0]


def test_a_tensor_of_a_loop_that_leaves_its_type_is_named_once():
    made = layers(
        n=("constant", {"shape": [], "weights": "n"}),
        loop=("loop", {}),
        limit=("trip_limit", {"loop": "loop", "tensor": "n", "kind": "COUNT"}),
        state=("recurrence", {"loop": "loop", "initial_value": "x", "set_input": {1: "square"}}),
        square=("elementwise", {"input1": "state", "input2": "state", "op": "PROD"}),
        y=("loop_output", {"loop": "loop", "tensor": "state", "kind": "LAST_VALUE"}),
    )
    weights = {"n": tensor(3, "int32")}
    found = evaluate(made, {"x": tensor([20.0], "float16")}, weights, Arithmetic())
    assert found.leaving == {"square": "float16"}
    assert found.tensors["y"].ref.tolist() == [20.0**8]


def test_a_reference_that_no_memory_holds_is_a_fault_of_its_layer(faults, monkeypatch):
    monkeypatch.setenv("TRTEXP_LIMIT", "products=99999999999999,elements=99999999999999")
    (said,) = faults(
        "title: t\ninputs: {x: {shape: [4194304], full: 1}}\n"
        "network: {m: {einsum: {inputs: [x, x], equation: 'i,j->ij'}}}\n"
    )
    assert said.startswith("e.yaml:3:14: m: its reference does not fit into memory: ")
