"""NetworkDefinition: plain data with one canonical form and a hash that names the network."""

import json
from dataclasses import replace

import numpy as np
import pytest
from conftest import BASE, EACH_FILE
from hypothesis import given
from hypothesis import strategies as st

from trtexp.definition.network import DTYPE_OF_MEMBER, DTYPES, Array, BuildOptions, Input, NetworkDefinition, Range
from trtexp.definition.steps import Assign, Call, Member, Ref, references
from trtexp.spec.load import read


def array(values, dtype="float32"):
    values = np.asarray(values, DTYPES[dtype][0])
    return Array(dtype, values.shape, values.reshape(-1))


SMALL = NetworkDefinition(
    inputs=(Input("x", "float32", (1, -1)),),
    weights={"w": array([1, 2]), "a": array([0.5])},
    steps=(
        Call("network", "add_y", {"input": Ref("tensor", "x"), "kernel": Ref("weights", "w"), "n": 1}, "y", ("y",)),
        Assign("y", "mode", Member("PaddingMode", "SAME_UPPER")),
        Assign("y", "stride", (1, 2)),
        Assign("y", "scale", 0.1),
        Assign("y", "flag", True),
        Assign("y", "none", None),
        Call("y", "set_input", {"index": 1, "tensor": Ref("tensor", "x")}),
    ),
    outputs=("y",),
    options=BuildOptions(
        flags={"TF32": False}, profiles=({"x": Range((1, 1), (1, 2), (1, 4))},), tactic_sources=None, workspace=7
    ),
)


def back(definition):
    bits = {name: w.to_bytes() for name, w in definition.weights.items()}
    return NetworkDefinition.from_json(json.loads(definition.canonical), bits)


def test_what_is_written_is_read_back():
    found = back(SMALL)
    assert (found.inputs, found.steps, found.outputs, found.options) == (
        SMALL.inputs,
        SMALL.steps,
        SMALL.outputs,
        SMALL.options,
    )
    assert all(found.weights[name].same_bits(w) for name, w in SMALL.weights.items())
    assert found.hash == SMALL.hash


@EACH_FILE
def test_every_experiments_definitions_are_read_back(path):
    for case in read(path, path.name).experiment().cases:
        assert back(case.definition).hash == case.definition.hash


def test_the_canonical_form_has_one_order_and_no_spaces():
    turned = replace(SMALL, weights=dict(reversed(SMALL.weights.items())))
    assert turned.canonical == SMALL.canonical
    assert json.loads(SMALL.canonical) == SMALL.to_json()
    assert ": " not in SMALL.canonical


CHANGES = {
    "weight": {"weights": {"w": array([1, 3]), "a": array([0.5])}},
    "weight_dtype": {"weights": {"w": array([1, 2], "int32"), "a": array([0.5])}},
    "weight_shape": {"weights": {"w": array([[1, 2]]), "a": array([0.5])}},
    "input_shape": {"inputs": (Input("x", "float32", (1, 2)),)},
    "input_dtype": {"inputs": (Input("x", "float16", (1, -1)),)},
    "step_dropped": {"steps": SMALL.steps[:-1]},
    "steps_swapped": {"steps": (SMALL.steps[0], SMALL.steps[2], SMALL.steps[1], *SMALL.steps[3:])},
    "outputs": {"outputs": ()},
    "int_for_float": {"steps": (*SMALL.steps[:3], Assign("y", "scale", 0), *SMALL.steps[4:])},
    "one_for_true": {"steps": (*SMALL.steps[:4], Assign("y", "flag", 1), *SMALL.steps[5:])},
    "options": {"options": replace(SMALL.options, workspace=None)},
    "flag": {"options": replace(SMALL.options, flags={})},
    "profile": {"options": replace(SMALL.options, profiles=())},
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_network_has_another_hash(change):
    assert replace(SMALL, **CHANGES[change]).hash != SMALL.hash


def test_a_zero_float_is_no_zero_int():
    assert replace(SMALL, steps=(Assign("y", "a", 0.0),)).hash != replace(SMALL, steps=(Assign("y", "a", 0),)).hash


@given(st.floats(allow_nan=False))
def test_floats_keep_every_bit(value):
    (step,) = back(replace(SMALL, steps=(Assign("y", "a", value),))).steps
    assert np.float64(step.value).tobytes() == np.float64(value).tobytes()


def test_the_hash_does_not_change_from_one_version_to_the_next(load):
    """It keys the engine cache and stands in checked-in reports: a change here must be meant."""
    assert load(BASE).cases[0].definition.hash.startswith("50a2313a0ba1")


def test_bytes_of_another_digest_are_refused():
    bits = {name: w.to_bytes() for name, w in SMALL.weights.items()} | {"a": b"\0\0\0\0"}
    with pytest.raises(ValueError, match="weights 'a'"):
        NetworkDefinition.from_json(SMALL.to_json(), bits)


def test_an_array_holds_as_many_bits_as_its_shape_asks_for():
    with pytest.raises(ValueError, match="is stored as 2 x float32, got 3 x float32"):
        Array("float32", (2,), np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="got 2 x float64"):
        Array("float32", (2,), np.zeros(2))
    assert Array("int4", (3,), np.zeros(2, np.uint8)).size == 3
    assert Array("float32", (), np.zeros(1, np.float32)).size == 1


def test_an_array_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        array([1, 2]).bits[0] = 3


def test_same_bits_tells_minus_zero_from_zero_and_shapes_apart():
    assert array([0.0]).same_bits(array([0.0]))
    assert not array([0.0]).same_bits(array([-0.0]))
    assert not array([[1.0]]).same_bits(array([1.0]))
    assert not array([0], "int32").same_bits(array([0.0]))


def test_every_dtype_has_a_member_of_its_own():
    assert len(DTYPE_OF_MEMBER) == len(DTYPES)


def test_references_are_found_however_deep():
    value = (1, Ref("tensor", "a"), (Ref("weights", "b"), (Ref("object", "c"), None)))
    assert [ref.name for ref in references(value)] == ["a", "b", "c"]


def test_a_definition_is_dynamic_if_an_input_is():
    assert SMALL.dynamic
    assert not replace(SMALL, inputs=(Input("x", "float32", (1, 2)),)).dynamic
