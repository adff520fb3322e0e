"""What two answers about one network come to."""

import pytest

from trtexp.engine.outcome import Outcome
from trtexp.fuzz.network import Answer, network
from trtexp.fuzz.oracle import Sign, compared

NET = network({"inputs": {"x": {"shape": [2, 3], "full": 1}}, "network": {"y": {"softmax": {"input": "x"}}}})
OURS = Answer(outputs=(("y", "float32", (2, 3)),))
REFUSED = Answer("axes: 8 names no single axis [C1]", "y", "C1")


def defined(dtype="float32", shape=(2, 3)):
    return Outcome("defined", inferred={"y": (dtype, shape)})


def refused(message):
    return Outcome("error", "define", message)


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [
        (OURS, defined(), "takes"),
        (OURS, defined(shape=(-1, 3)), "takes"),
        (REFUSED, refused("y: it is wrong"), "refuses"),
        (OURS, Outcome("unsupported", "define", "no add_softmax"), "lacks"),
        (Answer(too_large=True), defined(), "unknown"),
        (OURS, refused("internal: KeyError: 'z'"), "unknown"),
        (REFUSED, defined(), Sign("softmax", "we_refuse", "C1")),
        (OURS, defined(shape=(2, 4)), Sign("softmax", "shape", "first output: a size")),
        (OURS, defined(shape=(2, 3, 1)), Sign("softmax", "shape", "first output: the rank")),
        (OURS, defined("float16"), Sign("softmax", "dtype", "first output: float32 or float16")),
        (OURS, Outcome("crashed", "define", "signal 11"), Sign("softmax", "dies", "signal 11")),
        (Answer("IndexError: 3", "y"), defined(), Sign("softmax", "we_fail", "N")),
    ],
)
def test_two_answers_agree_or_differ_in_one_way(ours, theirs, wanted):
    assert compared(NET.layers, "softmax", ours, theirs) == wanted


def test_a_sentence_is_the_same_for_networks_that_differ_in_numbers_and_names():
    said = "output {}: its shape cannot be inferred: Error Code 4: API Usage Error ({}: {} is above {})"
    one, other = (compared(NET.layers, "softmax", OURS, refused(said.format("y", "y", *n))) for n in ((3, 2), (7, 5)))
    assert one == other
    assert one.kind == "they_refuse"
    assert "3" not in one.says


def test_a_refusal_that_hangs_on_a_size_that_only_the_run_tells_is_no_difference():
    assert compared(NET.layers, "softmax", REFUSED, defined(), frozenset({"x"})) == "later"
    assert compared(NET.layers, "softmax", REFUSED, defined(), frozenset({"z"})) == Sign("softmax", "we_refuse", "C1")


def test_what_a_constructor_says_of_arguments_that_are_replaced_is_one_kind():
    lrn = {"lrn": {"input": "x", "window": 0, "alpha": 3, "beta": 1, "k": 1}}
    inputs = {"x": {"shape": [1, 4, 1, 2], "full": 1}}
    made = network({"inputs": inputs, "network": {"y": {**lrn, "set": {"window_size": 1}}}})
    for message in ("y: add_lrn returned nothing: it is 0", "y: add_lrn(window=0): TypeError: no"):
        found = compared(made.layers, "lrn", OURS, refused(message))
        assert found.says.startswith("what is replaced later: ")
    assert not compared(made.layers, "lrn", OURS, refused("y.window_size: 0 was given")).says.startswith("what")
    other = compared(NET.layers, "softmax", OURS, refused("y: add_softmax returned nothing: no"))
    assert not other.says.startswith("what")
