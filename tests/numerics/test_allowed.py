"""The table of what is allowed: its rows, and what they grant."""

import pytest

from trtexp.numerics.allowed import generation, grants, rules

FAMILIES = {"tensorrt<10", "tensorrt>=10", "tensorrt-rtx"}
GPUS = {"Turing", "Ampere", "Ada", "Hopper", "Blackwell"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.type} {rule.name} {rule.gpus}")
def test_every_row_names_what_there_is_and_has_a_source(rule):
    assert set(rule.releases) <= FAMILIES and rule.releases
    assert set(rule.gpus) <= GPUS
    assert rule.source
    assert all(" on NVIDIA " in seen for seen in rule.measured)
    assert rule.accumulator.bits > 0


def names(*asked):
    return [grant.name for grant in grants(*asked)]


def test_half_may_be_accumulated_in_half_by_8x_alone_and_that_is_named():
    assert names("float16", "tensorrt<10", "Hopper") == ["", "half accumulator"]
    assert names("float16", "tensorrt>=10", "Hopper") == [""]


def test_without_a_release_what_any_may_do_is_granted():
    assert names("float16", None, None) == ["", "half accumulator"]


def test_tf32_needs_its_flag():
    assert names("float32", "tensorrt<10", "Hopper") == [""]
    assert names("float32", "tensorrt<10", "Hopper", {"TF32"}) == ["", "TF32 accuracy"]


def test_float32_may_be_computed_in_half_where_half_is_allowed():
    made = grants("float32", "tensorrt<10", "Hopper", {"FP16"})
    assert [grant.name for grant in made] == ["", "half", "half, half accumulator"]
    assert [grant.narrowed for grant in made] == [None, "float16", "float16"]
    assert names("float32", "tensorrt-rtx", "Hopper", {"FP16"}) == [""]


def test_fp8_has_13_bits_on_hopper_and_ada_and_not_on_blackwell():
    assert names("float8e4m3", "tensorrt>=10", "Hopper") == ["FP8 accumulator of 13 bits"]
    assert names("float8e4m3", "tensorrt>=10", "Ada") == ["FP8 accumulator of 13 bits"]
    assert names("float8e4m3", "tensorrt>=10", "Blackwell") == [""]


def test_a_grant_says_whether_all_of_it_was_measured():
    measured = {grant.name: grant.measured for grant in grants("float16", "tensorrt<10", "Hopper")}
    assert measured == {"": False, "half accumulator": True}


def test_sums_of_int8_are_exact():
    (grant,) = grants("int8", "tensorrt<10", "Hopper")
    (accumulator,) = grant.accumulators
    assert accumulator.lost == 0


@pytest.mark.parametrize(
    ("capability", "name"),
    [("9.0", "Hopper"), ("8.9", "Ada"), ("8.6", "Ampere"), ("8.0", "Ampere"), ("7.5", "Turing"), ("12.0", "Blackwell")],
)
def test_a_compute_capability_has_a_generation(capability, name):
    assert generation(capability) == name


def test_an_older_gpu_and_none_have_no_generation():
    assert generation("6.1") is None
    assert generation(None) is None
