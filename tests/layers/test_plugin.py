"""add_plugin_v2, add_plugin_v3 and add_plugin: the fields, the calls, and what is refused."""

import pytest
from layer_runs import evaluate, refused, tensor

from trtexp.definition.network import NetworkDefinition
from trtexp.definition.steps import Call, Plugin, Ref, written
from trtexp.layers import LAYERS

CLIP = {"clipMin": {"type": "FLOAT32", "data": -1}, "clipMax": {"type": "FLOAT32", "data": 0.5}}
X = [-2.0, -0.25, 3.0]


def data(type="Clip_TRT", version="1", fields=None, **keys):
    fields = CLIP if fields is None else fields
    return {"inputs": ["x"], "plugin": {"type": type, "version": version, "field_collection": fields}, **keys}


def calls(method, **keys):
    return list(LAYERS[method].model_validate(data(**keys)).steps("y"))


def test_by_hand():
    assert evaluate("plugin_v2", [X], **data()).ref.tolist() == [-1, -0.25, 0.5]


def test_the_three_methods_take_the_plugin_in_their_own_ways():
    made = Plugin("Clip_TRT", "1", "", "y", (("clipMin", "FLOAT32", (-1.0,)), ("clipMax", "FLOAT32", (0.5,))))
    for_build = Plugin(made.type, "1", "", "y", made.fields, "BUILD")
    inputs = (Ref("tensor", "x"),)
    assert calls("plugin_v2")[0].arguments == {"inputs": inputs, "plugin": made}
    assert calls("plugin_v3")[0].arguments == {"inputs": inputs, "shape_inputs": (), "plugin": for_build}
    assert calls("plugin")[0].arguments == {"tuple": (inputs, (), for_build)}
    assert [step.method for step in calls("plugin")] == ["add_plugin"]
    assert calls("plugin_v3", shape_inputs=["s"])[0].arguments["shape_inputs"] == (Ref("tensor", "s"),)


def test_fields_are_numbers_lists_or_texts():
    fields = {
        "one": {"type": "INT32", "data": 7},
        "several": {"type": "FLOAT32", "data": [1, 2.5]},
        "text": {"type": "CHAR", "data": "sum"},
    }
    plugin = calls("plugin_v2", fields=fields)[0].arguments["plugin"]
    assert plugin.fields == (("one", "INT32", (7,)), ("several", "FLOAT32", (1.0, 2.5)), ("text", "CHAR", "sum"))


def test_a_plugin_is_read_back_from_a_definition():
    (step,) = calls("plugin", fields={**CLIP, "text": {"type": "CHAR", "data": "sum"}})
    definition = NetworkDefinition((), {}, (step,), ("y",))
    assert NetworkDefinition.from_json(definition.to_json(), {}) == definition
    assert isinstance(step, Call) and "Clip_TRT(clipMin=(-1.0,)" in written(step.arguments["tuple"])


@pytest.mark.parametrize(
    ("label", "inputs", "keys", "place"),
    [
        ("C1", [X], {"type": "Clop_TRT"}, ("type",)),
        ("C1", [X], {"version": "2"}, ("type",)),
        ("C2", [X], {"fields": {**CLIP, "clip": CLIP["clipMin"]}}, ("field_collection", "clip")),
        ("C2", [X], {"fields": {**CLIP, "clipMin": {"type": "INT32", "data": 1}}}, ("field_collection", "clipMin")),
        ("C2", [X], {"fields": {"clipMin": CLIP["clipMin"]}}, ("field_collection",)),
        (
            "C4",
            [X],
            {"type": "CustomGeluPluginDynamic", "fields": {"type_id": {"type": "INT32", "data": 3}}},
            ("field_collection",),
        ),
    ],
)
def test_what_is_refused_of_the_plugin(label, inputs, keys, place):
    assert refused(label, "plugin_v2", inputs, **data(**keys)) == ("plugin_v2", "plugin", *place)


@pytest.mark.parametrize(
    ("kind", "data"), [("FLOAT32", [1, 2]), ("FLOAT32", []), ("FLOAT32", "one"), ("INT32", 1.5), ("INT32", 2**31)]
)
def test_c4_a_field_is_one_number_that_its_type_holds(kind, data):
    name, plugin = ("negSlope", "LReLU_TRT") if kind == "FLOAT32" else ("type_id", "CustomGeluPluginDynamic")
    keys = {"inputs": ["x"], "plugin": {"type": plugin, "version": "1"}}
    keys["plugin"]["field_collection"] = {name: {"type": kind, "data": data}}
    assert refused("C4", "plugin_v2", [X], **keys)[-2:] == (name, "data")


@pytest.mark.parametrize("inputs", [[X, X], [tensor([1], "bool")]])
def test_c3_the_inputs_fit(inputs):
    assert refused("C3", "plugin_v2", inputs, **data()) == ("plugin_v2", "inputs")
