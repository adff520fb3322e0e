"""Small inputs of strangers: what is right passes, and the near miss beside it is caught."""

import numpy as np
import pytest

from trtexp.engine.outcome import Outcome
from trtexp.judging.case import record_case
from trtexp.records.facts import Leaving
from trtexp.report.wording.cases import headline, problems

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
    assert (str(headline(one)), one.family) == ("a finding: only TensorRT can tell", None)
    (case,) = load(FOUND).cases
    built = Outcome("built", inferred={"y": ("float32", (2,))})
    assert record_case(case, built).as_expected
    assert not record_case(case, Outcome("built", inferred={"y": ("float32", (3,))})).as_expected


KEPT = """
title: A finding against a rule that nobody doubts
inputs: {x: {values: [-1, 9]}}
network: {y: {activation: {input: x, type: RELU}}}
expect: {y: {values: [-1, 9], from: observed}}
finding: the negative number stays
"""


def test_a_finding_is_held_against_what_comes(told):
    assert told(KEPT, "10.x", y=([-1.0, 9.0], "float32")) == []
    assert told(KEPT, "10.x", y=([0.0, 9.0], "float32")) != []
    assert told(KEPT, "10.x", y=([-1.0, 5.0], "float32")) != []
    assert told(KEPT.replace("[-1, 9], from", "[0, 9], from"), "10.x", y=([0.0, 9.0], "float32")) != []


BEST_OF_NAN = """
title: TopK meets NaN
inputs: {{x: {{values: [[1, .nan, 3]]}}}}
network: {{y: {{topk: {{input: x, op: MAX, k: 1, axes: 2}}}}}}
outputs: [y, y.indices]
expect: {{y: {{values: [[{best}]]}}, y.indices: {{values: [[{index}]]}}}}
"""


@pytest.mark.parametrize("release", [None, "8.x", "10.x", "RTX"])
def test_no_release_but_8_is_held_to_a_place_of_nan(told, release):
    given = {} if release is None else {"y": ([[np.nan]], "float32"), "y.indices": ([[1]], "int32")}
    assert bool(told(BEST_OF_NAN.format(best=".nan", index=1), release, **given)) == (release == "8.x")
    given = {} if release is None else {"y": ([[3.0]], "float32"), "y.indices": ([[2]], "int32")}
    assert not told(BEST_OF_NAN.format(best="3", index=2), release, **given)


def test_on_8_a_box_whose_score_is_nan_is_kept(told, boxes_of_nan):
    kept = {"y": ([[0, 0, 0], [0, 0, 2], [0, 0, 1]], "int32"), "y.count": (3, "int32")}
    assert not told(boxes_of_nan, "8.x", **kept)
    assert told(boxes_of_nan, "8.x", **{"y": ([[0, 0, 2], [0, 0, 1]], "int32"), "y.count": (2, "int32")})
    assert not told(boxes_of_nan)
