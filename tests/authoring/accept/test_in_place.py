"""Observed numbers go into the YAML in place, compared byte by byte."""

import io

import numpy as np
import pytest
from deciding import HEAD, MANY, REFUSED, Observed, names
from hypothesis import given
from hypothesis import strategies as st
from runs import run_project

from trtexp.cli.main import main
from trtexp.files.home import PENDING
from trtexp.spec.load import load

#: What stands before, and what must stand after; x is 1, 2, 3, 4, and so is i.
AWKWARD = """\
# Ünïcödé first;\ttabs in comments
title: 'Identity'   # quoted
inputs:
  x: {shape: [4], arange: {start: 1}}   # 1 … 4
  y: {shape: [4], values: &shared [1, 2, 3, 4]}
network:
  i: {identity: {input: x}}
cases:
  flow:   {expect: {i: {values: [  1, 2.50,\t3, 4e0 ], from: derived}}}  # éé
  table:
    inputs: {x: {shape: [2, 2]}}
    expect:
      i:   # the output
        shape: [2, 2]
        values:
          [[  1.00,    2],   # row
           [300.125,   4.0]]  # another\trow
        from: source      # a document
        note: "keeps: its quotes # and this"
  block:
    expect:
      i:
        values:
          - 0x01   # hexadecimal
          - &unused 2
          - -3     # a sign
          - +4.0e+0

    about: after a blank line
  own:
    expect:
      i:
        from: observed
        release: tensorrt-8.5.3.1   # the one before
        values: [1, 2, 3, 5]
        gpu: "another"
  untouched:
    expect: {i: {values: *shared}}
  turned:
    matrix: {build.optimization_level: [1, 2]}
    expect: {i: {values: [1, 2, 3, 4]}}   # of both
"""
CHANGED = [
    ("[  1, 2.50,\t3, 4e0 ], from: derived}", "[  1, 2.0,\t3, 4e0 ], from: observed, RELEASE, gpu: none}"),
    ("[300.125,   4.0]]", "[  3.0,     4.0]]"),
    ("from: source      # a document", "from: observed      # a document\n        RELEASE\n        gpu: none"),
    ("- -3     # a sign", "-  3     # a sign"),
    ("- +4.0e+0\n", "- +4.0e+0\n        from: observed\n        release: tensorrt-8.6.0\n        gpu: none\n"),
    ("tensorrt-8.5.3.1   #", "tensorrt-8.6.0   #"),
    ("3, 5]", "3, 4]"),
    ('gpu: "another"', "gpu: none"),
]  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_an_awkward_file_changes_in_its_numbers_only(project, newline, bom):
    path = project(bom + AWKWARD.replace("\n", newline))
    assert names() == ["flow 8.6.0", "table 8.6.0", "block 8.6.0", "own 8.6.0"]
    assert main(["accept"]) == 0
    wanted = AWKWARD
    for before, after in CHANGED:
        assert wanted.count(before) == 1, before
        wanted = wanted.replace(before, after.replace("RELEASE", "release: tensorrt-8.6.0"))
    assert path.read_bytes() == (bom + wanted.replace("\n", newline)).encode()
    assert names() == []
    project.again()
    assert names() == []


FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=4, max_size=4))
def test_accepted_numbers_are_the_observed_bits(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("p")
    path = folder / "experiments" / "e.yaml"
    path.parent.mkdir()
    written, observed = ([float(np.float32(pair[side])) for pair in pairs] for side in (0, 1))
    path.write_text(HEAD + f"expect: {{i: {{values: {written}, tolerance: exact, signed_zero: true}}}}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CI", raising=False)
        run_project(path.parent, [Observed({"base": observed})], io.StringIO(), pending=PENDING, reports=None)
        bits = np.array(observed, np.float32).tobytes()
        assert main(["accept"]) == (2 if np.array(written, np.float32).tobytes() == bits else 0)
        assert load(path).cases[0].expected["i"].made.array.to_bytes() == bits


@pytest.mark.parametrize(
    ("dtype", "values", "observed", "after"),
    [
        ("int64", [1, 2], [9007199254740993, 2], "[9007199254740993, 2]"),
        ("int32", [1, 20], [1, -3], "[1, -3]"),
        ("float16", [1, 2], [1, 2.001953125], "[1, 2.0019531]"),  # 8.x gives it as float32
        ("float32", [1, 2], [1e-30, 2], "[1e-30, 2]"),
        ("float32", [1, 2], [1048576.25, 2], "[1048576.2, 2]"),  # just half a unit off
        ("float32", [1, 2], [-2097152.25, 2], "[-2097152.2, 2]"),
        ("float32", ["1.0", 2], [2.0**40, 2], "[1.099511627776e12, 2]"),
        ("float32", [1, 2], [-0.0, 2], "[-0.0, 2]"),
        ("bool", ["true", "false"], [True, True], "[true,  true]"),
        ("bool", [0, 1], [True, True], "[1, 1]"),
    ],
)  # fmt: skip
def test_numbers_of_every_type(project, dtype, values, observed, after):
    x = str(values).replace("'", "")
    text = HEAD.replace("{shape: [4], arange: {start: 1}}", f"{{shape: [2], dtype: {dtype}, values: {x}}}")
    path = project(text + f"expect: {{i: {{values: {x}, signed_zero: true}}}}\n", {"base": observed})
    assert main(["accept"]) == 0
    assert f"values: {after}, from: observed" in path.read_text()


def test_numbers_that_agree_within_tolerance_are_not_rewritten(project):
    values = "[1.5, 2, 3, 4], tolerance: {ulp: 4, reason: r}"
    path = project(HEAD + f"expect: {{i: {{values: {values}}}}}\n", {"base": [1, np.nextafter(np.float32(2), 3), 3, 4]})
    assert main(["accept"]) == 0
    assert "[1.0, 2, 3, 4]" in path.read_text()


def test_what_differs_from_the_reference_too_is_said(project, capsys):
    path = project(HEAD + "expect: {i: {values: [1, 2, 3, 4]}}\n", {"base": [1, 2, 3, 5]})
    assert main(["accept"]) == 0
    assert (
        "base: i: 1 of 4 numbers, it still differs from the reference: say why with finding:" in capsys.readouterr().out
    )
    assert "[1, 2, 3, 5]" in path.read_text()


PATTERN = r"'[network\.cpp::add::\d+\] kernel \(3\) ''too'' large'".replace("'[", r"'\[")


@pytest.mark.parametrize(("value", "word", "text"), [(np.nan, "nan", ".nan"), (-np.inf, "inf", "-.inf")])
def test_a_nan_or_an_infinity_is_accepted_only_when_it_is_named(project, capsys, value, word, text):
    path = project(HEAD + "expect: {i: {values: [1, 2, 3, 4]}}\n", {"base": [1, 2, value, 4]})
    before = path.read_bytes()
    for more in ([], ["--allow", "inf" if word == "nan" else "nan,error"]):
        assert main(["accept", *more]) == 2
        assert f"say so with --allow {word}" in capsys.readouterr().err
        assert path.read_bytes() == before
    assert main(["accept", "--allow", f"{word},error"]) == 0
    assert f"[1, 2, {text}, 4]" in path.read_text()


def test_an_infinity_of_the_type_stays_green_once_it_is_accepted(project):
    network = "network: {y: {elementwise: {input1: x, input2: x, op: PROD}}}\n"
    inputs = "inputs: {x: {values: [300, 2], dtype: float16}}\n"
    path = project(f"title: t\n{inputs}{network}expect: {{y: {{values: [5, 4]}}}}\n", {"base": [np.inf, 4]})
    assert main(["accept", "--allow", "inf"]) == 0
    assert "[.inf, 4]" in path.read_text()
    assert main(["validate", str(path)]) == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("expect: {error: {define: small}}\n", "expect: {error: {build: PATTERN}}\n"),
        ("expect:\n  error: {build: 'small'}  # c\n", "expect:\n  error: {build: PATTERN}  # c\n"),
        (
            "expect:\n  i: {values: [1, 2, 3, 4]}  # c\nabout: a\n",
            "expect:\n  i: {values: [1, 2, 3, 4]}  # c\n  error: {build: PATTERN}\nabout: a\n",
        ),
        ("cases: {a: {about: b}}\n", "cases: {a: {about: b, expect: {error: {build: PATTERN}}}}\n"),
    ],
)  # fmt: skip
def test_an_error_is_accepted_only_when_it_is_named(project, capsys, before, after):
    path = project(HEAD + before, {"base": REFUSED, "a": REFUSED})
    assert main(["accept"]) == 2
    assert "say so with --allow error" in capsys.readouterr().err
    assert main(["accept", "--allow", "error"]) == 0
    assert path.read_text() == HEAD + after.replace("PATTERN", PATTERN)
    said = capsys.readouterr().out
    assert ("expect.i.values: no case uses this any more" in said) == ("values" in before)
    project.again({"base": REFUSED, "a": REFUSED})
    assert names() == []


def test_one_case_after_the_other(project):
    path = project(HEAD + MANY)
    assert main(["accept", "--case", "b"]) == 0
    assert path.read_text().count("observed") == 1 and names() == ["a 8.6.0", "c 8.6.0"]
    assert main(["accept", "experiments", "--case", "[ab]"]) == 0
    assert path.read_text().count("observed") == 2 and names() == ["c 8.6.0"]
    project.again()
    assert names() == ["c 8.6.0"]


def test_a_run_of_some_cases_keeps_what_is_pending_of_the_others(project):
    path = project(HEAD + MANY)
    run_project(
        path.parent, [Observed({"a": [1, 2, 3, 5]})], io.StringIO(), pending=PENDING, patterns=["a"], reports=None
    )
    assert names() == ["a 8.6.0", "b 8.6.0", "c 8.6.0"]


def test_a_link_stays_a_link(project, tmp_path):
    path = project(HEAD + MANY)
    target = tmp_path / "e.yaml"
    path.rename(target)
    path.symlink_to(target)
    project.again()
    assert main(["accept"]) == 0
    assert path.is_symlink() and "observed" in target.read_text()
