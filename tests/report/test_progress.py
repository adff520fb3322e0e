"""What is seen of a run: plain text in a pipe; colour, a bar and folded lines on a terminal."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from report_samples import case as sample
from report_samples import mark

from trtexp.records.facts import Comparison, Ending, Place
from trtexp.records.model import CaseRecord, OutputRecord
from trtexp.records.tensors import TensorRecord
from trtexp.report import progress
from trtexp.report.plain import difference
from trtexp.report.progress import Detail, RunTerminal, Summary, duration, status_word


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def case(name: str, status: str = "pass", as_expected: bool = True, **more: Any) -> CaseRecord:
    place = Place(file="experiments/padding.yaml", line=41, column=22)
    return sample(name, *more.pop("outputs", ()), status=status, as_expected=as_expected, place=place, **more)


def wrong(count: int = 1) -> OutputRecord:
    marks = [
        mark([0, i], "expected", "98764.43", "98765.43", "98765.4321", (1.0, 0.065, 15.4))
        for i in range(min(count, 20))
    ]
    return OutputRecord(
        name="deconv",
        verdict="mismatch",
        dtype="float32",
        shape=[1, count],
        actual_expected=Comparison(agrees=False, bad=count),
        marks=marks,
        disagreeing=count,
    )


CASES = [
    case("none"),
    case("both_exact", ending=Ending(kind="certified", certified=9)),
    case("too_much", ending="refused", phase="build", message="it cannot be negative"),
    case("typo", "mismatch", False, outputs=[wrong()]),
    case("crash", "crashed", False, phase="build", message="signal 11"),
    case("found", "mismatch", True, finding="the last row is 0"),
]


def shown(
    stream: io.StringIO, cases: list[CaseRecord] = CASES, color: bool | None = None, detail: Detail = "cases"
) -> str:
    with RunTerminal(stream, detail, color) as terminal:
        terminal.header(["tensorrt 8.6.0 on NVIDIA H100 80GB HBM3, 1 file, 6 cases"])
        terminal.start(len(cases))
        terminal.file("padding", [case.name for case in cases])
        for each in cases:
            terminal.case(each)
        terminal.finish(Summary(12.94, ("builder 8.1 s", "5 builds 4.4 s"), ("reports/tensorrt-8.6.0/padding.md",)))
    return stream.getvalue()


def test_plain_text_in_a_pipe() -> None:
    assert (
        shown(io.StringIO())
        == """\
tensorrt 8.6.0 on NVIDIA H100 80GB HBM3, 1 file, 6 cases
padding
  none          pass
  both_exact    pass         certified exact 9 of 9
  too_much      refused      in build, as expected
  typo          MISMATCH
      experiments/padding.yaml:41:22
      deconv  expected  actual    reference   off by  allowed  bounds  odd one out
      [0, 0]  98764.43  98765.43  98765.4321  1       0.065    15.4    expected
  crash         CRASHED      in build
      experiments/padding.yaml:41:22
      signal 11
  found         finding      differs from the reference, as found before
4 as expected, 1 of them a finding, 1 crashed, 1 mismatch in 12.9 s (builder 8.1 s, 5 builds 4.4 s)\
 · reports/tensorrt-8.6.0/padding.md
"""
    )


def test_a_pipe_needs_no_rich() -> None:
    program = (
        "import sys, trtexp.report.progress as t; t.RunTerminal(sys.stdout).start(99); sys.exit('rich' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE).returncode == 0


def test_a_terminal_has_colour_and_a_bar() -> None:
    text = shown(Tty())
    assert "\x1b[31mMISMATCH\x1b[0m" in text and "\x1b[32mpass\x1b[0m" in text
    assert "6/6" in text and "\x1b[?25h" in text


@pytest.mark.parametrize(
    ("variables", "stream", "color"),
    [
        ({"NO_COLOR": "1"}, Tty(), False),
        ({"TERM": "dumb"}, Tty(), False),
        ({"FORCE_COLOR": "1"}, io.StringIO(), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, io.StringIO(), False),
        ({"NO_COLOR": ""}, Tty(), True),
    ],
)
def test_the_environment_decides_on_colour(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], stream: io.StringIO, color: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[31m" in shown(stream)) is color


def test_a_dumb_terminal_gets_no_control_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in shown(Tty())


def test_colour_can_be_demanded_and_refused() -> None:
    assert "\x1b[31m" in shown(io.StringIO(), color=True)
    assert "\x1b[31m" not in shown(Tty(), color=False)


def test_text_from_outside_drives_no_terminal() -> None:
    attack = "\x1b[2J\x07a\rb\u202e"
    ending = Ending(kind="not_missing", declared=attack)
    bad = case(attack, "failed", False, ending=ending, message=attack, outputs=[wrong()])
    stream = io.StringIO()
    terminal = RunTerminal(stream)
    terminal.header([attack])
    terminal.file(attack)
    terminal.case(bad)
    terminal.error([attack])
    terminal.finish(Summary(1.0, (attack,), (attack,)))
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(stream.getvalue())
    assert "\\x1b[2J\\x07a\\rb\\u202e" in stream.getvalue()


def test_brackets_are_not_markup_of_the_bar() -> None:
    assert "[red]x[/red]" in shown(Tty(), [case("a", ending=Ending(kind="not_missing", declared="[red]x[/red]"))] * 6)


def test_only_the_first_marks_are_shown() -> None:
    lines = difference(wrong(250))
    assert len(lines) == 12 and lines[-1] == "… and 240 more"


def test_many_pages_are_named_by_their_folder() -> None:
    stream = io.StringIO()
    pages = tuple(f"reports/tensorrt-8.6.0/{name}.md" for name in "abcdef")
    RunTerminal(stream).finish(Summary(1.0, reports=pages))
    assert stream.getvalue() == "0 as expected in 1.0 s · 6 pages in reports/tensorrt-8.6.0\n"


@pytest.mark.parametrize(
    ("status", "good", "bad"),
    [
        ("pass", "pass", "FAILED"),
        ("mismatch", "finding", "MISMATCH"),
        ("failed", "refused", "FAILED"),
        ("unsupported", "unsupported", "UNSUPPORTED"),
        ("crashed", "crashed", "CRASHED"),
        ("timeout", "timeout", "TIMEOUT"),
        ("built", "built", "FAILED"),
        ("unjudged", "unjudged", "UNJUDGED"),
    ],
)
def test_capitals_are_not_as_expected(status: str, good: str, bad: str) -> None:
    assert status_word(case("a", status)) == good
    assert status_word(case("a", status, False)) == bad


def test_no_file_title_or_message_is_a_command_to_a_ci() -> None:
    stream = io.StringIO()
    terminal = RunTerminal(stream)
    terminal.header(["::add-mask::x.yaml"])
    terminal.error(["::error::x", "a ##[add-path]x"])
    terminal.file("##vso[task.setvariable]x", [])
    terminal.note("::stop-commands::t")
    assert stream.getvalue().splitlines() == [
        "\\::add-mask::x.yaml",
        "\\::error::x",
        "a #\\#[add-path]x",
        "#\\#vso[task.setvariable]x",
        "\\::stop-commands::t",
    ]


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
    assert said.count("98764.43") == 1 and said.count("the same as above") == 1
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
