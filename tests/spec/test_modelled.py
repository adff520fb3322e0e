"""Every attribute that can be set, of five releases: it is modelled, changes no number, or leaves a case unjudged."""

import ast
import inspect
import sys

import numpy as np
import pytest
import yaml

from trtexp.judging.case import record_case
from trtexp.layers import LAYERS
from trtexp.layers.attributes import Attributes
from trtexp.layers.tensor import TensorAttributes
from trtexp.migration.releases.api import known
from trtexp.spec.load import read
from trtexp.spec.modelled import MODELLED, NEUTRAL
from trtexp.spec.models import Build
from trtexp.spec.requirement import Target

EIGHT, TEN, ELEVEN = Target("tensorrt", "8.6.0"), Target("tensorrt", "10.16"), Target("tensorrt", "11.0")
RTX, NO_RELEASE = Target("tensorrt-rtx", "1.7.1.116"), Target("reference")

#: Flags that may change numbers in a way that is not modelled, so that nothing they may change is judged.
UNMODELLED = {"BF16", "STRICT_NANS", "STRIP_PLAN", "WEIGHTLESS"}
#: Attributes of layers that their references do not read -> why no number depends on them.
SILENT = {
    "metadata": "a text that the inspector shows",
    "num_ranks": "how a layer is shared among GPUs; dist_collective reads it, and one GPU has one rank",
    "decomposable": "whether TensorRT may cut the layer into others, which compute the same in steps that are bounded",
    "op": "the operation of a cumulative layer, of which there is one",
    "cache_mode": "how a cache is written; there is one mode",
    "dyn_q_output_scale_type": "without scales from the data, which C6 refuses, nothing is quantised",
    "swiglu_params": "it writes swiglu_param_limit, _alpha and _beta, which are read",
    "precision": "layers.precision computes in it, and leaves undetermined what it does not know",
    "output_type": "layers.precision converts to it, and leaves undetermined what it does not know",
}
#: Attributes and setters of a network's tensors -> how they reach a case, or why they cannot.
OF_TENSORS = {
    "name dtype shape": "stand beside `set`, and are modelled",
    "allowed_formats broadcast_across_batch location dimension_name": "layouts, places and names change no number",
    "dynamic_range": "released: what is behind it is not judged where INT8 is allowed",
    "is_execution_tensor is_network_input is_network_output is_shape_tensor": "are read only",
    "get_dimension_name reset_dynamic_range set_dimension_name set_dynamic_range": "are how these are read and set",
}
#: Keys of `build` -> why no number depends on them, but for flags.
OF_BUILD = {
    "workspace workspace_attribute optimization_level tactic_sources tactics": "the choice of tactics is in the bounds",
    "flags": "spec.modelled",
    "strongly_typed": "spec.released: the types of outputs",
    "profiles": "ranges of shapes; the shapes that are run are those of the inputs",
}
#: What an experiment cannot say of the builder's configuration and of a network.
OUT_OF_REACH = {
    "IBuilderConfig": """
        DLA_core algorithm_selector all_build_routes avg_timing_iterations build_route default_device_type
        engine_capability flags hardware_compatibility_level int8_calibrator l2_limit_for_tiling max_aux_streams
        max_num_tactics min_timing_iterations num_compute_capabilities num_optimization_profiles plugins_to_serialize
        profile_stream profiling_verbosity progress_monitor quantization_flags remote_auto_tuning_config
        runtime_platform tiling_optimization_level builder_optimization_level max_workspace_size""",
    "INetworkDefinition": """
        builder error_recorder flags has_explicit_precision has_implicit_batch_dimension name num_inputs num_layers
        num_outputs""",
    "ILayer": "metadata name num_inputs num_outputs num_ranks precision precision_is_set type",
}
OWN = ("trtexp.layers.base", "trtexp.layers.attributes", "trtexp.layers.settable")


def names(listed):
    return {name for key in listed for name in key.split()}


def used(layer):
    """The attributes that the modules of a layer read, and the names that they spell."""
    modules = {cls.__module__ for cls in layer.__mro__ if cls.__module__.startswith("trtexp.layers")} - set(OWN)
    for module in modules:
        for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
            if isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@pytest.mark.parametrize("word", LAYERS)
def test_an_attribute_of_a_layer_is_read_or_changes_no_number(word):
    unread = set(LAYERS[word].settable().model_fields) - set(used(LAYERS[word]))
    assert unread <= SILENT.keys()


def test_what_is_listed_as_silent_is_silent_somewhere():
    unread = {name for word in LAYERS for name in set(LAYERS[word].settable().model_fields) - set(used(LAYERS[word]))}
    assert unread == SILENT.keys()
    assert {"metadata", "num_ranks", "precision", "output_type"} == set(Attributes.model_fields)


@pytest.mark.parametrize("release", known(), ids=lambda release: release.name)
def test_every_attribute_of_the_api_is_accounted_for(release):
    tensor = release.classes["ITensor"]
    assert {*tensor["attributes"], *tensor["methods"]} <= names(OF_TENSORS)
    assert set(TensorAttributes.model_fields) <= names(OF_TENSORS)
    assert set(Build.model_fields) == names(OF_BUILD)
    for kind, listed in OUT_OF_REACH.items():
        assert set(release.classes[kind]["attributes"]) <= set(listed.split()), kind
    assert set(release.enums["BuilderFlag"]) <= {*MODELLED, *NEUTRAL, *UNMODELLED}


def test_no_flag_stands_twice():
    every = [*MODELLED, *NEUTRAL, *UNMODELLED]
    assert len(every) == len(set(every))


RELU = {"activation": {"input": "x", "type": "RELU"}}


@pytest.fixture
def case(tmp_path):
    def case(target=NO_RELEASE, dtype="float32", values=(1.0, -1.0), **keys):
        text = {"title": "t", "inputs": {"x": {"values": list(values), "dtype": dtype}}, "network": {"y": RELU}, **keys}
        return read(tmp_path / "x.yaml", data=yaml.safe_dump(text).encode()).experiment(target).cases[0]

    return case


def flags(*given, **more):
    return {"build": {"flags": dict.fromkeys(given, True), **more}}


@pytest.mark.parametrize("flag", [*MODELLED, *NEUTRAL])
def test_flags_that_are_known_leave_a_case_judged(case, flag):
    assert "y" in case(**flags(flag)).evaluation().tensors


@pytest.mark.parametrize("flag", ["BF16", "STRIP_PLAN", "WEIGHTLESS", "A_FLAG_OF_TOMORROW"])
def test_what_other_flags_may_change_is_not_judged(case, flag):
    made = case(TEN, expect={"y": {"values": [1, 0]}}, **flags(flag))
    assert made.evaluation().unmodelled == {"y"}
    assert record_case(made, None).ending.kind == "not_modelled"
    assert case(TEN, build={"flags": {flag: False}}).evaluation().unmodelled == frozenset()
    assert case(TEN, "int32", (1, -1), **flags(flag)).evaluation().unmodelled == frozenset()


@pytest.mark.parametrize(
    ("target", "dtype", "more", "changed"),
    [
        (TEN, "float32", {}, True),
        (NO_RELEASE, "float32", {}, True),
        (TEN, "bfloat16", {}, False),
        (TEN, "float32", {"strongly_typed": True}, False),
        (ELEVEN, "float32", {}, False),
        (RTX, "float32", {}, False),
    ],
)
def test_bf16_changes_float32_of_weakly_typed_networks(case, target, dtype, more, changed):
    assert bool(case(target, dtype, **flags("BF16", **more)).evaluation().unmodelled) == changed


def test_strict_nans_matters_where_there_is_a_nan(case):
    assert not case(**flags("STRICT_NANS")).evaluation().unmodelled
    assert case(values=[1.0, np.nan], **flags("STRICT_NANS")).evaluation().unmodelled == {"y"}


@pytest.mark.parametrize(
    ("attribute", "member"), [("precision", "INT8"), ("precision", "FP8"), ("output_type", "INT8")]
)
def test_codes_of_an_unknown_scale_are_undetermined(case, attribute, member):
    made = case(EIGHT, network={"y": RELU | {"set": {attribute: member}}})
    assert made.evaluation().tensors["y"].anything.all()


@pytest.mark.parametrize(
    ("attribute", "member"), [("precision", "HALF"), ("output_type", "HALF"), ("precision", "FLOAT")]
)
def test_floats_that_are_asked_for_are_judged(case, attribute, member):
    made = case(EIGHT, network={"y": RELU | {"set": {attribute: member}}})
    assert not made.evaluation().tensors["y"].undetermined.any()
