"""Plugins of the library: the creator, the fields, and what a release lacks."""

import enum
import types

import numpy as np
import pytest

from trtexp.definition.network import NetworkDefinition
from trtexp.definition.script.program import script
from trtexp.definition.steps import Call, Plugin, Ref
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed, Unsupported
from trtexp.engine.log import Log
from trtexp.engine.outcome import Release
from trtexp.engine.plugins import make_plugin, uses_plugins

FIELDS = (("mode", "INT32", (1,)), ("scales", "FLOAT32", (1.0, 0.5)), ("name", "CHAR", "sum"))
PLUGIN = Plugin("Clip_TRT", "1", "", "y", FIELDS)


class Creator:
    def __init__(self, answer="made"):
        self.answer = answer
        self.given = None

    def create_plugin(self, *given):
        self.given = given
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class OldRegistry:
    def __init__(self, creators):
        self.creators = creators

    def get_plugin_creator(self, type, version, plugin_namespace=""):
        return self.creators.get((type, version, plugin_namespace))


class NewRegistry(OldRegistry):
    def get_creator(self, type, version, plugin_namespace=""):
        return self.creators.get((type, version, plugin_namespace))

    def get_plugin_creator(self, *_):
        raise AssertionError("10.0 on: get_creator finds creators of all versions")


def api(creator, registry=OldRegistry, version="8.6.0"):
    trt = types.SimpleNamespace(
        PluginFieldType=enum.Enum("PluginFieldType", "FLOAT32 INT32 CHAR"),
        PluginField=lambda name, data, type: (name, data, type.name),
        PluginFieldCollection=list,
        get_plugin_registry=lambda: registry({("Clip_TRT", "1", ""): creator}),
    )
    if registry is NewRegistry:
        trt.TensorRTPhase = enum.Enum("TensorRTPhase", "BUILD RUNTIME")
    return Api(trt, Release("tensorrt", version))


def test_the_creator_gets_name_and_fields():
    creator = Creator()
    assert make_plugin(api(creator), PLUGIN, Log()) == "made"
    name, fields = creator.given
    assert name == "y" and [(f, t) for f, _, t in fields] == [
        ("mode", "INT32"),
        ("scales", "FLOAT32"),
        ("name", "CHAR"),
    ]
    mode, scales, text = (data for _, data, _ in fields)
    assert (mode.dtype, mode.tolist()) == (np.int32, [1])
    assert (scales.dtype, scales.tolist()) == (np.float32, [1, 0.5])
    assert text.tobytes() == b"sum"


def test_creators_of_version_3_are_told_the_phase():
    creator = Creator()
    made = api(creator, NewRegistry, "10.16")
    assert make_plugin(made, Plugin("Clip_TRT", "1", "", "y", (), "BUILD"), Log()) == "made"
    assert creator.given == ("y", [], made.trt.TensorRTPhase.BUILD)


def test_a_release_without_the_creator_is_unsupported():
    with pytest.raises(Unsupported, match=r"8\.6\.0 has no plugin Clip_TRT 9") as caught:
        make_plugin(api(Creator()), Plugin("Clip_TRT", "9", "", "y", ()), Log())
    assert caught.value.missing == "plugin Clip_TRT 9"


def test_a_release_without_the_type_of_a_field_is_unsupported():
    with pytest.raises(Unsupported, match=r"PluginFieldType\.INT64"):
        make_plugin(api(Creator()), Plugin("Clip_TRT", "1", "", "y", (("n", "INT64", (1,)),)), Log())


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "y: create_plugin returned nothing: mode 1 is none"),
        (TypeError("no phase"), "y: create_plugin: TypeError: no phase"),
    ],
)
def test_a_creator_that_refuses_fails_the_case(answer, message):
    log = Log()
    creator = Creator(answer)
    refuse = creator.create_plugin

    def loud(*given):
        log.add("ERROR", "mode 1 is none")
        return refuse(*given)

    creator.create_plugin = loud
    with pytest.raises(Failed, match=message):
        make_plugin(api(creator), PLUGIN, log)


def definition(plugin, method="add_plugin_v2"):
    inputs = (Ref("tensor", "x"),)
    given = {"tuple": (inputs, (), plugin)} if method == "add_plugin" else {"inputs": inputs, "plugin": plugin}
    return NetworkDefinition((), {}, (Call("network", method, given, "y", ("y",)),), ("y",))


def test_a_plugin_is_found_in_a_tuple_too():
    assert uses_plugins(definition(PLUGIN)) and uses_plugins(definition(PLUGIN, "add_plugin"))
    assert not uses_plugins(definition(1))


def test_the_printed_program_makes_the_plugin():
    (step,) = definition(PLUGIN).steps
    step = Call("network", step.method, {"inputs": (), "plugin": PLUGIN}, "y", ("y",))
    text = script(NetworkDefinition((), {}, (step,), ("y",)), {}, "t")
    assert 'trt.init_libnvinfer_plugins(logger, "")\n' in text
    call = text[text.index("create_plugin(", text.index("return creator.create_plugin") + 40) :]
    assert call.startswith('create_plugin("Clip_TRT", "1", "", "y", [("mode", "INT32", (1,)), ')
    assert "create_plugin" not in script(NetworkDefinition((), {}, (), ()), {}, "t")
    compile(text, "script", "exec")
