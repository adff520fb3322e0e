"""Small inputs of strangers: what has more than one legal value, what is refused, and decimals of attributes."""

import numpy as np
import pytest

from trtexp.engine.outcome import Outcome
from trtexp.judging.case import record_case
from trtexp.judging.check import check
from trtexp.numerics import encode
from trtexp.report.wording.cases import problems
from trtexp.spec.requirement import Target

NEAREST = """
title: Nearest, the first element
inputs: {{x: {{shape: [1, 1, 2], values: [[[1, 2]]]}}}}
network:
  y: {{resize: {{input: x}}, set: {{shape: [1, 1, 3], resize_mode: NEAREST, nearest_rounding: CEIL}}}}
expect: {{y: {{values: [[[{values}]]], from: observed}}}}
"""


def test_the_first_coordinate_is_exact_and_thirds_are_not_whole(record):
    (one,) = record(NEAREST.format(values="1, 2, 2")).values()
    assert one.as_expected and one.outputs[0].undetermined == 0
    (one,) = record(NEAREST.format(values="2, 2, 2")).values()
    assert [mark.index for mark in one.outputs[0].marks] == [[0, 0, 0]]


UNDEFINED = """
title: What is undefined cannot be expected
inputs: {x: {values: [-1, 1]}}
network: {y: {cast: {input: x, to_type: UINT8}}}
cases:
  a: {expect: {y: {values: [0, 1], from: observed}}}
  by_hand: {tolerance: exact, expect: {y: {values: [0, 1], from: observed}}}
  finding: {finding: 10.16 gives 0, expect: {y: {values: [0, 1], from: observed}}}
  left_out: {expect: {y: {values: [null, 1], from: observed}}}
  with_release: {expect: {y: {values: [0, 1], from: observed, release: tensorrt-10.16.0}}}
"""


def test_what_is_undefined_can_be_left_out_observed_or_found(record):
    assert all(one.as_expected for one in record(UNDEFINED).values())


@pytest.mark.parametrize(
    ("release", "value", "wrong"),
    [
        ("10.x", 0, set()),
        ("10.x", 255, {"finding", "with_release"}),
        ("8.x", 255, {"finding"}),  # 8.x was not observed
        ("RTX", 255, {"finding"}),
    ],
)
def test_what_was_observed_with_a_release_settles_it_there(record, release, value, wrong):
    found = record(UNDEFINED, release, y=([value, 1], "uint8"))
    assert {name for name, one in found.items() if not one.as_expected} == wrong


@pytest.mark.parametrize(
    ("origin", "version", "settled"),
    [
        ("tensorrt-8.6.0", "8.6.0", True),
        ("tensorrt 8.6", "8.6.0", True),
        ("tensorrt-8.6.0", "8.5.3.1", False),  # of the same family
        ("tensorrt-8.6.0", "8.6.1", False),
        ("tensorrt-8.6", "8.60", False),
        ("tensorrt-10.16.0", "8.6.0", False),
    ],
)
def test_no_other_release_of_the_family_is_settled_by_it(load, origin, version, settled):
    text = UNDEFINED[: UNDEFINED.index("cases:")] + (
        f"expect: {{y: {{values: [0, 1], from: observed, release: {origin}}}}}\n"
    )
    outcome = Outcome("ran", outputs={"y": encode(np.array([255, 1]), "uint8")})
    assert record_case(load(text, Target("tensorrt", version)).cases[0], outcome).as_expected == (not settled)
    assert record_case(load(text).cases[0], None).as_expected


def test_what_is_defined_is_judged_beside_what_is_not(record):
    found = record(UNDEFINED, "10.x", y=([0, 2], "uint8"))
    assert not any(one.as_expected for one in found.values())
    assert [mark.index for mark in found["left_out"].outputs[0].marks] == [[1]]
    assert found["left_out"].outputs[0].expected.values == [None, 1]


@pytest.mark.parametrize("values", ["[1, 2]", "[null, 2]"])
def test_a_wrong_literal_beside_an_undefined_element_is_a_mismatch(record, values):
    (one,) = record(UNDEFINED[: UNDEFINED.index("cases:")] + f"expect: {{y: {{values: {values}}}}}\n").values()
    assert not one.as_expected
    assert [(mark.index, mark.write) for mark in one.outputs[0].marks] == [([1], "1")]


def test_a_wrong_literal_beside_an_undefined_one_of_int8(told):
    text = """
title: t
inputs: {x: {values: [300, 1]}}
network: {y: {cast: {input: x, to_type: INT8}}}
expect: {y: {dtype: int8, values: [44, 5], from: observed}}
"""
    (said,) = told(text)
    assert said.startswith("y[1]: expected 5, reference 1;")


def test_only_expected_values_may_be_left_out(faults):
    assert (
        "null given; only expected values may leave out elements"
        in faults("title: t\ninputs: {x: {values: [1, null]}}\nnetwork: {y: {identity: {input: x}}}\n")[0]
    )


QUOTIENT = """
title: A division by one or by two is exact, and so is what is rounded behind it
inputs: {{x: {{shape: [4], values: [0.5, 1.5, 2.5, 3.5]}}}}
weights: {{one: {{shape: [1], values: [{by}]}}}}
network:
  s: {{constant: {{shape: [1], weights: one}}}}
  d: {{elementwise: {{input1: x, input2: s, op: DIV}}}}
  y: {{unary: {{input: d, op: ROUND}}}}
outputs: [y]
expect: {{y: {{values: {values}, from: derived}}}}
"""


def test_a_quotient_by_a_power_of_two_is_exact_behind_a_rounding_too(told):
    assert told(QUOTIENT.format(by=1, values="[0, 2, 2, 4]")) == []
    assert told(QUOTIENT.format(by=1, values="[1, 2, 2, 4]")) != []
    two = QUOTIENT.replace("[0.5, 1.5, 2.5, 3.5]", "[1, 3, 5, 7]")
    assert told(two.format(by=2, values="[0, 2, 2, 4]")) == []
    assert told(two.format(by=2, values="[0, 2, 3, 4]")) != []


def test_of_a_quotient_that_is_not_exact_both_neighbours_are_legal_and_no_other(told):
    thirds = QUOTIENT.replace("[0.5, 1.5, 2.5, 3.5]", "[1.5, 4.5, 7.5, 9]")
    for values, passes in [("[0, 2, 2, 3]", True), ("[1, 1, 3, 3]", True), ("[2, 2, 2, 3]", False)]:
        assert (told(thirds.format(by=3, values=values)) == []) == passes, values
    assert told(thirds.format(by=3, values="[0, 2, 2, 4]")) != []  # 9 / 3 is an ulp from no tie


BESIDE = """
title: One output is refused, the other is known
inputs: {x: {shape: [2], full: 1}}
weights: {two: {shape: [], full: 2, dtype: int32}, three: {shape: [], full: 3, dtype: int32}}
network:
  n: {constant: {shape: [], weights: two}}
  m: {constant: {shape: [], weights: three}}
  loop: {loop: {}}
  limit: {trip_limit: {loop: loop, tensor: n, kind: COUNT}}
  value: {recurrence: {loop: loop, initial_value: x}, set_input: {1: next}}
  next: {elementwise: {input1: value, input2: value, op: SUM}}
  last: {loop_output: {loop: loop, tensor: value, kind: LAST_VALUE}}
  all: {loop_output: {loop: loop, tensor: next, kind: CONCATENATE, axis: 9}, set_input: {1: m}, check: false}
outputs: [last, all]
cases:
  wrong: {expect: {last: {values: [99, 99], from: observed}}}
  right: {expect: {last: {values: [4, 4], from: observed}}}
"""


def test_a_refusal_costs_what_depends_on_it_and_nothing_else(record, load):
    found = record(BESIDE)
    assert "right is 4" in problems(found["wrong"])[0]
    assert found["right"].as_expected and found["right"].status == "pass"
    assert found["right"].refusal.layer == "all"
    checked = check(load(BESIDE[: BESIDE.index("  wrong:")] + BESIDE[BESIDE.index("  right:") :]))
    assert (checked.wrong, checked.cases, checked.outputs) == ((), 0, 1)


def test_what_comes_of_a_refused_output_is_taken_and_the_other_is_judged(record):
    outputs = {"last": ([4.0, 4.0], "float32"), "all": (np.zeros((3, 2)), "float32")}
    assert record(BESIDE, "8.x", **outputs)["right"].as_expected
    assert not record(BESIDE, "8.x", **outputs | {"last": ([4.0, 5.0], "float32")})["right"].as_expected


def test_an_output_of_another_shape_is_a_mismatch_of_its_shape(told, boxes_of_nan):
    (said,) = told(boxes_of_nan.replace(", y.count", ""), "8.x", y=(np.zeros((4, 3)), "int32"))
    assert said.startswith("y: shape: actual 4×3, reference")


def _lrn(x, alpha=0.1, beta=0.7, k=1.1):
    squares = np.convolve(np.square(x), np.ones(3), "same")
    return x / (k + alpha / 3 * squares) ** beta


def _normal(x, epsilon=0.3):
    return (x - x.mean()) / np.sqrt(x.var() + epsilon)


def _cubic(x, a=-0.6):
    """Twice as many: each element, and the mean of four between it and the next."""
    padded = np.pad(x, (1, 2), "edge")
    between = 0.125 * a * (padded[:-3] + padded[3:]) + (0.5 - 0.125 * a) * (padded[1:-2] + padded[2:-1])
    return np.stack([x, between], axis=1).reshape(-1)


X = np.array([1.0, 2.0, 4.0, 7.0, 100.0])
ATTRIBUTES = {
    "lrn": ("1, 5, 1, 1", "lrn: {input: x, window: 3, alpha: 0.1, beta: 0.7, k: 1.1}", _lrn(X)),
    "normalization": (
        "1, 5",
        "normalization: {input: x, scale: one, bias: nil, axesMask: 2}, set: {epsilon: 0.3}",
        _normal(X),
    ),
    "pooling": (
        "1, 1, 1, 5",
        "pooling_nd: {input: x, type: MAX_AVERAGE_BLEND, window_size: [1, 5]}, set: {blend_factor: 0.3}",
        np.array([0.7 * 100 + 0.3 * 22.8]),
    ),
    "resize": (
        "1, 1, 5",
        "resize: {input: x}, set: {scales: [1, 1, 1.4], resize_mode: LINEAR, coordinate_transformation: ASYMMETRIC}",
        np.interp(np.arange(6) / 1.4, np.arange(5), X),
    ),
    "cubic": (
        "1, 1, 5",
        "resize: {input: x}, set: {shape: [1, 1, 10], resize_mode: CUBIC, cubic_coeff: -0.6}",
        _cubic(X),
    ),
    "fill": ("5", "fill: {shape: [4], op: LINSPACE}, set: {alpha: 0.1, beta: 0.3}", np.array([0.1, 0.4, 0.7, 1.0])),
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_the_decimals_of_every_attribute_are_those_of_its_author(told, name):
    shape, layer, right = ATTRIBUTES[name]
    made = [1, 5, 1, 1] if name == "lrn" else [*[1] * shape.count(","), right.size]
    text = f"""
title: t
inputs: {{x: {{shape: [{shape}], values: [1, 2, 4, 7, 100]}}}}
weights: {{w: {{shape: [1, 1], full: 1}}, v: {{shape: [1, 1], full: 0}}}}
network:
  one: {{constant: {{shape: [1, 1], weights: w}}}}
  nil: {{constant: {{shape: [1, 1], weights: v}}}}
  y: {{{layer}}}
expect: {{y: {{shape: [{", ".join(map(str, made))}], values: [VALUES], from: derived}}}}
"""
    assert told(text.replace("VALUES", ", ".join(map(repr, right.tolist())))) == []
    assert told(text.replace("VALUES", ", ".join(map(repr, (right * (1 + 3e-7)).tolist())))) != []
