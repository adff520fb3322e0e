"""Status and `as expected` of every way a case can end."""

import numpy as np
import pytest
from conftest import BASE

from trtexp.definition.facts import LogLine
from trtexp.engine.outcome import Outcome
from trtexp.judging.case import record_case
from trtexp.numerics import encode
from trtexp.records.facts import Ending, Place

SHAPE = (1, 1, 5, 5)


@pytest.fixture
def case(load):
    return lambda end="": load(BASE + end).cases[0]


def right(case):
    return {"deconv": encode(case.evaluation().tensors["deconv"].ref, "float32")}


def ran(case, outputs=None, **more):
    return Outcome("ran", outputs=right(case) if outputs is None else outputs, **more)


def ended(case, outcome):
    record = record_case(case, outcome)
    return record.status, record.as_expected


def test_the_right_tensor_passes(case):
    assert ended(case(), ran(case())) == ("pass", True)
    assert record_case(case(), ran(case())).ending == Ending(kind="certified", certified=25)


def test_a_wrong_tensor_is_a_mismatch_with_a_script_to_repeat_it(case):
    record = record_case(case(), ran(case(), {"deconv": encode(np.zeros(SHAPE), "float32")}))
    assert (record.status, record.as_expected) == ("mismatch", False)
    assert record.script is not None
    assert record.ending == Ending(kind="mismatch")


def test_a_wrong_shape_is_a_mismatch_even_if_only_built(case):
    built = Outcome("built", inferred={"deconv": ("float32", (1, 1, 5, 6))})
    assert ended(case(), built) == ("mismatch", False)
    assert ended(case(), Outcome("built", inferred={"deconv": ("float32", SHAPE)})) == ("built", True)


def test_a_missing_output_does_not_pass_for_a_right_one(case):
    record = record_case(case(), Outcome("ran", outputs={}))
    assert not record.as_expected


@pytest.mark.parametrize("status", ["crashed", "timeout"])
def test_a_worker_that_is_lost_is_never_as_expected(case, status):
    for end in ("", "expect: {error: {build: x}}\n", "expect: {unsupported: add_x}\n"):
        assert ended(case(end), Outcome(status, "build", "gone")) == (status, False)


ERROR = "expect: {error: {build: 'group count'}}\n"


@pytest.mark.parametrize(
    ("outcome", "status", "as_expected"),
    [
        (Outcome("error", "build", "group count must divide"), "pass", True),
        (Outcome("error", "build", "no", log=(LogLine("ERROR", "group count"),)), "pass", True),
        (Outcome("error", "build", "something else"), "failed", False),
        (Outcome("error", "define", "group count must divide"), "failed", False),
        (Outcome("ran"), "failed", False),
        (Outcome("built"), "failed", False),
        (Outcome("unsupported", "define", "no", missing="add_x"), "unsupported", False),
    ],
)
def test_an_expected_error_must_come_in_its_phase_with_its_message(case, outcome, status, as_expected):
    assert ended(case(ERROR), outcome) == (status, as_expected)


def test_an_unexpected_error_fails(case):
    assert ended(case(), Outcome("error", "build", "out of memory")) == ("failed", False)


def test_an_error_expected_in_the_run_cannot_be_told_by_a_build(case):
    assert ended(case("expect: {error: {run: x}}\n"), Outcome("built")) == ("built", True)


@pytest.mark.parametrize(
    ("missing", "as_expected"), [("IDeconvolutionLayer.stride", True), ("IDeconvolutionLayer.padding", False)]
)
def test_what_a_release_lacks_is_expected_by_its_name(case, missing, as_expected):
    one = case("expect: {unsupported: IDeconvolutionLayer.stride}\n")
    assert ended(one, Outcome("unsupported", "define", "m", missing=missing)) == ("unsupported", as_expected)
    assert ended(one, ran(one)) == ("failed", False)
    assert ended(case(), Outcome("unsupported", "define", "m", missing=missing)) == ("unsupported", False)


def test_an_expected_warning_must_come_and_no_other(case):
    one = case("expect: {warnings: ['Use stride_nd']}\n")
    assert ended(one, ran(one, warnings=("DeprecationWarning: Use stride_nd instead.",))) == ("pass", True)
    assert ended(one, ran(one)) == ("failed", False)
    assert ended(case(), ran(case(), warnings=("DeprecationWarning: x",))) == ("failed", False)


def test_an_expected_log_line_must_come_and_others_may(case):
    one = case("expect: {log: ['clipped$']}\n")
    lines = (LogLine("WARNING", "a"), LogLine("WARNING", "outside and clipped"))
    assert ended(one, ran(one, log=lines)) == ("pass", True)
    assert ended(one, ran(one, log=lines[:1])) == ("failed", False)
    assert ended(case(), ran(case(), log=lines)) == ("pass", True)


FINDING = "finding: it is off by one\n"


def test_a_finding_holds_while_tensorrt_differs(case):
    wrong = {"deconv": encode(case().evaluation().tensors["deconv"].ref + 1, "float32")}
    record = record_case(case(FINDING), ran(case(), wrong))
    assert (record.status, record.as_expected) == ("mismatch", True)
    assert record.script is not None


def test_a_finding_that_no_longer_holds_fails(case):
    assert ended(case(FINDING), ran(case())) == ("failed", False)


def test_the_reference_judges_the_literals_alone(case):
    assert ended(case(), None) == ("unjudged", True)
    assert ended(case("expect: {deconv: {full: 1}}\n"), None) == ("mismatch", False)
    assert ended(case("expect: {deconv: {shape: [1, 1, 5, 5]}}\n"), None) == ("unjudged", True)
    assert ended(case("expect: {deconv: {shape: [1, 1, 5, 6]}}\n"), None) == ("mismatch", False)
    assert ended(case("expect: {deconv: {dtype: float16}}\n"), None) == ("mismatch", False)
    assert ended(case(ERROR), None) == ("unjudged", True)


def test_a_mismatch_points_at_the_literals_and_not_at_the_case(case):
    record = record_case(case("expect:\n  deconv:\n    full: 1\n"), None)
    assert record.place == Place(file="e.yaml", line=11, column=11)
