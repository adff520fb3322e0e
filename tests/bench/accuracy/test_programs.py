"""The programs with a stand-in for the device: what they ask, and what they make of the answers."""

import json

import numpy as np
import pytest

from trtexp.bench.accuracy.coordinates import Axis, coordinates, images
from trtexp.bench.accuracy.device import STRONG, WEAK, Device
from trtexp.bench.accuracy.exactness import answered
from trtexp.bench.accuracy.functions import feeds, functions, measure, rendered
from trtexp.bench.accuracy.questions import questions
from trtexp.engine.outcome import Release


class StandIn(Device):
    """Computes in float64 and rounds once; TANH is off by 2^-10."""

    def __init__(self):
        self.release = Release("tensorrt", "8.6.0", "NVIDIA H100")
        self.refused = {}

    def say(self, text):
        pass

    def answers(self, asked, given, way):
        for f in asked:
            if f.name != "ISNAN":
                yield {f.name: self.answer(f, given, way)}

    def answer(self, function, given, way):
        with np.errstate(all="ignore"):
            right = np.asarray(function.right(*(given[name].astype(np.float64) for name in function.inputs)))
            got = right.astype(bool if function.logical else np.float16 if way.flags else np.float32)
        return (got * got.dtype.type(1 + 2.0**-10) if function.name == "TANH" else got).reshape(-1)


@pytest.fixture(scope="module")
def made():
    """The last table that is written, as JSON gives it back."""
    written = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trtexp.bench.accuracy.points.COUNT", 2**17)
        patch.setattr("trtexp.bench.accuracy.points.EVERYWHERE", 32)
        measure(StandIn(), lambda table: written.append(rendered(dict(table))))
    return json.loads(written[-1])


def test_every_function_is_measured_in_every_way_but_those_that_the_release_lacks(made):
    assert set(made["ways"]) == {way.name for way in WEAK}
    for way in WEAK:
        assert set(made["ways"][way.name]) == {f.name for f in functions()} - {"ISNAN"}


def test_the_planted_error_is_found_in_units_of_the_type(made):
    wide, half = (made["ways"][name]["TANH"]["worst"] for name in ("float32", "float16"))
    assert max(row[2] for row in wide) == pytest.approx(2**14, rel=0.01)
    assert 1.5 < max(row[2] for row in half) <= 2.5
    assert max(row[2] for row in made["ways"]["float32"]["EXP"]["worst"]) <= 0.5


def test_what_was_computed_in_half_is_told_from_what_only_was_allowed_to(made):
    allowed = made["ways"]["float16 inputs, FP16 allowed"]["EXP"]
    assert allowed == {"type": "float16", "values": "of half", "as in half": "65536 of 65536"}


def test_half_is_asked_with_all_halves_whatever_the_inputs_are_typed_as():
    for way in (*WEAK[1:], STRONG[1]):
        x = feeds(way)["x"]
        assert x.size == 65536 and str(x.dtype) == way.dtype


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_device_that_rounds_once_answers_every_question_right(dtype):
    asked, given = questions(dtype)
    for function in asked:
        inputs = np.broadcast_arrays(*(given[name].astype(np.float64) for name in function.inputs))
        with np.errstate(all="ignore"):
            got = np.asarray(function.right(*inputs)).astype(dtype)
        assert answered(function, given, got, dtype) == {"asked": got.size, "differ": 0}


def test_a_device_that_multiplies_by_a_reciprocal_is_seen():
    asked, given = questions("float32")
    (function,) = (f for f in asked if f.name == "DIV of multiples")
    a, b = (given[name] for name in function.inputs)
    made = answered(function, given, a * (np.float32(1) / b), "float32")
    assert made["differ"] > 0
    a, b, came, right = made["first"][0]
    assert a / b == right != came


def test_an_axis_knows_its_neighbours_in_exact_arithmetic():
    assert Axis(2, 3, "ASYMMETRIC", "CEIL").exact() == [0, 1, 1]
    assert Axis(4, 2, "HALF_PIXEL", "HALF_DOWN").exact() == [0, 2]
    assert Axis(4, 7, "ALIGN_CORNERS", "HALF_UP").exact() == [0, 1, 1, 2, 2, 3, 3]


def test_a_layer_answers_for_its_rows_and_its_columns():
    each = coordinates()[0]
    taken = 16.0 * np.array(each.rows.exact())[:, None] + np.array(each.columns.exact())
    facts = dict(each.facts(taken.astype(np.float32)))
    assert facts == {
        "2 to 3, ALIGN_CORNERS, CEIL": {"taken": [0, 1, 1]},
        "3 to 2, ALIGN_CORNERS, CEIL": {"taken": [0, 2]},
    }
    wrong = dict(each.facts(np.zeros_like(taken)))
    assert wrong["3 to 2, ALIGN_CORNERS, CEIL"] == {"taken": [0, 0], "exact": [0, 2]}
    assert images("float16")["2 by 3"].shape == (1, 1, 2, 3)
