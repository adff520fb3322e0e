"""What is seen of a run: plain text in a pipe; colour, a bar and folded lines on a terminal."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from progress_samples import Tty, case, shown, wrong

from trtexp.records.facts import Ending
from trtexp.report.plain import difference
from trtexp.report.progress import RunTerminal, Summary, status_word

pytestmark = pytest.mark.usefixtures("environment")


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
