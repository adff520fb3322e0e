"""What a release makes of a whole network: types of outputs, refusals of narrow types, what is not modelled."""

import pytest
import yaml

from trtexp.engine.outcome import Outcome
from trtexp.judging.case import judge_case, record_case
from trtexp.judging.check import check
from trtexp.numerics import encode
from trtexp.spec.errors import SpecError
from trtexp.spec.load import read
from trtexp.spec.requirement import Target

EIGHT, TEN, ELEVEN = Target("tensorrt", "8.6.0"), Target("tensorrt", "10.16"), Target("tensorrt", "11.0")
RTX = Target("tensorrt-rtx", "1.7.1.116")
NO_RELEASE = Target("reference")

HALF = """
title: Half in
inputs: {a: {shape: [4, 4], random: {seed: 1, normal: [0, 1]}, dtype: float16}}
network: {y: {matrix_multiply: {input0: a, op0: NONE, input1: a, op1: NONE}}}
build: {flags: {FP16: true}}
"""
CODES = """
title: Codes as outputs of a weakly typed network
inputs: {x: {shape: [1, 16], arange: {start: -6}}}
weights: {one: {shape: [], full: 1}}
network:
  g: {constant: {shape: [], weights: one}}
  q: {dynamic_quantize: {input: x, axis: 1, block_size: 16, output_type: FP4, scale_type: FP8}, set_input: {1: g}}
cases:
  a: {expect: {q: {dtype: float32}, q.scale: {dtype: float32}}}
"""
RANGED = """
title: Dynamic range
inputs: {x: {values: [150, 300, -300], set: {dynamic_range: [-300, 300]}}}
network: {y: {cast: {input: x, to_type: INT8}}}
build: {flags: {INT8: true}}
cases:
  a: {expect: {y: {dtype: int8, shape: [3]}}}
"""


def case(tmp_path, text, target=NO_RELEASE):
    given = text if isinstance(text, str) else yaml.safe_dump(text)
    return read(tmp_path / "x.yaml", data=given.encode()).experiment(target).cases[0]


def types(made):
    tensors = made.evaluation().tensors
    return [tensors[name].dtype for name in made.definition.outputs]


def changed(text, **keys):
    return yaml.safe_load(text) | keys


@pytest.mark.parametrize(
    ("text", "target", "wanted"),
    [
        (HALF, EIGHT, ["float32"]),
        (HALF, TEN, ["float16"]),
        (HALF, RTX, ["float16"]),
        (HALF, NO_RELEASE, ["float16"]),
        (CODES, TEN, ["float32", "float32"]),
        (CODES, ELEVEN, ["float4e2m1", "float8e4m3"]),
        (CODES, NO_RELEASE, ["float4e2m1", "float8e4m3"]),
        (changed(CODES, build={"strongly_typed": True}), TEN, ["float4e2m1", "float8e4m3"]),
    ],
)
def test_outputs_of_weakly_typed_networks_are_float32_where_that_was_seen(tmp_path, text, target, wanted):
    text = text if isinstance(text, dict) else yaml.safe_load(text)
    text.pop("cases", None)
    assert types(case(tmp_path, text, target)) == wanted


def test_an_identity_says_the_type_of_its_tensor_and_other_layers_do_not(tmp_path):
    identity = {"y": {"identity": {"input": "a"}, "set": {"output_type": "HALF"}}}
    double = {"y": {"elementwise": {"input1": "a", "input2": "a", "op": "SUM"}, "set": {"output_type": "HALF"}}}
    assert types(case(tmp_path, changed(HALF, network=identity), EIGHT)) == ["float16"]
    assert types(case(tmp_path, changed(HALF, network=double), EIGHT)) == ["float32"]


def test_float32_that_8_x_gives_of_halves_passes_there_and_half_does_not(tmp_path):
    made = case(tmp_path, HALF, EIGHT)
    reference = made.evaluation().tensors["y"]

    def verdict(dtype):
        outcome = Outcome(status="ran", phase="run", outputs={"y": encode(reference.ref, dtype)})
        return judge_case(made, outcome).as_expected

    assert verdict("float32") and not verdict("float16")


def test_what_10_x_gives_passes_without_a_release_and_it_is_named(tmp_path):
    made = case(tmp_path, CODES)
    assert record_case(made, None).family == "tensorrt>=10"
    assert record_case(made, None).as_expected


def test_numbers_behind_a_dynamic_range_are_not_judged(tmp_path):
    made = case(tmp_path, RANGED)
    assert record_case(made, None).ending.kind == "not_modelled"
    checked = check(read(tmp_path / "x.yaml", data=RANGED.encode()).experiment())
    assert (checked.cases, checked.wrong) == (1, ())


def test_a_dynamic_range_does_nothing_unless_int8_is_allowed(tmp_path):
    made = case(tmp_path, changed(RANGED, build={}))
    assert record_case(made, None).ending.kind != "not_modelled"
    assert "y" in made.evaluation().tensors


def network(dtype, **layers):
    return {
        "title": "t",
        "inputs": {"x": {"values": [[1, 0.5 if dtype == "float8e8m0" else 0]], "dtype": dtype}},
        "network": layers,
    }


def constant(dtype, **layers):
    made = network("float32", c={"constant": {"shape": [1, 2], "weights": "w"}}, **layers)
    return made | {"weights": {"w": {"values": [1, 0], "dtype": dtype}}}


RELU = {"activation": {"input": "x", "type": "RELU"}}
SLICE = {"slice": {"input": "x", "start": [0, 0], "shape": [1, 1], "stride": [1, 1]}}
JOINED = {"concatenation": {"inputs": ["x", "x"]}}


@pytest.mark.parametrize(
    ("label", "given"),
    [
        ("N1", network("float8e4m3", y=RELU)),
        ("N1", network("float4e2m1", y=RELU)),
        ("N1", network("int4", y=SLICE)),
        ("N2", network("uint8", y=JOINED)),
        ("N3", network("float8e8m0", y={"unary": {"input": "x", "op": "ABS"}})),
        ("N3", network("float8e8m0", y=SLICE)),
        ("N4", constant("int8", y={"shuffle": {"input": "c"}})),
        ("N4", constant("float8e4m3", y={"concatenation": {"inputs": ["c", "c"]}})),
        ("N4", constant("int4")),
        ("N5", network("float32", y={**RELU, "set": {"num_ranks": 2}})),
        ("N5", network("float32", y={**RELU, "set": {"num_ranks": 0}})),
        ("N2", network("uint8", i={"identity": {"input": "x"}}, y={"cast": {"input": "i", "to_type": "FLOAT"}})),
    ],
)
def test_rtx_alone_refuses_narrow_types_in_the_network(tmp_path, label, given):
    with pytest.raises(SpecError, match=rf"\[{label}\]"):
        case(tmp_path, given, RTX)
    assert not case(tmp_path, given).evaluation().refusals


@pytest.mark.parametrize(
    "given",
    [
        network("float8e4m3", y=JOINED),
        network("uint8", y={"identity": {"input": "x"}}),
        network("float8e8m0", y=JOINED),
        constant("int8", y={"shape": {"input": "c"}}),
        constant("float8e8m0", y={"shuffle": {"input": "c"}}),
    ],
)
def test_rtx_takes_narrow_types_where_they_belong(tmp_path, given):
    assert not case(tmp_path, given, RTX).evaluation().refusals
