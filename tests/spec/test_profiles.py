"""Profiles that TensorRT would refuse, or that no input can meet, are faults of the file."""

import pytest

from trtexp.spec.errors import SpecError
from trtexp.spec.load import load

FILE = """title: t
inputs: {{x: {{shape: {shape}, full: 1{declared}}}}}
network: {{y: {{activation: {{input: x, type: RELU}}}}}}
build: {{profiles: {profiles}}}
"""
OPEN = ", declared: [1, -1]"
RANGE = "[{x: {min: [1, 1], opt: [1, 4], max: [1, 8]}}]"


def faults(tmp_path, profiles=RANGE, shape="[1, 4]", declared=OPEN, more=""):
    path = tmp_path / "t.yaml"
    path.write_text(FILE.format(shape=shape, declared=declared, profiles=profiles) + more, encoding="utf-8")
    try:
        load(path, shown="t.yaml")
    except SpecError as error:
        return [str(fault) for fault in error.faults]
    return []


@pytest.mark.parametrize(
    "profiles",
    [
        RANGE,
        "[{x: {min: [1, 1], opt: [1, 1], max: [1, 2]}}, {x: {min: [1, 3], opt: [1, 4], max: [1, 5]}}]",
        "[{x: {min: [1, 4], opt: [1, 4], max: [1, 4]}}]",
    ],
)
def test_an_input_that_one_profile_holds_is_fine(tmp_path, profiles):
    assert faults(tmp_path, profiles) == []


def test_ends_of_a_range_belong_to_it(tmp_path):
    assert faults(tmp_path, shape="[1, 1]") == faults(tmp_path, shape="[1, 8]") == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            {"shape": "[1, 9]"},
            "t.yaml:2:21: inputs.x.shape: [1, 9] lies in no profile; the first takes [1, 1] to [1, 8]",
        ),
        (
            {"profiles": "[]"},
            "t.yaml:2:48: inputs.x.declared: [1, -1] leaves dimensions open; give their range under build.profiles, "
            "as in profiles: [{x: {min: [1, 1], opt: [1, 4], max: [1, 4]}}]",
        ),
        (
            {"declared": ""},
            "t.yaml:4:24: build.profiles.0.x: x is built for [1, 4]; write declared: [1, -1] under inputs.x",
        ),
        (
            {"profiles": "[{x: {min: [1], opt: [1, 4], max: [1, 8]}}]"},
            "t.yaml:4:30: build.profiles.0.x.min: [1] given; x has 2 dimensions",
        ),
        (
            {"profiles": "[{x: {min: [1, 5], opt: [1, 4], max: [1, 8]}}]"},
            "t.yaml:4:24: build.profiles.0.x: min [1, 5], opt [1, 4], max [1, 8]; each must be at least the one before",
        ),
        ({"profiles": "[{}]"}, "t.yaml:4:20: build.profiles.0: no range of 'x', which is declared [1, -1]"),
    ],
)
def test_a_demand_that_no_profile_meets(tmp_path, given, fault):
    assert faults(tmp_path, **given) == [fault]


def test_where_a_refusal_is_expected_tensorrt_is_asked(tmp_path):
    assert faults(tmp_path, shape="[1, 9]", more="expect: {error: {run: profile}}\n") == []


SHAPE_INPUT = """title: t
inputs: {{x: {{shape: [6], full: 1}}, dims: {{values: {values}, dtype: int32}}}}
network: {{y: {{shuffle: {{input: x}}, set_input: {{1: dims}}}}}}
build: {{profiles: [{{dims: {{min: {low}, opt: [2, 3], max: [6, 6], values: true}}}}]}}
"""


@pytest.mark.parametrize(
    ("values", "low", "fault"),
    [
        ("[2, 3]", "[1, 1]", None),
        ("[1, 6]", "[2, 1]", "inputs.dims.values: [1, 6] lies in no profile; the first takes [2, 1] to [6, 6]"),
        ("[2, 3]", "[1]", "build.profiles.0.dims.min: [1] given; dims has 2 values"),
    ],
)
def test_values_of_a_shape_input_have_a_range_too(tmp_path, values, low, fault):
    path = tmp_path / "t.yaml"
    path.write_text(SHAPE_INPUT.format(values=values, low=low), encoding="utf-8")
    if fault is None:
        assert load(path).cases
    else:
        with pytest.raises(SpecError) as error:
            load(path)
        assert fault in str(error.value)
