"""What a definition needs, and what a release lacks of it, in the order in which a build meets it."""

import numpy as np
import pytest

from trtexp.definition.network import Array, BuildOptions, Input, NetworkDefinition
from trtexp.definition.steps import NETWORK, Assign, Call, Member, Ref
from trtexp.migration.releases.api import find, known
from trtexp.migration.releases.needs import lacks

X = Ref("tensor", "x")
QUANTIZE = Call(NETWORK, "add_quantize", {"input": X, "scale": X}, "y", ("y",))


def definition(*steps, dtype="float32", weights=None, **options):
    return NetworkDefinition((Input("x", dtype, (2,)),), weights or {}, steps, ("y",), BuildOptions(**options))


def missing(defined, release):
    return [(found.name, found.path) for found in lacks(defined, find(release))]


def deconvolution(method="add_deconvolution_nd", *more):
    arguments = {"input": X, "num_output_maps": 1, "kernel_shape": (1, 1), "kernel": X}
    return definition(Call(NETWORK, method, arguments, "y", ("y",)), *more)


def test_nothing_is_lacking_where_all_is_there():
    assert all(lacks(deconvolution(), release) == [] for release in known())


def test_a_removed_method_is_named_without_what_its_layer_has():
    gone = deconvolution("add_deconvolution", Assign("y", "stride_nd", (1, 1)))
    assert missing(gone, "11.4") == [("add_deconvolution", ("network", "y", "add_deconvolution"))]
    assert missing(gone, "8.6") == []


def test_a_removed_attribute_and_a_removed_member():
    old = deconvolution(
        "add_deconvolution_nd",
        Assign("y", "stride", (1, 1)),
        Assign("y", "padding_mode", Member("PaddingMode", "CAFFE_ROUND_UP")),
    )
    assert missing(old, "10.16") == [
        ("IDeconvolutionLayer.stride", ("network", "y", "stride")),
        ("PaddingMode.CAFFE_ROUND_UP", ("network", "y", "padding_mode")),
    ]


def test_what_comes_with_a_new_method_is_not_named_beside_it():
    arguments = {"input": X, "op": Member("CumulativeOperation", "SUM"), "exclusive": False}
    new = definition(Call(NETWORK, "add_cumulative", arguments, "y", ("y",)), Assign("y", "reverse", True))
    assert missing(new, "8.6") == [("add_cumulative", ("network", "y", "add_cumulative"))]


def test_a_type_that_a_method_takes_is_named_beside_it():
    new = definition(Call(NETWORK, "add_cast", {"input": X, "to_type": Member("DataType", "BF16")}, "y", ("y",)))
    assert [name for name, _ in missing(new, "8.5")] == ["add_cast", "DataType.BF16"]
    assert [name for name, _ in missing(new, "8.6")] == ["DataType.BF16"]


def test_an_argument_that_came_later_and_one_that_is_demanded():
    arguments = {"shape": (2,), "op": 0, "output_type": Member("DataType", "INT32")}
    fill = Call(NETWORK, "add_fill", arguments, "y", ("y",))
    assert missing(definition(fill), "8.6") == [
        ("add_fill(output_type)", ("network", "y", "add_fill", "output_type")),
    ]
    (found,) = lacks(definition(QUANTIZE), find("11.4"))
    assert (found.name, found.demanded) == ("add_quantize(output_type)", True)
    assert lacks(definition(QUANTIZE), find("10.16")) == []


def test_methods_and_attributes_of_other_objects():
    loop = definition(
        Call(NETWORK, "add_loop", {}, "loop"),
        Call("loop", "add_recurrence", {"initial_value": X}, "y", ("y",)),
        Call("loop", "add_nothing", {}, "z"),
        Assign("x", "dynamic_range", (0.0, 1.0)),
    )
    assert missing(loop, "8.6") == [("ILoop.add_nothing", ("network", "z", "add_nothing"))]
    assert [name for name, _ in missing(loop, "11.4")] == ["ILoop.add_nothing", "ITensor.dynamic_range"]


def test_a_method_that_no_release_has():
    for release in known():
        odd = definition(Call(NETWORK, "add_odd", {"a": 1}, "y", ("y",)), Assign("y", "b", 1))
        assert [found.name for found in lacks(odd, release)] == ["add_odd"]


def test_inputs_and_weights_by_their_types():
    assert missing(definition(dtype="int64"), "8.6") == [("DataType.INT64", ("inputs", "x", "dtype"))]
    weights = {"w": Array("float8e4m3", (2,), np.zeros(2, np.uint8)), "unused": Array("int64", (1,), np.zeros(1, int))}
    constant = Call(NETWORK, "add_constant", {"shape": (2,), "weights": Ref("weights", "w")}, "y", ("y",))
    assert missing(definition(constant, weights=weights), "8.5") == [("DataType.FP8", ("weights", "w", "dtype"))]
    assert missing(definition(constant, weights=weights), "8.6") == [("Weights(FP8)", ("weights", "w", "dtype"))]
    assert missing(definition(constant, weights=weights), "10.16") == []


@pytest.mark.parametrize(
    ("options", "release", "names"),
    [
        ({"strongly_typed": True}, "8.6", ["NetworkDefinitionCreationFlag.STRONGLY_TYPED"]),
        ({"strongly_typed": True}, "10.16", []),
        ({"flags": {"FP16": True, "TF32": False}}, "11.4", ["BuilderFlag.FP16"]),
        ({"workspace": 1}, "11.4", []),
        ({"workspace": 1, "workspace_attribute": "max_workspace_size"}, "8.6", []),
        ({"workspace": 1, "workspace_attribute": "max_workspace_size"}, "11.4", ["IBuilderConfig.max_workspace_size"]),
        ({"optimization_level": 5}, "8.5", ["IBuilderConfig.builder_optimization_level"]),
        ({"optimization_level": 5}, "8.6", []),
        ({"tactic_sources": ("internal", "CUDNN", "CUBLAS")}, "11.4", ["TacticSource.CUBLAS", "TacticSource.CUDNN"]),
        ({"tactic_sources": None}, "11.4", []),
    ],
)
def test_build_options(options, release, names):
    assert [name for name, path in missing(definition(**options), release) if path[0] == "build"] == names
