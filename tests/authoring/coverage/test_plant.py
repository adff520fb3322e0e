"""One wrong element: which is taken, how wrong it is made, and who sees it."""

import numpy as np
import pytest

from trtexp.authoring.coverage.plant import SIZES, planted

HEAD = "title: t\n"
ALL = ("seen",) * len(SIZES)


@pytest.fixture
def tried(load):
    """Text -> the trials of its outputs by name, and how many outputs have none."""

    def tried(text):
        made = planted(load(HEAD + text))
        return {trial.output: trial for trial in made.trials}, made.unjudged

    return tried


def test_what_is_exact_is_seen_at_any_size(tried):
    found, unjudged = tried("inputs: {x: {values: [1, 2, 3]}}\nnetwork: {y: {activation: {input: x, type: RELU}}}\n")
    assert found["y"].found == ALL
    assert (found["y"].layer, found["y"].type, found["y"].flag, found["y"].terms) == ("activation", "float32", "", None)
    assert found["y"].bound == 0 and unjudged == 0


def test_integers_bools_and_zeros_are_wrong_by_one(tried):
    text = """
inputs: {x: {values: [1, 2], dtype: int32}, z: {values: [0, 0]}}
network:
  i: {identity: {input: x}}
  b: {elementwise: {input1: x, input2: x, op: EQUAL}}
  f: {identity: {input: z}}
outputs: [i, b, f]
"""
    found, _ = tried(text)
    assert {name: (trial.type, trial.found) for name, trial in found.items()} == {
        "i": ("int32", ALL),
        "b": ("bool", ALL),
        "f": ("float32", ALL),
    }


def test_what_the_type_cannot_tell_from_the_right_number_is_not_counted(tried):
    text = "inputs: {x: {values: [1, 1.5], dtype: bfloat16}}\nnetwork: {y: {identity: {input: x}}}\n"
    found, _ = tried(text)
    assert dict(zip(SIZES, found["y"].found, strict=True)) == {
        "10 %": "seen",
        "1 %": "seen",
        "0.1 %": "same",
        "16 ulp": "seen",
    }


def half_product(terms):
    return f"""
inputs:
  a: {{shape: [16, {terms}], random: {{seed: 1, normal: [0, 1]}}}}
  b: {{shape: [{terms}, 16], random: {{seed: 2, normal: [0, 1]}}}}
network: {{y: {{matrix_multiply: {{input0: a, op0: NONE, input1: b, op1: NONE}}, set: {{precision: HALF}}}}}}
build: {{flags: {{FP16: true, OBEY_PRECISION_CONSTRAINTS: true}}}}
"""


def test_a_lone_element_is_seen_though_a_short_accumulator_would_allow_it(tried):
    found, _ = tried(half_product(64))
    assert (found["y"].flag, found["y"].terms) == ("FP16", 64)
    assert found["y"].found[:2] == ("seen", "seen")


def test_beyond_256_terms_it_is_noted_that_nothing_is_judged(tried):
    found, _ = tried(half_product(1024))
    assert found["y"].found[0] == "noted"
    assert found["y"].granted == "half_accumulator"


def test_random_numbers_of_the_device_are_told_from_others(tried):
    text = """
network:
  r: {fill: {shape: [4], op: RANDOM_UNIFORM}, set: {alpha: 256.0, beta: 260.0}}
  m: {reduce: {input: r, op: SUM, axes: 1, keep_dims: true}}
outputs: [m]
"""
    found, _ = tried(text)
    assert found["m"].random and found["m"].bound > 0.005


def test_a_refusal_is_no_output_and_what_may_be_anything_is_not_tried(tried):
    refused = "inputs: {x: {values: [1]}}\nnetwork: {y: {identity: {input: x}}}\nexpect: {error: {build: x}}\n"
    assert tried(refused) == ({}, 0)
    anything = """
inputs: {x: {values: [.nan]}}
network: {y: {cast: {input: x, to_type: INT8}}}
"""
    assert tried(anything) == ({}, 1)


def test_the_element_in_the_middle_is_wrong(load):
    """A bound that grows with the number is told at the median of those that are not 0."""
    text = HEAD + "inputs: {x: {values: [0, 0, 0, 1, 4, 9]}}\nnetwork: {y: {unary: {input: x, op: EXP}}}\n"
    (trial,) = planted(load(text)).trials
    bound = load(text).cases[0].evaluation().tensors["y"].bound
    assert trial.bound == pytest.approx(bound[3] / np.e)
