"""Sentences of format 1 that no record at hand has, read back one by one."""

from __future__ import annotations

import json

import pytest

from trtexp.errors import DamagedRecord
from trtexp.numerics.recipe import Recipe
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import BuildRecord, Deviation, Ending, FormFault, Measured, Repeats, Terms, Unmet
from trtexp.records.files import from_json
from trtexp.records.tensors import Summary
from trtexp.records.upgrade import upgraded

HEAD = {
    "experiment": "experiments/x.yaml",
    "sha256": "0" * 64,
    "title": "X",
    "about": "",
    "source": "",
    "release": {"name": "tensorrt-8.6.0", "flavour": "tensorrt", "version": "8.6.0", "backend": "run"},
    "format": 1,
}


def case(says, *problems, **more):
    """One case of format 1, upgraded."""
    record = {"name": "a", "about": "", "location": "e.yaml:1:2", "differs": [], "status": "failed",
              "as_expected": False, "headline": says, "problems": list(problems)} | more  # fmt: skip
    return report(record).cases[0]


def output(**more):
    """One output of format 1, upgraded."""
    made = {"name": "y", "verdict": "mismatch", "sentences": [], "dtype": "float32", "shape": [2], "elements": 2}
    return case("mismatch", outputs=[made | more]).outputs[0]


def report(*cases, options=(), network=None):
    text = json.dumps(HEAD | {"cases": list(cases), "options": list(options), "network": network})
    return from_json(upgraded(text, "x.json"), "x.json")


@pytest.mark.parametrize(
    ("headline", "problem", "ending"),
    [
        ("TensorRT is to crash in run: only TensorRT can tell", "", Ending(kind="crash_untold", phase="run")),
        ("built; it must crash in the run, which was not tried", "", Ending(kind="crash_untried", phase="run")),
        ("built; it must fail in the run, which was not tried", "", Ending(kind="refusal_untried", phase="run")),
        (
            "no crash in run",
            'a crash that matches "it\'s" was expected in run, and none came',
            Ending(kind="no_crash", phase="run", pattern="it's"),
        ),
        (
            "crashed in build otherwise than expected",
            "signal 11 does not match 'a\\\\d'",
            Ending(kind="crashed_otherwise", phase="build", pattern="a\\d"),
        ),
        ("crashed in build", "signal 11", Ending(kind="died")),
        ("timeout in run", "no answer within 60 s of run", Ending(kind="died")),
        ("this release has no add_x", "add_x needs 10", Ending(kind="missing_undeclared", missing="add_x")),
        (
            "this release has no add_x",
            "add_y was expected to be missing, and add_x is: add_x needs 10",
            Ending(kind="missing_other", missing="add_x", declared="add_y"),
        ),
        (
            "add_x is there after all",
            "add_x was expected to be missing …",
            Ending(kind="not_missing", declared="add_x"),
        ),
        ("refused in define", "define: no", Ending(kind="refused_unexpectedly")),
        (
            "refused in define, not in build",
            "an error was expected in build and came in define: no",
            Ending(kind="refused_elsewhere", phase="build"),
        ),
        (
            "refused in build with another message",
            "no message matches 'yes'; there is: no",
            Ending(kind="refused_otherwise", phase="build", pattern="yes"),
        ),
        (
            "not refused in build",
            "an error that matches 'no' was expected in build, and none came",
            Ending(kind="not_refused", phase="build", pattern="no"),
        ),
        (
            "other warnings or log lines than expected",
            "a Python warning that is not expected: Use x",
            Ending(kind="other_lines", unmet=[Unmet(kind="unexpected_warning", text="Use x")]),
        ),
        (
            "mismatch",
            "no log line matches 'clipped$'; there are: none",
            Ending(kind="mismatch", unmet=[Unmet(kind="log", pattern="clipped$")]),
        ),
        ("mismatch, beyond the finding", "y: no tensor came back", Ending(kind="beyond_finding", lost=["y"])),
        ("the finding no longer holds", "TensorRT agrees …", Ending(kind="finding_gone")),
        ("pass, TF32 accuracy", "", Ending(kind="granted")),
        ("pass, wide: outside the typical bound", "", Ending(kind="wide")),
        ("pass, certified exact 9 of 9", "", Ending(kind="certified", certified=9)),
        ("ran; there is nothing to judge it by", "", Ending(kind="nothing_to_judge")),
    ],
)
def test_an_ending_is_read_from_its_headline_and_problem(headline, problem, ending):
    assert case(headline, *filter(None, [problem])).ending == ending


def test_repeats_are_read_from_their_note():
    notes = ["3 builds × 1 run: more than one result, not all as expected"]
    assert case("mismatch", notes=notes).repeats == Repeats(builds=3, runs=1, alike=False, fine=False)


def test_what_is_measured_over_the_whole_tensor_is_read_from_its_assumption():
    assumptions = ["transform-domain accuracy", "too low: snr 39.1 dB, at least 40 dB", "at least 40 dB: eight bits"]
    made = output(tolerance="auto and at least 40 dB", assumptions=assumptions)
    rule = Tolerance("snr_db", limit=40.0, reason="eight bits")
    assert made.tolerance == [Tolerance(), rule]
    assert made.granted == "transform_domain"
    assert made.measured == [Measured(rule=rule, value=39.1, enough=False)]


def test_forms_terms_and_marks_are_read_from_their_sentences():
    allowed = "off by inf, 0.0000138 allowed"
    mark = {"index": [1], "expected": None, "actual": "inf", "reference": "1", "allowed": allowed, "odd": "all differ"}
    made = output(
        sentences=[
            "y: TensorRT infers shape ?×2, expected scalar",
            "y: dtype: expected int8, actual int32",
            f"y[1]: actual inf, reference 1; {allowed}; all differ; 7 of its elements",
        ],
        terms="a sum of 1 terms, magnitudes 0.07 in all, partial sums up to 1.2e12",
        marks=[mark],
    )
    assert made.faults == [
        FormFault(what="shape", inferred=[-1, 2], expected=[]),
        FormFault(what="dtype", expected="int8", actual="int32"),
    ]
    assert made.terms == Terms(count=1, magnitude=0.07, largest_partial=1.2e12)
    assert made.marks[0].off == Deviation(error="Infinity", allowed=1.38e-05)
    assert (made.marks[0].odd, made.disagreeing) == ("all", 7)


def test_build_options_are_read_from_their_words():
    words = ["FP16 on", "TF32 off", "tactic sources CUBLAS, CUDNN", "tactics by timing", "optimization level 3",
             "workspace 1048576 bytes", "strongly typed"]  # fmt: skip
    assert report(options=words).build == BuildRecord(
        flags={"FP16": True, "TF32": False},
        tactic_sources=["CUBLAS", "CUDNN"],
        tactics="fastest",
        optimization_level=3,
        workspace=1048576,
        strongly_typed=True,
    )
    assert report().build is None


@pytest.mark.parametrize(
    ("words", "made"),
    [
        ("full nan", Recipe("full", "NaN")),
        ("full True", Recipe("full", True)),
        ("eye 3", Recipe("eye", 3)),
        ("special [nan, inf, zero]", Recipe("special", ["nan", "inf", "zero"])),
        ("file a, b (c).npz#x", Recipe("file", "a, b (c).npz#x")),
        ("arange", Recipe("arange")),
        ("arange start 0.5, step -1e-06", Recipe("arange", arguments={"start": 0.5, "step": -1e-06})),
        ("random seed 7, normal [0, 0.5]", Recipe("random", arguments={"seed": 7, "normal": [0, 0.5]})),
        ("scale of x, by 2", Recipe("scale", arguments={"of": "x", "by": 2})),
        ("negate x", Recipe("negate", "x")),
        (
            "negate shape [2], powers base=2.0 first=0 last=1",
            Recipe("negate", Recipe("powers", arguments={"base": 2, "first": 0, "last": 1})),
        ),
        (
            "stack of [(values), (tile of (full 0), reps [2, 1])], axis 1",
            Recipe(
                "stack",
                arguments={
                    "of": [
                        Recipe("values"),
                        Recipe("tile", arguments={"of": Recipe("full", 0), "reps": [2, 1]}),
                    ],
                    "axis": 1,
                },
            ),
        ),
    ],
)  # fmt: skip
def test_how_a_tensor_was_made_is_read_from_its_words(words, made):
    tensor = {"dtype": "float32", "shape": [2000], "made": words, "summary": "2000 elements from -inf to 1e+30"}
    network = {"inputs": {"x": tensor}, "weights": {}, "lines": []}
    found = report(network=network).network.inputs["x"]
    assert found.made == made
    assert found.summary == Summary(elements=2000, smallest="-Infinity", largest=1e30)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"headline": "what is this"}, "'what is this' is no headline of format 1"),
        ({"notes": ["what is this"]}, "'what is this' is no note of format 1"),
        ({"location": "nowhere"}, "'nowhere' is no location of format 1"),
        ({"outputs": [{}]}, "KeyError"),
    ],
)
def test_what_format_1_did_not_say_is_named(change, says):
    with pytest.raises(DamagedRecord, match=r"x\.json: cannot be upgraded: ") as caught:
        case("pass", **change)
    assert says in str(caught.value)
