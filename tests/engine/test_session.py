"""Whole cases: against TensorRT-RTX, which builds without a GPU, and on a GPU."""

import numpy as np
import pytest

from trtexp.definition.facts import Adaptation
from trtexp.definition.network import Array, BuildOptions, Input, NetworkDefinition, Range
from trtexp.definition.steps import Assign, Call, Member, Ref
from trtexp.engine.session import Session
from trtexp.engine.tensorrt_module import EngineUnavailable

T, W = (lambda name: Ref("tensor", name)), (lambda name: Ref("weights", name))


@pytest.fixture(scope="module")
def rtx():
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed: nothing else builds without a GPU")
    return Session("tensorrt-rtx")


def build(session, *arguments, **keywords):
    return session.run(NetworkDefinition(*arguments, **keywords), {}, build_only=True)


def test_a_deconvolution_is_built(rtx, deconvolution):
    phases = []
    definition = deconvolution(("stride_nd", (1, 1)), ("padding_mode", Member("PaddingMode", "SAME_UPPER")))
    outcome = rtx.run(definition, {}, build_only=True, on_phase=phases.append)
    assert (outcome.status, outcome.message, outcome.log) == ("built", "", ())
    assert outcome.inferred == {"deconv": ("float32", (1, 1, 3, 3))}
    assert phases[-2:] == ["define", "build"] and set(outcome.seconds) == set(phases)


def test_every_kind_of_attribute_is_read_back(rtx, array):
    """Tuples, a permutation, floats, integers, booleans, members, weights, strings and a list of floats."""
    x = Input("x", "float32", (1, 1, 4, 4))
    calls = {
        "shuffle": ("add_shuffle", {}, {"first_transpose": (0, 1, 3, 2), "reshape_dims": (0, -1)}),
        "act": (
            "add_activation",
            {"type": Member("ActivationType", "CLIP")},
            {"alpha": 0.1, "beta": 2.0, "name": "act"},
        ),
        "pool": (
            "add_pooling_nd",
            {"type": Member("PoolingType", "AVERAGE"), "window_size": (2, 2)},
            {"average_count_excludes_padding": True, "type": Member("PoolingType", "MAX")},
        ),
        "conv": (
            "add_convolution_nd",
            {"num_output_maps": 1, "kernel_shape": (1, 1), "kernel": W("w")},
            {"num_groups": 1, "kernel": W("w"), "bias": W("b")},
        ),
        "resize": ("add_resize", {}, {"scales": (1.0, 1.0, 1.5, 2.0)}),
    }
    steps = []
    for name, (method, arguments, attributes) in calls.items():
        steps.append(Call("network", method, {"input": T("x"), **arguments}, name, (name,)))
        steps += [Assign(name, attribute, value) for attribute, value in attributes.items()]
    outcome = build(rtx, (x,), {"w": array([2]), "b": array([1])}, tuple(steps), tuple(calls))
    assert (outcome.status, outcome.message, outcome.notes) == ("built", "", ())
    assert outcome.inferred["resize"] == ("float32", (1, 1, 6, 8))


def test_quantize_and_dequantize_and_a_kernel_by_set_input(rtx, array):
    steps = (
        Call("network", "add_constant", {"shape": (), "weights": W("one")}, "scale", ("scale",)),
        Call("network", "add_quantize", {"input": T("x"), "scale": T("scale")}, "q", ("q",)),
        Call("network", "add_dequantize", {"input": T("q"), "scale": T("scale")}, "dq", ("dq",)),
        Call("network", "add_constant", {"shape": (1, 1, 3, 3), "weights": W("w")}, "c", ("c",)),
        Call("network", "add_quantize", {"input": T("c"), "scale": T("scale")}, "cq", ("cq",)),
        Call("network", "add_dequantize", {"input": T("cq"), "scale": T("scale")}, "cdq", ("cdq",)),
        Call(
            "network",
            "add_convolution_nd",
            {"input": T("dq"), "num_output_maps": 1, "kernel_shape": (3, 3), "kernel": W("none")},
            "conv",
            ("conv",),
        ),
        Call("conv", "set_input", {"index": 1, "tensor": T("cdq")}),
    )
    weights = {"one": Array("float32", (), np.ones(1, np.float32)), "w": array(np.arange(9)), "none": array([])}
    outcome = build(
        rtx, (Input("x", "float32", (1, 1, 4, 4)),), weights, steps, ("conv",), BuildOptions(flags={"INT8": True})
    )
    assert (outcome.status, outcome.message) == ("built", "")
    assert outcome.notes == (Adaptation("flag_left_out", "INT8"),)


def loop():
    steps = (
        Call("network", "add_constant", {"shape": (), "weights": W("n")}, "count", ("count",)),
        Call("network", "add_loop", {}, "loop"),
        Call("loop", "add_trip_limit", {"tensor": T("count"), "kind": Member("TripLimit", "COUNT")}, "limit"),
        Call("loop", "add_recurrence", {"initial_value": T("x")}, "rec", ("rec",)),
        Call(
            "network",
            "add_elementwise",
            {"input1": T("rec"), "input2": T("x"), "op": Member("ElementWiseOperation", "SUM")},
            "sum",
            ("sum",),
        ),
        Call("rec", "set_input", {"index": 1, "tensor": T("sum")}),
        Call(
            "loop",
            "add_loop_output",
            {"tensor": T("rec"), "kind": Member("LoopOutput", "LAST_VALUE")},
            "last",
            ("last",),
        ),
    )
    return NetworkDefinition(
        (Input("x", "float32", (2,)),), {"n": Array("int32", (), np.array([3], np.int32))}, steps, ("last",)
    )


def topk():
    arguments = {"input": T("x"), "op": Member("TopKOperation", "MAX"), "k": 2, "axes": 2}
    steps = (Call("network", "add_topk", arguments, "topk", ("topk", "topk.indices")),)
    return NetworkDefinition((Input("x", "float32", (1, 4)),), {}, steps, ("topk.indices", "topk"))


def test_a_loop_and_two_outputs(rtx):
    for definition, inferred in (
        (loop(), {"last": ("float32", (2,))}),
        (topk(), {"topk": ("float32", (1, 2)), "topk.indices": ("int32", (1, 2))}),
    ):
        outcome = rtx.run(definition, {})
        assert (outcome.status, outcome.message, dict(outcome.inferred)) == ("built", "", inferred)


def test_a_dynamic_shape_needs_a_profile_that_fits(rtx):
    steps = (Call("network", "add_identity", {"input": T("x")}, "y", ("y",)),)
    for profiles, message in (
        (({"x": Range((1, 3), (2, 3), (4, 3))},), ""),
        ((), "no optimization profile has been defined"),
        (({"x": Range((5, 3), (2, 3), (4, 3))},), "^profile 0"),
    ):
        definition = NetworkDefinition(
            (Input("x", "float32", (-1, 3)),), {}, steps, ("y",), BuildOptions(profiles=profiles)
        )
        outcome = rtx.run(definition, {})
        assert outcome.status == ("error" if message else "built")
        assert outcome.inferred == {"y": ("float32", (-1, 3))}
        assert bool(message) == bool(outcome.message)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int64", "int32", "int8", "uint8", "bool", "float8e4m3"])
def test_constants_of_every_type(rtx, dtype):
    size = {"float16": 2, "bfloat16": 2, "int64": 8, "int32": 4}.get(dtype, 1)
    weights = {"c": Array.from_bytes(dtype, (2,), b"\0" * 2 * size)}
    steps = (Call("network", "add_constant", {"shape": (2,), "weights": W("c")}, "y", ("y",)),)
    outcome = build(rtx, (), weights, steps, ("y",))
    assert outcome.inferred == {"y": (dtype, (2,))} or outcome.phase == "define"
    assert not outcome.message.startswith("internal")


def test_a_refused_attribute(rtx, deconvolution):
    outcome = rtx.run(deconvolution(("padding_nd", (-1, -1))), {})
    assert (outcome.status, outcome.phase) == ("error", "define")
    assert outcome.message.startswith(
        "deconv.padding_nd: (-1, -1) was given, the value is (0, 0): IDeconvolutionLayer::setPaddingNd: Error Code 3"
    )
    assert len(outcome.log) == 1 and "/" not in outcome.log[0].text and "cudaError" not in outcome.log[0].text


def test_a_refused_constructor(rtx, deconvolution):
    outcome = rtx.run(deconvolution(num_output_maps=0), {})
    assert (outcome.status, outcome.phase) == ("error", "define")
    assert "deconv: add_deconvolution_nd returned nothing: " in outcome.message and "nbOutputs > 0" in outcome.message


def test_a_wrong_weight_count(rtx, deconvolution):
    outcome = rtx.run(deconvolution(weights=8), {})
    assert (outcome.status, outcome.phase) == ("error", "define")
    assert outcome.message.endswith("deconv:kernel weights has count 8 but 9 was expected")


def test_an_argument_of_the_wrong_type(rtx, deconvolution):
    outcome = rtx.run(deconvolution(num_output_maps="x"), {})
    assert (outcome.status, outcome.phase) == ("error", "define")
    assert "num_output_maps='x'" in outcome.message and "0x" not in outcome.message
    outcome = rtx.run(deconvolution(("padding_nd", "x")), {})
    assert outcome.message == "deconv.padding_nd = 'x': TypeError: incompatible function arguments."


@pytest.mark.parametrize(
    ("assignment", "arguments", "missing"),
    [
        (("stride", (1, 1)), {}, "IDeconvolutionLayer.stride"),
        (("padding_mode", Member("PaddingMode", "CAFFE_ROUND_UP")), {}, "PaddingMode.CAFFE_ROUND_UP"),
        (None, {"colour": 1}, "add_deconvolution_nd(colour)"),
    ],
)
def test_what_the_release_lacks(rtx, deconvolution, assignment, arguments, missing):
    outcome = rtx.run(deconvolution(*filter(None, [assignment]), **arguments), {})
    assert (outcome.status, outcome.phase, outcome.missing) == ("unsupported", "define", missing)
    assert outcome.message == f"this tensorrt-rtx {rtx.release.version} has no {missing}"


def test_a_case_does_not_see_the_log_of_another_and_is_the_same_twice(rtx, deconvolution):
    bad = deconvolution(("padding_nd", (-1, -1)))
    first = rtx.run(bad, {})
    assert rtx.run(deconvolution(), {}).log == ()
    again = rtx.run(bad, {})
    assert (first.message, first.log) == (again.message, again.log)


def test_a_fault_of_this_program_is_an_outcome(rtx, deconvolution, monkeypatch):
    monkeypatch.setattr("trtexp.engine.session.build", lambda *a: 1 / 0)
    outcome = rtx.run(deconvolution(), {})
    assert (outcome.status, outcome.phase) == ("error", "build")
    assert outcome.message == "internal: ZeroDivisionError: division by zero"


def test_two_sessions_share_the_logger(rtx, deconvolution):
    assert Session("tensorrt-rtx").run(deconvolution(), {}).log == ()


def test_what_the_builder_says_when_made_belongs_to_no_case(eight, deconvolution):
    outcome = eight.run(deconvolution(), {}, build_only=True)
    assert (outcome.status, outcome.log) == ("built", ())
    assert set(outcome.seconds) == {"builder", "define", "build"}
    assert set(eight.run(deconvolution(), {}, build_only=True).seconds) == {"define", "build"}


def test_a_builder_that_cannot_be_made(eight, deconvolution, trt8):
    trt8.refuse_builder = True
    outcome = eight.run(deconvolution(), {})
    assert (outcome.status, outcome.phase, outcome.message) == (
        "error",
        "build",
        "Builder cannot be made: no such device",
    )


@pytest.fixture(scope="module")
def gpu():
    try:
        session = Session()
    except EngineUnavailable as error:
        pytest.skip(str(error))
    if not session.release.can_run:
        pytest.skip(session.release.reason)
    return session


@pytest.mark.gpu
def test_a_deconvolution_is_run(gpu, deconvolution, array):
    x = array(np.arange(1, 10).reshape(1, 1, 3, 3))
    outcome = gpu.run(deconvolution(options=BuildOptions(flags={"TF32": False})), {"x": x})
    assert (outcome.status, outcome.message) == ("ran", "")
    expected = np.zeros((5, 5))
    for i in range(3):
        for j in range(3):
            expected[i : i + 3, j : j + 3] += (3 * i + j + 1) * np.arange(9).reshape(3, 3)
    assert outcome.outputs["deconv"].bits.reshape(5, 5).tolist() == expected.tolist()


@pytest.mark.gpu
def test_a_loop_two_outputs_and_a_shape_that_depends_on_data_are_run(gpu, array):
    outcome = gpu.run(loop(), {"x": array([1, 2])})
    assert (outcome.message, outcome.outputs["last"].bits.tolist()) == ("", [4, 8])
    outcome = gpu.run(topk(), {"x": array([[1, 4, 2, 3]])})
    assert (outcome.message, outcome.outputs["topk.indices"].bits.tolist()) == ("", [1, 3])
    steps = (Call("network", "add_non_zero", {"input": T("x")}, "y", ("y",)),)
    for values, shape in (([0, 1, 2], (1, 2)), ([0, 0, 0], (1, 0))):
        outcome = gpu.run(NetworkDefinition((Input("x", "float32", (3,)),), {}, steps, ("y",)), {"x": array(values)})
        assert (outcome.status, outcome.message) == ("ran", "")
        assert outcome.outputs["y"].shape == shape


@pytest.mark.gpu
def test_a_missing_input_is_an_error_of_the_run(gpu, deconvolution):
    outcome = gpu.run(deconvolution(), {})
    assert (outcome.status, outcome.phase, outcome.message) == ("error", "run", "no tensor was given for input x")
