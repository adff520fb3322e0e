"""Each kind of layer that the parser makes comes back the same, down to the bits of its weights."""

import numpy as np
import pytest
from model_runs import read_back, session
from one_node import MODELS

from trtexp.definition.network import BuildOptions
from trtexp.models.importing import imported, prove, renamed
from trtexp.models.source import Given, model
from trtexp.models.values import computed, fed
from trtexp.numerics import decode


def made(name):
    given = Given({"x": (2, 3)} if name == "open_shape" else {})
    definition, inputs = model(MODELS[name], f"{name}.onnx", given, "tensorrt-rtx")
    (outcome,) = read_back([definition])
    return renamed(imported(outcome, read_back, f"{name}.onnx", session().release.name), inputs, {})


@pytest.mark.parametrize("name", MODELS)
def test_it_comes_back_the_same(name):
    prove(made(name).network, read_back, name)


def test_weights_that_numpy_lacks_have_their_bits():
    (array,) = (w for w in made("bfloat16").network.weights.values() if w.size)
    assert array.dtype == "bfloat16" and decode(array).astype(float).tolist() == [1, -2.5, 3]


@pytest.mark.parametrize("name", ["loop", "if", "lstm", "topk", "resize", "quantize", "open_shape"])
def test_the_layers_compute_what_onnx_runtime_does(name):
    onnxruntime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")
    one = made(name)
    feeds = fed(one.network, one.inputs, {})
    if "c" in feeds:
        feeds["c"] = feeds["c"].__class__("bool", (), np.array([True]))
    value = computed(one.network, feeds, "tensorrt-rtx")
    runtime = onnxruntime.InferenceSession(MODELS[name], providers=["CPUExecutionProvider"])
    found = runtime.run(None, {one.network.tensors[n]: decode(a) for n, a in feeds.items()})
    for output, theirs in zip(one.network.outputs, found, strict=True):
        np.testing.assert_allclose(decode(value(output)), theirs, rtol=1e-5, atol=1e-6)


def test_a_definition_is_that_of_its_options():
    one = made("topk").network
    assert one.definition(BuildOptions(workspace=5)).options.workspace == 5
