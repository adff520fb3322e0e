"""Models into networks: the parser's errors, the inputs that it makes, the outputs that it marks."""

import enum
import types

import numpy as np
import pytest

from trtexp.definition.network import Array, Input, NetworkDefinition
from trtexp.definition.script.program import script
from trtexp.definition.steps import Assign, Parse
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed, Unsupported
from trtexp.engine.log import Log
from trtexp.engine.network import define
from trtexp.engine.outcome import Release
from trtexp.engine.plugins import uses_plugins
from trtexp.migration.releases.api import known
from trtexp.migration.releases.needs import lacks
from trtexp.running.report_head import calls

BYTES = b"a model"
Code = enum.Enum("ErrorCode", "UNSUPPORTED_NODE")


class Tensor:
    allowed_formats = 0

    def __init__(self, name, shape, dtype):
        self.name, self.shape, self.dtype = name, shape, dtype


class Network:
    """What the parser fills."""

    def __init__(self):
        self.inputs, self.outputs = [], []

    num_inputs = property(lambda self: len(self.inputs))
    num_outputs = property(lambda self: len(self.outputs))

    def get_input(self, index):
        return self.inputs[index]

    def get_output(self, index):
        return self.outputs[index]

    def unmark_output(self, tensor):
        self.outputs.remove(tensor)


class OldError:
    """Of 8.5: the number of the node only."""

    def node(self):
        return 3

    def code(self):
        return Code.UNSUPPORTED_NODE

    def desc(self):
        return "No importer\n registered at 0x7f0011223344"


class NewError(OldError):
    def node_operator(self):
        return "Fancy"

    def node_name(self):
        return "node_3"


@pytest.fixture
def run(trt8):
    """Define a network of one model; `errors` is what the parser answers."""

    def run(definition, errors=(), raises=None):
        network, log = Network(), Log()
        kinds = trt8.DataType

        class OnnxParser:
            num_errors = len(errors)

            def __init__(self, into, logger):
                assert (into, logger) == (network, "logger")

            def parse(self, data):
                assert data == BYTES
                if raises is not None:
                    raise raises
                log.add("WARNING", "the parser warns")
                network.inputs = [Tensor("x", (-1, 3), kinds.FLOAT), Tensor("i", (2,), kinds.INT32)]
                network.outputs = [Tensor("y", (-1, 3), kinds.FLOAT), Tensor("z", (2,), kinds.FLOAT)]
                return not errors

            def get_error(self, index):
                return errors[index]

        trt8.OnnxParser = OnnxParser
        api = Api(trt8, Release("tensorrt", "8.5.3.1"))
        builder = types.SimpleNamespace(create_network=lambda flags: network, logger="logger")
        define(api, builder, definition, log, [])
        assert [line.text for line in log.lines()] == ["the parser warns"]
        return network

    return run


def definition(*inputs, outputs=("y", "z"), steps=()):
    inputs = inputs or (Input("x", "float32", (2, 3)), Input("i", "int32", (2,)))
    model = Array("uint8", (len(BYTES),), np.frombuffer(BYTES, np.uint8))
    parse = Parse("m.onnx", tuple(item.name for item in inputs), outputs)
    return NetworkDefinition(inputs, {"m.onnx": model}, (parse, *steps), outputs)


def test_the_inputs_are_those_of_the_model_in_the_shape_that_is_given(run):
    network = run(definition(steps=[Assign("x", "allowed_formats", 1)]))
    assert [(tensor.name, tensor.shape) for tensor in network.inputs] == [("x", (2, 3)), ("i", (2,))]
    assert network.inputs[0].allowed_formats == 1
    assert run(definition(Input("x", "float32", (-1, 3)))).inputs[0].shape == (-1, 3)


def test_only_the_outputs_that_are_named_stay(run):
    assert [tensor.name for tensor in run(definition(outputs=("z",))).outputs] == ["z"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (definition(outputs=("w",)), "m.onnx: no output is named w; there are: y, z"),
        (definition(Input("w", "float32", (2,))), "m.onnx: no input is named w; there are: x, i"),
        (definition(Input("i", "int64", (2,))), "input i: TensorRT parsed it as int32, int64 is given"),
        (definition(Input("x", "float32", (2, 4))), "input x: TensorRT parsed it as [-1, 3], [2, 4] is given"),
        (definition(Input("i", "int32", (2, 1))), "input i: TensorRT parsed it as [2], [2, 1] is given"),
    ],
)
def test_what_the_model_has_not(run, given, message):
    with pytest.raises(Failed) as caught:
        run(given)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ([OldError()], "m.onnx: parse: node 3: No importer registered at 0x… (UNSUPPORTED_NODE)"),
        ([NewError()], "m.onnx: parse: Fancy node_3: No importer registered at 0x… (UNSUPPORTED_NODE)"),
    ],
)
def test_the_errors_of_the_parser_are_the_refusal(run, errors, message):
    with pytest.raises(Failed) as caught:
        run(definition(), errors)
    assert str(caught.value) == message
    with pytest.raises(Failed, match=r"^m.onnx: parse: TypeError: no$"):
        run(definition(), raises=TypeError("no"))


def test_a_release_without_a_parser(api8):
    with pytest.raises(Unsupported) as caught:
        api8.onnx_parser(None, None)
    assert caught.value.missing == "OnnxParser"


def test_the_other_walks_over_definitions_know_models():
    given = definition(Input("x", "float32", (2, 3)), outputs=("y",))
    assert uses_plugins(given)
    assert calls(given) == ["OnnxParser(network, logger).parse(m.onnx)"]
    assert [lacks(given, release) for release in known()] == [[]] * len(known())
    text = script(given, {}, "t")
    assert 'm_onnx = base64.b64decode(\n    "YSBtb2RlbA=="\n)  # "m.onnx"' in text
    assert 'x = tensors["x"]' in text and "add_input" not in text and "network.mark_output" not in text
    compile(text, "script", "exec")
