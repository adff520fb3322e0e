"""What is seen of a run of many files, of several backends, and at any width."""

from __future__ import annotations

import io
import os
import re
from typing import Any

import pytest
from progress_samples import CASES, Tty, case, shown, wrong

from trtexp.records.facts import Ending
from trtexp.records.model import OutputRecord
from trtexp.records.tensors import TensorRecord
from trtexp.report import progress
from trtexp.report.bar import duration
from trtexp.report.plain import difference
from trtexp.report.progress import Detail, RunTerminal, Summary

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the columns of a terminal."""

    def narrow(columns: int) -> None:
        monkeypatch.setattr(progress, "_FEW", 99)  # a bar stands on the same lines
        monkeypatch.setattr("os.get_terminal_size", lambda *_: os.terminal_size((columns, 24)))
        monkeypatch.setattr(Tty, "fileno", lambda _: 1)

    return narrow


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
@pytest.mark.parametrize("detail", ["cases", "files", "failures"])
def test_nothing_is_cut_or_broken_in_a_word(narrow: Any, columns: int, detail: Detail) -> None:
    narrow(columns)
    long = case("long", "failed", False, ending=Ending(kind="not_missing", declared="words " * 30))
    whole = shown(io.StringIO(), [*CASES, long], detail=detail)
    text = shown(Tty(), [*CASES, long], color=False, detail=detail)
    assert all(len(line) <= columns for line in text.splitlines() if "/" not in line)
    assert "…" not in text
    for word in {*re.findall(r"[\w./:]+", whole)} - {"reference", "allowed", "off", "by", "bounds", "actual"}:
        assert word in text or word in ("98765.43", "98765.4321", "1", "0.065", "15.4")


def test_of_a_table_that_does_not_fit_the_diagnosis_is_kept_longest() -> None:
    heads = {columns: " ".join(difference(wrong(), columns)[0].split()) for columns in (80, 66, 50, 40, 30)}
    assert heads == {
        80: "deconv expected actual reference off by allowed bounds odd one out",
        66: "deconv expected actual reference bounds odd one out",
        50: "deconv expected actual bounds odd one out",
        40: "deconv expected actual odd one out",
        30: "deconv expected odd one out",
    }


def test_many_files_have_a_line_each_and_only_what_failed_has_more() -> None:
    assert (
        shown(io.StringIO(), detail="files")
        == """\
tensorrt 8.6.0 on NVIDIA H100 80GB HBM3, 1 file, 6 cases
padding         3 ✓, 1 finding, 1 crashed, 1 mismatch
  typo          MISMATCH
      experiments/padding.yaml:41:22
      deconv  expected  actual    reference   off by  allowed  bounds  odd one out
      [0, 0]  98764.43  98765.43  98765.4321  1       0.065    15.4    expected
  crash         CRASHED      in build
      experiments/padding.yaml:41:22
      signal 11
not as expected: 2 cases
  experiments/padding.yaml:41:22  typo: mismatch
  experiments/padding.yaml:41:22  crash: crashed in build
4 as expected, 1 of them a finding, 1 crashed, 1 mismatch in 12.9 s (builder 8.1 s, 5 builds 4.4 s)\
 · reports/tensorrt-8.6.0/padding.md
"""
    )


def test_of_failures_alone_nothing_else_is_seen() -> None:
    fine = shown(io.StringIO(), CASES[:3], detail="failures")
    assert len(fine.splitlines()) == 2 and fine.splitlines()[1].startswith("3 as expected in")


def test_a_stream_without_a_tick_has_a_word() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="backslashreplace")
    with RunTerminal(stream, "files") as terminal:
        terminal.file("padding", ["none"])
        terminal.case(CASES[0])
    stream.seek(0)
    assert stream.read() == "padding         1 ok\n"


def test_a_file_that_is_broken_off_says_how_far_it_came() -> None:
    stream = io.StringIO()
    with RunTerminal(stream, "files") as terminal:
        terminal.file("padding", ["none", "both"])
        terminal.case(CASES[0])
    assert stream.getvalue() == "padding         1 ✓ of 2\n"


def test_what_failed_alike_on_another_backend_is_said_once() -> None:
    stream = io.StringIO()
    with RunTerminal(stream, "files") as terminal:
        for seconds in (None, 1.0):
            terminal.start(1)
            terminal.file("padding", ["typo"])
            terminal.case(CASES[3])
            terminal.finish(Summary(seconds))
    said = stream.getvalue()
    assert said.count("98764.43") == 1 and said.count("as above") == 1
    assert said.count("typo: mismatch") == 1
    assert said.endswith("0 as expected, 1 mismatch in 1.0 s\n")


def test_a_case_of_which_nothing_is_expected_is_unjudged_and_prints_its_values() -> None:
    values = TensorRecord(dtype="float32", shape=[2], values=[1.5, 2])
    output = OutputRecord(name="y", verdict="unjudged", dtype="float32", shape=[2], reference=values, elements=2)
    none = case("none", "unjudged", ending=Ending(kind="computed"), outputs=[output])
    stream = io.StringIO()
    with RunTerminal(stream) as terminal:
        terminal.file("padding", ["none"])
        terminal.case(none)
        terminal.finish(Summary(1.0))
    assert stream.getvalue().splitlines() == [
        "padding",
        "  none          unjudged     computed; no values are expected",
        "      y  float32 2    reference",
        "        1.5  2",
        "1 unjudged in 1.0 s",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (4, "a few seconds left"),
        (33, "about 30 seconds left"),
        (100, "about 2 minutes left"),
        (80 * 60, "about 80 minutes left"),
        (2.5 * 3600, "about 2.5 hours left"),
    ],
)
def test_the_time_that_is_left_is_said_in_words(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words
