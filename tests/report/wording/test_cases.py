"""How cases read: a sentence for every fact that a record can hold."""

from __future__ import annotations

from typing import get_args

import pytest
from report_samples import case, log, output

from trtexp.definition.facts import Adaptation
from trtexp.records.facts import Difference, Ending, EndingKind, FormFault, Refusal, Repeats, Spread, Terms, Unmet
from trtexp.report.wording.cases import (
    beside_outputs,
    beside_tables,
    came,
    defect,
    difference,
    headline,
    notes,
    problems,
    spread,
    symbol,
)

BAD = {"status": "failed", "as_expected": False}
OUR_FAULT = {**BAD, "message": "no axis 4"}

LONG_SUM = {
    "verdict": "unjudged",
    "granted": "half_accumulator",
    "terms": Terms(count=4096, magnitude=9.0, largest_partial=5.0),
    "typical": 0.31,
}

#: kind -> (the case, its headline, its problems)
READS = {
    "crash_untold": (
        Ending(kind="crash_untold", phase="run"),
        {},
        "TensorRT is to crash in run: only TensorRT can tell",
        [],
    ),
    "refusal_untold": (
        Ending(kind="refusal_untold", phase="build"),
        {},
        "to be refused in build: only TensorRT can tell",
        [],
    ),
    "no_model_value": ("no_model_value", {}, "the model has no value for this: only TensorRT can tell", []),
    "no_reference": ("no_reference", {}, "no reference: only TensorRT can tell", []),
    "contradicted": ("contradicted", BAD, "expected values differ from the reference", []),
    "confirmed": ("confirmed", {}, "expected values agree with the reference", []),
    "computed": ("computed", {}, "computed; no values are expected", []),
    "crash_untried": ("crash_untried", {}, "built; it must crash in the run, which was not tried", []),
    "refusal_untried": ("refusal_untried", {}, "built; it must fail in the run, which was not tried", []),
    "built": ("built", {}, "built ahead of time: shapes and types agree; no reference", []),
    "crashed": (Ending(kind="crashed", phase="run"), {}, "crashed in run, as expected", []),
    "crashed_otherwise": (
        Ending(kind="crashed_otherwise", phase="run", pattern="SIGABRT"),
        BAD | {"phase": "run", "message": "signal 11"},
        "crashed in run otherwise than expected",
        ["the crash does not match 'SIGABRT': signal 11"],
    ),
    "died": (
        "died",
        BAD | {"status": "timeout", "phase": "build", "message": "no answer"},
        "timeout in build",
        ["no answer"],
    ),
    "no_crash": (
        Ending(kind="no_crash", phase="run", pattern="SIG"),
        BAD,
        "no crash in run",
        ["a crash that matches 'SIG' was expected in run, and none came"],
    ),
    "missing": (Ending(kind="missing", missing="add_x"), {}, "this release has no add_x, as expected", []),
    "missing_undeclared": (
        Ending(kind="missing_undeclared", missing="add_x"),
        BAD | {"message": "add_x needs 10"},
        "this release has no add_x",
        ["add_x needs 10"],
    ),
    "missing_other": (
        Ending(kind="missing_other", missing="add_x", declared="add_y"),
        BAD | {"message": "add_x needs 10"},
        "this release has no add_x",
        ["add_y was expected to be missing, and add_x is: add_x needs 10"],
    ),
    "not_missing": (
        Ending(kind="not_missing", declared="add_x"),
        BAD,
        "add_x is there after all",
        ["add_x was expected to be missing from this release, and is there"],
    ),
    "refused": (Ending(kind="refused", phase="build"), {}, "refused in build, as expected", []),
    "refused_unexpectedly": (
        "refused_unexpectedly",
        BAD | {"phase": "define", "message": "no"},
        "refused in define",
        ["define: no"],
    ),
    "refused_elsewhere": (
        Ending(kind="refused_elsewhere", phase="build"),
        BAD | {"phase": "define", "message": "no"},
        "refused in define, not in build",
        ["an error was expected in build and came in define: no"],
    ),
    "refused_otherwise": (
        Ending(kind="refused_otherwise", phase="build", pattern="yes"),
        BAD | {"phase": "build", "message": "no"},
        "refused in build with another message",
        ["no message matches 'yes'; there is: no"],
    ),
    "not_refused": (
        Ending(kind="not_refused", phase="build", pattern="no"),
        BAD,
        "not refused in build",
        ["an error that matches 'no' was expected in build, and none came"],
    ),
    "other_lines": (
        Ending(kind="other_lines", unmet=[Unmet(kind="warning", pattern="Use x")]),
        BAD,
        "other warnings or log lines than expected",
        ["no Python warning matches 'Use x'; there are: none"],
    ),
    "finding": ("finding", {}, "differs from the reference, as found before", []),
    "beyond_finding": (
        Ending(kind="beyond_finding", lost=["y"]),
        BAD,
        "mismatch, beyond the finding",
        ["y: no tensor came back"],
    ),
    "finding_gone": (
        "finding_gone",
        BAD,
        "the finding no longer holds",
        ["TensorRT agrees with the reference: take the finding out"],
    ),
    "finding_untold": ("finding_untold", {}, "a finding: only TensorRT can tell", []),
    "not_modelled": (
        "not_modelled",
        {},
        "an attribute changes the numbers and is not modelled: only TensorRT can tell",
        [],
    ),
    "undefined": ("undefined", {}, "any value is legal: only TensorRT can tell", []),
    "mismatch": (Ending(kind="mismatch", lost=["y"]), BAD, "mismatch", ["y: no tensor came back"]),
    "pass": ("pass", {}, "pass", []),
    "granted": ("granted", {"output": {"granted": "tf32"}}, "pass, TF32 accuracy", []),
    "beyond_accumulator": (
        "beyond_accumulator",
        {"status": "unjudged", "output": LONG_SUM},
        "unjudged: half accumulator, K = 4096; 0.31 of the typical error",
        [],
    ),
    "wide": ("wide", {}, "pass, wide: outside the typical bound", []),
    "certified": (Ending(kind="certified", certified=9), {}, "pass, certified exact 9 of 9", []),
    "by_expectation": ("by_expectation", {}, "pass by the expected values alone: no reference", []),
    "nothing_to_judge": ("nothing_to_judge", {}, "ran; there is nothing to judge it by", []),
    "not_valid": ("not_valid", OUR_FAULT, "not valid on this release", ["no axis 4"]),
    "beyond_limits": ("beyond_limits", OUR_FAULT, "too much to judge", ["no axis 4"]),
    "internal": ("internal", {**OUR_FAULT, "status": "internal"}, "internal error of trtexp", ["no axis 4"]),
}


@pytest.mark.parametrize("kind", get_args(EndingKind))
def test_every_ending_reads(kind):
    ending, more, says, why = READS[kind]
    outputs = [output([1.0], **more["output"])] if "output" in more else []
    one = case("a", *outputs, ending=ending, **{key: value for key, value in more.items() if key != "output"})
    assert one.ending.kind == kind
    assert str(headline(one)) == says
    assert problems(one) == why


def test_what_follows_the_word_of_a_status_is_said_alone():
    passed = headline(case("a", ending=Ending(kind="certified", certified=9)))
    assert (passed.after("pass"), passed.after("finding")) == ("certified exact 9 of 9", "pass, certified exact 9 of 9")
    died = headline(case("a", status="crashed", as_expected=False, phase="build"))
    assert died.after("CRASHED") == "in build"
    assert (
        headline(case("a", ending="refusal_untried")).after("built") == "it must fail in the run, which was not tried"
    )


def test_what_the_model_refuses_too_is_said():
    refused = case(
        "a", ending=Ending(kind="refusal_untold", phase="build"), refusal=Refusal(layer="y", message="no [C1]")
    )
    assert str(headline(refused)) == "to be refused in build: trtexp's own model refuses it, too"
    assert notes(refused) == ["trtexp's own model refuses y: no [C1]"]


def test_a_built_case_with_a_reference_does_not_say_that_there_is_none():
    assert str(headline(case("a", output([1.0]), status="built"))) == "built ahead of time: shapes and types agree"


def test_outputs_that_stand_in_a_table_are_not_told_again():
    wrong = output([1.0], verdict="mismatch", faults=[FormFault(what="dtype", expected="int8", actual="int32")])
    one = case("a", wrong, status="mismatch", as_expected=False, ending=Ending(kind="mismatch", lost=["z"]))
    assert problems(one) == ["z: no tensor came back", "y: dtype: expected int8, actual int32"]
    assert beside_outputs(one) == ["z: no tensor came back"]
    assert beside_tables(one) == problems(one)


def test_a_message_is_told_once():
    died = case("a", status="crashed", as_expected=False, phase="build", message="signal 11")
    assert (beside_outputs(died), beside_tables(died)) == ([], ["signal 11"])
    quiet = case("a", ending=Ending(kind="no_crash", phase="run", pattern="x"), message="no memory", **BAD)
    assert beside_tables(quiet) == ["a crash that matches 'x' was expected in run, and none came", "no memory"]
    other = case("a", ending=Ending(kind="refused_otherwise", phase="run", pattern="x"), message="no", **BAD)
    assert beside_outputs(other) == ["no message matches 'x'"]


def test_lines_that_did_not_come_stand_beside_those_that_did():
    unmet = [Unmet(kind="unexpected_warning", text="Use y"), Unmet(kind="log", pattern="clipped$")]
    one = case("a", ending=Ending(kind="other_lines", unmet=unmet), log=log("ERROR: a", "ERROR: b"), **BAD)
    assert problems(one) == [
        "a Python warning that is not expected: Use y",
        "no log line matches 'clipped$'; there are: a | b",
    ]


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        (
            {"adapted": [Adaptation("flag_left_out", "INT8")]},
            "flag INT8 is left out: this release takes all types from the network",
        ),
        (
            {"adapted": [Adaptation("timed_tactics")]},
            "no engine could be built from the first tactics, so TensorRT chose by timing",
        ),
        (
            {"adapted": [Adaptation("timed_kernels", "sum")]},
            "the kernels of sum are chosen by timing, as TensorRT compiles it as a whole; their last bits may change "
            "from build to build",
        ),
        (
            {"adapted": [Adaptation("not_read_back", "y.axes", "TypeError: no")]},
            "y.axes cannot be read back: TypeError: no",
        ),
        ({"repeats": Repeats(builds=3, runs=1, alike=True, fine=True)}, "3 builds × 1 run: one result"),
        (
            {"repeats": Repeats(builds=1, runs=2, alike=False, fine=True)},
            "1 build × 2 runs: more than one result, all within the bound",
        ),
        (
            {"repeats": Repeats(builds=1, runs=2, alike=False, fine=False)},
            "1 build × 2 runs: more than one result, not all as expected",
        ),
        (
            {"parsed": ["m.onnx"]},
            "no reference: TensorRT parses m.onnx, and only what is expected counts",
        ),
    ],
)
def test_every_note_reads(fact, says):
    assert notes(case("a", **fact)) == [says]


def test_the_spread_of_results_reads():
    found = Spread(builds=2, runs=1, counts=[3, 1], apart={"y": 0.25, "z": "Infinity"})
    assert spread(found) == "2 builds × 1 run: 2 different results (3 + 1), apart in y by up to 0.25, z by up to inf"


def test_a_difference_names_its_layer_unless_it_is_the_only_one():
    each = Difference(path=["deconv", "padding_nd"], value="[1, 1]")
    assert difference(each) == "deconv.padding_nd: [1, 1]"
    assert difference(each, "deconv") == "padding_nd: [1, 1]"
    assert difference(Difference(path=["deconv"], value="1"), "deconv") == "deconv: 1"


@pytest.mark.parametrize(
    ("status", "as_expected", "more", "sign"),
    [
        ("pass", True, {}, "✅"), ("built", True, {}, "🔨"), ("unsupported", True, {}, "➖"),
        ("unjudged", True, {}, "❔"), ("mismatch", True, {"finding": "off"}, "◆"), ("mismatch", False, {}, "❌"),
    ],
)  # fmt: skip
def test_symbols(status, as_expected, more, sign):
    assert symbol(case("a", status=status, as_expected=as_expected, **more)) == sign


def test_how_a_case_came_to_its_message():
    assert came(case("a", ending="refused", phase="define")) == "Refused while the network is defined"
    assert came(case("a", phase="run", **BAD)) == "Failed while running"
    assert came(case("a", status="timeout", as_expected=False, ending="died", phase="start")) == "No answer in time"


def test_a_crash_that_was_expected_is_told_as_a_defect():
    crashed = case("a", status="crashed", phase="build", message="signal 11 (SIGSEGV)")
    assert defect(crashed) == "The process ends while building: signal 11 (SIGSEGV)."
