"""What a release may make of a cast to half, where half is granted."""

import pytest

CAST_TO_HALF = """
title: A cast that a release drops
inputs: {x: {values: [2049, 2051, 1, 0.1]}}
network: {y: {%s}}
build: {flags: {FP16: true}}
"""
CASTS = {
    "cast": "cast: {input: x, to_type: HALF}",
    "cast by attribute": "cast: {input: x, to_type: FLOAT}, set: {to_type: HALF}",
    "identity": "identity: {input: x}, set: {output_type: HALF}",
}


@pytest.mark.parametrize("name", CASTS)
def test_numbers_that_a_cast_to_half_did_not_round_are_seen(told, name):
    """Half may be taken for float32 there, but nothing leaves a cast to half what half does not have."""
    dtype = "float16" if name == "identity" else "float32"  # 8.x widens an output whose type was not assigned
    rounded = {"y": ([2048, 2052, 1, 0.0999755859375], dtype)}
    kept = {"y": ([2049, 2051, 1, 0.1], "float32")}
    assert not told(CAST_TO_HALF % CASTS[name], "8.x", **rounded)
    assert told(CAST_TO_HALF % CASTS[name], "8.x", **kept)


def test_a_cast_to_another_type_may_see_a_half(told):
    """2049.5 as half is 2050."""
    text = (CAST_TO_HALF % "cast: {input: x, to_type: INT32}").replace("2049,", "2049.5,")
    assert not told(text, "8.x", y=([2050, 2052, 1, 0], "int32"))
    assert not told(text, "8.x", y=([2049, 2051, 1, 0], "int32"))
