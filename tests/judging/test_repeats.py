"""Repeated builds and runs: every distinct result is judged; what varies stands in no record."""

import numpy as np
import pytest
from conftest import BASE

from trtexp.engine.outcome import Outcome
from trtexp.judging.case import record_case
from trtexp.judging.repeats import distinct, spread
from trtexp.numerics import encode
from trtexp.records.facts import Repeats, Spread


@pytest.fixture
def case(load):
    return load(BASE + "repeat: {builds: 3, runs: 2}\n").cases[0]


def result(case, off=0.0, at=(0, 0, 2, 2)):
    values = case.evaluation().tensors["deconv"].ref.copy()
    values[at] += off
    return {"deconv": encode(values, "float32")}


def outcome(*repeats):
    return Outcome("ran", outputs=repeats[0][1], repeats=repeats)


def test_one_result(case):
    came = outcome((6, result(case)))
    record = record_case(case, came)
    assert (record.status, record.repeats) == ("pass", Repeats(builds=3, runs=2, alike=True, fine=True))
    assert spread(case, came) is None


def test_several_results_within_the_bound(load):
    case = load(BASE + "repeat: {builds: 2}\ntolerance: {atol: 0.5, rtol: 0, reason: a test}\n").cases[0]
    came = outcome((1, result(case, 0.25)), (1, result(case)))
    record = record_case(case, came)
    assert record.as_expected
    assert record.repeats == Repeats(builds=2, runs=1, alike=False, fine=True)
    assert spread(case, came) == Spread(builds=2, runs=1, counts=[1, 1], apart={"deconv": 0.25})


def test_one_wrong_result_of_many_is_a_mismatch_and_is_the_one_recorded(case):
    for order in ((5, 1), (1, 5)):
        results = [(order[0], result(case)), (order[1], result(case, 64.0))]
        for came in (outcome(*results), outcome(*reversed(results))):
            record = record_case(case, came)
            assert (record.status, record.as_expected) == ("mismatch", False)
            assert record.repeats == Repeats(builds=3, runs=2, alike=False, fine=False)
            assert record.outputs[0].marks[0].index == [0, 0, 2, 2]
            assert spread(case, came).apart == {"deconv": 64.0}


def test_the_record_does_not_depend_on_which_came_first_or_how_often(case):
    one, two = result(case), result(case, 64.0)
    records = {
        record_case(case, outcome(*repeats)).model_dump_json()
        for repeats in (((5, one), (1, two)), ((1, two), (5, one)), ((3, two), (3, one)))
    }
    assert len(records) == 1
    assert [r["deconv"].to_bytes() for r in distinct(outcome((1, one), (1, two)))] == sorted(
        [one["deconv"].to_bytes(), two["deconv"].to_bytes()]
    )


@pytest.mark.parametrize(
    ("values", "apart"), [([1.0, np.nan], "Infinity"), ([np.inf, np.inf], 0.0), ([np.inf, 1.0], "Infinity")]
)
def test_the_distance_of_what_is_no_number(case, values, apart):
    results = []
    for value in values:
        tensor = np.zeros((1, 1, 5, 5))
        tensor[0, 0, 0, 0] = value
        results.append((1, {"deconv": encode(tensor, "float32")}))
    assert spread(case, outcome(*results)).apart == {"deconv": apart}


def test_without_repeat_nothing_is_said(load):
    case = load(BASE).cases[0]
    came = Outcome("ran", outputs=result(case))
    assert record_case(case, came).repeats is None
    assert spread(case, came) is None
    assert spread(case, None) is None
