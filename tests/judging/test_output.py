"""One output of one case: marks, sentences and the record of it."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import BASE

from trtexp.judging.output import judge_output
from trtexp.judging.recording import record_output
from trtexp.numerics import encode
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import Deviation, FormFault

ONES = [[1, 3, 6, 5, 3], [5, 12, 21, 16, 9], [12, 27, 45, 33, 18], [11, 24, 39, 28, 15], [7, 15, 24, 17, 9]]
SHAPE = (1, 1, 5, 5)
EXPECT = "expect: {{deconv: {{values: [[{values}]], from: derived}}}}\n"


@pytest.fixture
def case(load):
    """A case that convolves 1 … 9 with ones, with something at its end."""

    def case(end="", kernel="full: 1"):
        text = BASE.replace("w: {shape: [1, 1, 3, 3], arange: {start: 1}}", f"w: {{shape: [1, 1, 3, 3], {kernel}}}")
        return load(text + end).cases[0]

    return case


def judged(case, values=None, dtype="float32", inferred=None):
    actual = None if values is None else encode(np.asarray(values, dtype=float).reshape(SHAPE), dtype)
    return judge_output(case, "deconv", actual, inferred)


def test_a_wrong_element_is_named_with_all_three_values_and_who_is_the_odd_one(case):
    wrong = np.array(ONES, dtype=float)
    wrong[2, 3] = 34
    output = judged(case(EXPECT.format(values=ONES)), wrong)
    record = record_output(output)
    (mark,) = record.marks
    assert (mark.index, mark.odd) == ([0, 0, 2, 3], "actual")
    assert (mark.expected, mark.actual, mark.reference) == ("33", "34", "33")
    assert mark.off == Deviation(error=1.0, allowed=0.0)
    assert (record.disagreeing, record.elements) == (1, 25)
    assert (record.verdict, record.certified, record.certified_wrong) == ("mismatch", 25, 1)
    assert record.actual_reference.bad == 1
    assert record.expected_reference.agrees


def test_a_wrong_literal_is_told_from_a_wrong_device(case):
    values = [row[:] for row in ONES]
    values[0][0] = 2
    output = judged(case(EXPECT.format(values=values)), ONES)
    record = record_output(output)
    assert [mark.odd for mark in record.marks] == ["expected"]
    assert record.actual_reference.agrees


def test_the_worst_element_comes_first_and_twenty_are_kept(case):
    wrong = np.array(ONES, dtype=float) + 1
    wrong[4, 4] = 1000
    output = judged(case(EXPECT.format(values=ONES)), wrong)
    record = record_output(output)
    assert record.marks[0].index == [0, 0, 4, 4]
    assert (len(record.marks), record.disagreeing) == (20, 25)


@pytest.mark.parametrize(
    ("given", "text"),
    [("[[[[-12.5]]]]", "-12.5"), ("[-12.5]", "-12.5"), ("-12.5", "-12.5"), ("7", "7")],
)
def test_a_mark_quotes_the_literal_as_it_was_written(case, given, text):
    one = case("    set: {padding_nd: [2, 2]}\nexpect: {deconv: {shape: [1, 1, 1, 1], values: " + given + "}}\n")
    (mark,) = record_output(judge_output(one, "deconv", None, None)).marks
    assert (mark.expected, mark.reference, mark.actual) == (text, "45", None)


def test_tensorrts_own_shape_and_dtype_before_the_run_are_compared(case):
    right = judged(case(), inferred=("float32", SHAPE))
    assert right.inferred_faults() == []
    assert judged(case(), inferred=("float32", (1, 1, -1, 5))).inferred_faults() == []
    wrong = judged(case(), inferred=("float16", (1, 1, 5, 6)))
    assert wrong.inferred_faults() == [
        FormFault(what="shape", inferred=[1, 1, 5, 6], expected=[1, 1, 5, 5]),
        FormFault(what="dtype", inferred="float16", expected="float32"),
    ]


def test_a_large_tensor_is_recorded_by_its_extremes(load):
    large = BASE.replace("x: {shape: [1, 1, 3, 3]", "x: {shape: [1, 1, 40, 40]")
    record = record_output(judge_output(load(large).cases[0], "deconv", None, None))
    assert record.reference.values is None
    assert (record.reference.summary.elements, record.reference.summary.smallest) == (1764, 1.0)
    assert record.bound is None


def test_nan_is_expected_where_nan_goes_in(case, load):
    text = BASE.replace("x: {shape: [1, 1, 3, 3], arange: {start: 1}}", "x: {shape: [1, 1, 3, 3], full: .nan}")
    one = load(text + "expect: {deconv: {full: .nan, from: derived}}\n").cases[0]
    assert judge_output(one, "deconv", encode(np.full(SHAPE, np.nan), "float32"), None).judged.verdict == "pass"
    assert judge_output(one, "deconv", encode(np.zeros(SHAPE), "float32"), None).judged.verdict == "mismatch"


def test_a_tolerance_by_hand_keeps_its_reason(case):
    end = "expect: {deconv: {tolerance: {ulp: 3, reason: measured}}}\n"
    record = record_output(judged(case(end), ONES))
    assert record.tolerance == [Tolerance("ulp", limit=3.0, reason="measured")]


BEYOND = """
title: t
inputs: {x: {dtype: int64, values: [9007199254740993, 9223372036854775807, -9223372036854775808]}}
network: {y: {identity: {input: x}}}
cases:
  all:
    expect: {y: {values: [9007199254740993, 9223372036854775807, -9223372036854775808], from: derived}}
"""


def test_int64_is_compared_with_what_is_expected_as_integers(load):
    """Each of the wrong numbers is the same as the right one in float64."""
    (case,) = load(BEYOND).cases
    right = np.array([2**53 + 1, 2**63 - 1, -(2**63)])
    assert judge_output(case, "y", encode(right, "int64"), None).judged.verdict == "pass"
    for place, wrong in enumerate([2**53, 2**63 - 2, -(2**63) + 1]):
        other = right.copy()
        other[place] = wrong
        assert float(right[place]) == float(wrong)
        judgement = judge_output(case, "y", encode(other, "int64"), None).judged
        assert judgement.verdict == "mismatch" and judgement.actual_expected.worst == (place,)
    turned = judge_output(case, "y", encode(right[[2, 0, 1]], "int64"), None).judged
    assert turned.actual_expected.error.tolist() == [2.0**63 + 2**53, 2.0**63 - 2**53, 2.0**64]


def test_an_expectation_made_by_a_formula_is_the_number_of_the_type(load):
    made = "random: {seed: 1, normal: [0, 1000]}"
    text = f"title: T\ninputs: {{x: {{shape: [4, 8], {made}}}}}\nnetwork: {{y: {{identity: {{input: x}}}}}}\n"
    one = load(text + f"expect: {{y: {{{made}, from: observed}}}}\n").cases[0]
    (x,) = one.inputs.values()
    found = record_output(judge_output(one, "y", x.array, None))
    assert found.actual_expected.bad == 0
    beside = replace(x.array, bits=np.nextafter(x.array.bits, np.float32(np.inf)))
    assert record_output(judge_output(one, "y", beside, None)).actual_expected.bad > 0
