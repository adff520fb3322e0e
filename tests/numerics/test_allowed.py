"""The table of what is allowed: its rows, and what they grant."""

import pytest

from trtexp.numerics import Arithmetic, generation
from trtexp.numerics.allowed import grant, rules

FAMILIES = {"tensorrt<10", "tensorrt>=10", "tensorrt-rtx"}
GPUS = {"Turing", "Ampere", "Ada", "Hopper", "Blackwell"}


@pytest.mark.parametrize(
    "rule", rules(), ids=lambda rule: f"{rule.type} {rule.freedom} {rule.gpus} {rule.accumulator.block}"
)
def test_every_row_names_what_there_is_and_has_a_source(rule):
    assert set(rule.releases) <= FAMILIES and rule.releases
    assert set(rule.gpus) <= GPUS
    assert rule.source
    assert all(" on NVIDIA " in seen for seen in rule.measured)
    assert rule.accumulator.bits > 0


def blocks(dtype, family=None, gpu=None, *granted, **world):
    """The length of a block, and what a rounded sum may lose, of each accumulator that is allowed."""
    made = grant(dtype, Arithmetic(family=family, gpu=gpu, **world).with_granted(*granted))
    return [(each.block, each.unit) for each in made.accumulators]


HALVES = [(16, 2.0**-11), (1, 2.0**-11)]
WIDE = [(1, 2.0**-24), (16, 2.0**-23)]


def test_half_may_be_accumulated_in_half_by_8x_alone_and_only_where_that_is_granted():
    assert blocks("float16", "tensorrt<10", "Hopper") == WIDE
    assert blocks("float16", "tensorrt<10", "Hopper", "half_accumulator") == WIDE + HALVES
    assert blocks("float16", "tensorrt>=10", "Hopper", "half_accumulator") == WIDE


def test_without_a_release_what_any_may_do_is_allowed():
    assert set(blocks("float16", None, None, "half_accumulator")) == {*WIDE, *HALVES, (1, 2.0**-23)}


def test_what_is_no_product_of_matrices_is_added_one_by_one():
    made = grant("float16", Arithmetic(family="tensorrt<10", gpu="Hopper"), products=False)
    assert [each.block for each in made.accumulators] == [1]


def test_tf32_is_cut_where_it_is_granted():
    plain, cut = Arithmetic(gpu="Hopper"), Arithmetic(gpu="Hopper").with_granted("tf32")
    assert grant("float32", plain).cut == 0
    assert grant("float32", cut).cut == 2.0**-10
    assert grant("float16", cut).cut == 0
    assert blocks("float32", "tensorrt<10", "Hopper", "tf32") == [(1, 2.0**-24), (8, 2.0**-23)]


def test_float32_may_be_added_like_half_where_it_may_be_half():
    assert set(blocks("float32", "tensorrt<10", "Hopper", "half")) == set(WIDE)
    assert set(blocks("float32", "tensorrt<10", "Hopper", "half", "half_accumulator")) == {*WIDE, *HALVES}


def test_numbers_that_were_fp8_have_13_bits_on_hopper_and_ada_and_not_on_blackwell():
    short = (32, 2.0**-13)
    for gpu in ("Hopper", "Ada"):
        assert short in blocks("float16", "tensorrt>=10", gpu, "fp8_accumulator", codes="float8e4m3")
        assert short not in blocks("float16", "tensorrt>=10", gpu, codes="float8e4m3")
        assert short not in blocks("float16", "tensorrt>=10", gpu, "fp8_accumulator")
    assert short not in blocks("float16", "tensorrt>=10", "Blackwell", "fp8_accumulator", codes="float8e4m3")


def test_an_accumulator_that_somebody_names_is_allowed_whatever_the_release():
    assert set(HALVES) < set(blocks("float32", "tensorrt-rtx", "Ada", by_hand="half_accumulator"))


def test_a_type_without_a_row_is_added_like_float32():
    assert blocks("float4e2m1", "tensorrt>=10", "Hopper") == [(1, 2.0**-24)]


def test_sums_of_int8_are_exact():
    (accumulator,) = grant("int8", Arithmetic()).accumulators
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
