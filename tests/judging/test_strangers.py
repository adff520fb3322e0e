"""Small inputs of strangers: what is right passes, and the near miss beside it is caught."""

import numpy as np
import pytest

from trtexp.engine.outcome import Outcome
from trtexp.judging.case import record_case
from trtexp.judging.check import check
from trtexp.numerics import encode
from trtexp.records.facts import Leaving
from trtexp.report.wording.cases import headline, problems
from trtexp.spec.requirement import Target

RELEASES = {
    "8.x": Target("tensorrt", "8.6.0"),
    "10.x": Target("tensorrt", "10.16.0"),
    "RTX": Target("tensorrt-rtx", "1.7.1"),
}


@pytest.fixture
def record(load):
    """Text of an experiment -> the record of each of its cases, or of those of a release that gives some tensors."""

    def record(text, release=None, **outputs):
        cases = load(text, None if release is None else RELEASES[release]).cases
        made = {name: encode(np.asarray(values), dtype) for name, (values, dtype) in outputs.items()}
        return {case.name: record_case(case, Outcome("ran", outputs=made) if outputs else None) for case in cases}

    return record


@pytest.fixture
def told(record):
    """Text -> what is wrong with its one case, by the reference or of a release that gives some tensors."""

    def told(text, release=None, **outputs):
        (one,) = record(text, release, **outputs).values()
        assert one.as_expected == (not problems(one))
        return problems(one)

    return told


THIRDS = """
title: Numbers as numpy prints them
inputs: {{x: {{values: [1, 2, 5]}}, l: {{values: [[1, 2, 3]]}}}}
weights: {{three: {{shape: [3], full: 3}}}}
network:
  t: {{constant: {{shape: [3], weights: three}}}}
  y: {{elementwise: {{input1: x, input2: t, op: DIV}}}}
  s: {{softmax: {{input: l}}, set: {{axes: 2}}}}
outputs: [y, s]
expect:
  y: {{values: {quotients}, from: derived}}
  s: {{values: {shares}}}
"""
QUOTIENTS, SHARES = "[0.33333334, 0.6666667, 1.6666666]", "[[0.09003057, 0.24472848, 0.66524094]]"


def test_numbers_that_numpy_prints_are_the_numbers_of_the_type_that_they_name(told):
    assert told(THIRDS.format(quotients=QUOTIENTS, shares=SHARES)) == []


@pytest.mark.parametrize(
    ("quotients", "shares", "instead"),
    [
        ("[0.33333337, 0.6666667, 1.6666666]", SHARES, "right is 0.33333334"),  # the next float
        ("[0.33333334, 0.66666675, 1.6666666]", SHARES, "right is 0.6666667"),
        ("[0.33333334, 0.6666667, 1.6666668]", SHARES, "right is 1.6666666"),
        (QUOTIENTS, "[[0.09003157, 0.24472848, 0.66524094]]", "right is 0.09003057"),
    ],
)
def test_the_float_beside_it_is_caught_and_told_what_is_right(told, quotients, shares, instead):
    (said,) = told(THIRDS.format(quotients=quotients, shares=shares))
    assert instead in said and "expected is the odd one out" in said


LOOSE = """
title: A tolerance by hand
inputs: {{x: {{values: [1, 2, 5]}}}}
weights: {{three: {{shape: [3], full: 3}}}}
network:
  t: {{constant: {{shape: [3], weights: three}}}}
  y: {{elementwise: {{input1: x, input2: t, op: DIV}}}}
expect: {{y: {{values: {values}, from: derived, tolerance: {tolerance}}}}}
"""


@pytest.mark.parametrize(
    ("tolerance", "values", "passes"),
    [
        ("{ulp: 2, reason: r}", "[0.33333337, 0.66666675, 1.6666668]", True),
        ("{ulp: 2, reason: r}", "[0.33333346, 0.66666675, 1.6666668]", False),
        ("{atol: 0.01, rtol: 0, reason: r}", "[0.3401, 0.6666, 1.6666]", True),
        ("{atol: 0.01, rtol: 0, reason: r}", "[0.3451, 0.6666, 1.6666]", False),
        ("{snr_db: 40, reason: r}", "[0.3401, 0.6666, 1.6666]", True),
        ("{snr_db: 40, reason: r}", "[0.3801, 0.6666, 1.6666]", False),
        ("{cosine: 0.999, reason: r}", "[0.6667, 1.3333, 3.3333]", True),
        ("{cosine: 0.999, reason: r}", "[1.6667, 1.3333, 3.3333]", False),
        ("[auto, {snr_db: 40, reason: r}]", "[0.3401, 0.6666, 1.6666]", False),
        ("exact", "[0.33333334, 0.6666667, 1.6666666]", True),
        ("exact", "[0.33333337, 0.6666667, 1.6666666]", False),
    ],
)
def test_a_tolerance_by_hand_counts_for_literals_too(told, tolerance, values, passes):
    assert (told(LOOSE.format(tolerance=tolerance, values=values)) == []) == passes


INT64 = """
title: int64 beyond 2^53
inputs:
  x: {{values: [9007199254740993], dtype: int64}}
  y: {{values: [9007199254740992], dtype: int64}}
network:
  sub: {{elementwise: {{input1: x, input2: y, op: SUB}}}}
  eq: {{elementwise: {{input1: x, input2: y, op: EQUAL}}}}
outputs: [sub, eq]
expect:
  sub: {{values: [{difference}], from: derived}}
  eq: {{values: [{equal}], from: derived}}
"""


def test_integers_are_exact_beyond_what_a_float64_holds(told):
    assert told(INT64.format(difference=1, equal="false")) == []
    assert "right is 1" in told(INT64.format(difference=0, equal="false"))[0]
    assert "right is false" in told(INT64.format(difference=1, equal="true"))[0]


ZERO = """
title: an integer has no negative zero
inputs: {{x: {{values: [-0.25]}}}}
network:
  i: {{cast: {{input: x, to_type: INT32}}}}
  f: {{cast: {{input: i, to_type: FLOAT}}}}
  y: {{unary: {{input: f, op: RECIP}}}}
expect: {{y: {{values: [{value}], from: derived}}}}
"""


def test_an_integer_has_one_zero(told):
    assert told(ZERO.format(value=".inf")) == []
    assert "right is .inf" in told(ZERO.format(value="-.inf"))[0]


BEYOND = """
title: An infinity that the type gives
inputs: {{x: {{values: [300, 2], dtype: float16}}}}
network: {{y: {{elementwise: {{input1: x, input2: x, op: PROD}}}}}}
expect: {{y: {{values: [{value}, 4], from: {kind}}}}}
"""


@pytest.mark.parametrize("kind", ["derived", "observed", "source"])
def test_an_infinity_that_the_type_gives_may_be_expected_as_the_number_may(told, kind):
    assert told(BEYOND.format(value=".inf", kind=kind)) == []
    assert told(BEYOND.format(value="90000", kind=kind)) == []
    assert told(BEYOND.format(value="-.inf", kind=kind)) != []
    assert told(BEYOND.format(value="65504", kind=kind)) != []
    text = BEYOND.format(value=".inf", kind=kind)
    assert told(text, "10.x", y=([np.inf, 4], "float16")) == []
    assert told(text, "10.x", y=([65504, 4], "float16")) != []
    assert told(text.replace("300", "200"), "10.x", y=([np.inf, 4], "float16")) != []


def test_the_largest_number_may_be_expected_where_it_is_reached(told):
    text = BEYOND.format(value=".inf", kind="observed").replace("300", "255.875")  # 65472, 32 below the largest
    assert "right is 65472" in told(text)[0]


BETWEEN = """
title: What overflows in the type of a tensor in between
inputs: {x: {values: [100, 1]}}
network:
  e: {unary: {input: x, op: EXP}}
  y: {unary: {input: e, op: LOG}}
cases:
  as_float32: {expect: {y: {values: [.inf, 1], from: derived}}}
  observed: {expect: {y: {values: [.inf, 1], from: observed, release: tensorrt-11.4}}}
  as_reals: {expect: {y: {values: [100, 1], from: derived}}}
  neither: {expect: {y: {values: [101, 1], from: derived}}}
  wrong_beside_it: {expect: {y: {values: [.inf, .inf], from: derived}}}
"""


def test_a_tensor_in_between_that_leaves_its_range_makes_both_results_legal_and_is_named(record):
    found = record(BETWEEN)
    assert {name for name, one in found.items() if one.as_expected} == {"as_float32", "observed", "as_reals"}
    left = [Leaving(tensor="e", dtype="float32")]
    assert {name for name, one in found.items() if one.outputs[0].leaving == left} >= {"as_float32", "observed"}
    assert found["as_reals"].outputs[0].leaving == []
    assert [mark.index for mark in found["neither"].outputs[0].marks] == [[0]]
    assert [mark.index for mark in found["wrong_beside_it"].outputs[0].marks] == [[1]]


@pytest.mark.parametrize(("value", "passes"), [(np.inf, True), (100.0, True), (np.nan, False), (-np.inf, False)])
def test_both_results_may_come_whatever_is_expected_of_the_two(record, value, passes):
    found = record(BETWEEN, "8.x", y=([value, 1], "float32"))
    for name in ("as_float32", "observed", "as_reals"):
        assert found[name].as_expected == passes, name


HALF_NORM = """
title: The squares of a root mean square leave float16
inputs: {{x: {{values: [[300, 400]], dtype: float16}}}}
network:
  sq: {{elementwise: {{input1: x, input2: x, op: PROD}}}}
  m: {{reduce: {{input: sq, op: AVG, axes: 2, keep_dims: true}}}}
  y: {{unary: {{input: m, op: SQRT}}}}
expect: {{y: {{values: [[{value}]], from: derived}}}}
"""


def test_half_squares_may_overflow_or_not_and_nothing_else(record):
    for value, passes in [("353.55339", True), (".inf", True), ("354", False)]:
        (one,) = record(HALF_NORM.format(value=value)).values()
        assert one.as_expected == passes, value
    (one,) = record(HALF_NORM.format(value=".inf")).values()
    assert Leaving(tensor="sq", dtype="float16") in one.outputs[0].leaving


def test_what_is_below_the_smallest_number_may_become_zero(record):
    text = HALF_NORM.replace("300, 400", "1.0e-5, 2.0e-5")
    for value, passes in [("1.5811e-05", True), ("0", True), ("1.7e-05", False), (".inf", False)]:
        (one,) = record(text.format(value=value)).values()
        assert one.as_expected == passes, value


ONE = """
title: One is one
inputs: {{x: {{values: [1, 2]}}}}
network:
  e: {{unary: {{input: x, op: EXP}}}}
  y: {{unary: {{input: e, op: LOG}}}}
expect: {{y: {{values: [{one}, 2], from: derived}}}}
"""


def test_a_reference_has_the_error_of_float64_itself(told):
    assert told(ONE.format(one=1)) == []
    assert told(ONE.format(one="1.0000000000001")) == []  # names 1
    assert told(ONE.format(one="1.0000001")) != []


DECIMAL = """
title: An attribute is a decimal, too
inputs: {{x: {{shape: [1], values: [-61.47925567626953]}}}}
network: {{y: {{activation: {{input: x, type: LEAKY_RELU}}, set: {{alpha: 0.01}}}}}}
expect: {{y: {{values: [{value}], from: {kind}}}}}
"""


@pytest.mark.parametrize("kind", ["source", "derived"])
def test_an_attribute_is_a_decimal_as_a_tensor_is(told, kind):
    assert told(DECIMAL.format(value="-0.6147925853729248", kind=kind)) == []
    assert told(DECIMAL.format(value="-0.6147935", kind=kind)) != []


FOUND = """
title: A finding of every release
inputs: {x: {values: [.nan, 9]}}
network: {y: {activation: {input: x, type: CLIP}, set: {alpha: 0, beta: 6}}}
expect: {y: {values: [0, 6], from: observed}}
finding: the NaN becomes the lower bound
"""


def test_a_finding_of_every_release_is_as_expected_wherever_nothing_runs(record, load):
    (one,) = record(FOUND).values()
    assert (one.status, one.as_expected, problems(one)) == ("unjudged", True, [])
    assert str(headline(one)) == "a finding: only TensorRT can tell"
    (case,) = load(FOUND).cases
    built = Outcome("built", inferred={"y": ("float32", (2,))})
    assert record_case(case, built).as_expected
    assert not record_case(case, Outcome("built", inferred={"y": ("float32", (3,))})).as_expected


def test_a_finding_is_held_against_what_comes(told):
    assert told(FOUND, "10.x", y=([0.0, 6.0], "float32")) == []
    assert told(FOUND, "10.x", y=([6.0, 6.0], "float32")) != []
    assert told(FOUND, "10.x", y=([0.0, 5.0], "float32")) != []
    assert told(FOUND.replace("[0, 6]", "[.nan, 6]"), "10.x", y=([np.nan, 6.0], "float32")) != []


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
def test_what_was_observed_with_a_release_settles_it_for_its_family(record, release, value, wrong):
    found = record(UNDEFINED, release, y=([value, 1], "uint8"))
    assert {name for name, one in found.items() if not one.as_expected} == wrong


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


NMS = """
title: NMS with a NaN score
inputs:
  boxes: {values: [[[[0, 0, 1, 1]], [[2, 2, 3, 3]], [[4, 4, 5, 5]]]]}
  scores: {values: [[[.nan], [0.5], [0.9]]]}
weights: {m: {shape: [], full: 3, dtype: int32}}
network:
  n: {constant: {shape: [], weights: m}}
  y: {nms: {boxes: boxes, scores: scores, max_output_boxes_per_class: n}}
outputs: [y]
"""


def test_an_output_of_another_shape_is_a_mismatch_of_its_shape(told):
    (said,) = told(NMS, "10.x", y=(np.zeros((4, 3)), "int32"))
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
