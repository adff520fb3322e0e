"""Text for people: whole lines in a pipe, folded and coloured ones on a terminal."""

from __future__ import annotations

import io
import os

import pytest
from progress_samples import Tty

from trtexp.report.fold import fold
from trtexp.report.terminal import Terminal

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> Tty:
    """A terminal of 40 columns."""
    monkeypatch.setattr("os.get_terminal_size", lambda *_: os.terminal_size((40, 24)))
    monkeypatch.setattr(Tty, "fileno", lambda _: 1)
    return Tty()


def folded(text: str, columns: int | None, hang: int = 0) -> list[str]:
    return ["".join(part for part, _ in line) for line in fold([(text, "")], columns, hang)]


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", None, ["one two three"]),
        ("one two three", 13, ["one two three"]),
        ("one two three", 8, ["one two", "  three"]),
        ("  one  two three", 10, ["  one  two", "  three"]),
        ("a/very/long/path x", 8, ["a/very/long/path", "  x"]),
        ("中文 中文", 5, ["中文", "  中文"]),
        ("", 8, [""]),
    ],
)
def test_lines_are_broken_at_spaces_only(text: str, columns: int | None, lines: list[str]) -> None:
    assert folded(text, columns, 2) == lines


def test_pieces_without_a_space_between_stay_together() -> None:
    lines = fold([("18 ✓", "green"), (", ", ""), ("2 findings", "yellow"), (", ", ""), ("1 x", "")], 12)
    assert ["".join(text for text, _ in line) for line in lines] == ["18 ✓, 2", "findings, 1", "x"]


def test_a_pipe_has_whole_lines_without_colour() -> None:
    stream = io.StringIO()
    Terminal(stream).error(["experiments/a.yaml:14:29: " + "x " * 300])
    Terminal(stream).entry("ok", "words " * 40, "green", 6)
    assert stream.getvalue().splitlines() == [
        ("experiments/a.yaml:14:29: " + "x " * 300).rstrip(), ("ok    " + "words " * 40).rstrip(),
    ]  # fmt: skip


def test_a_terminal_has_colour_and_folded_lines(tty: Tty) -> None:
    Terminal(tty).entry("ok", "many words that are more than will fit", "green", 6)
    assert tty.getvalue().splitlines() == [
        "\x1b[32mok\x1b[0m    many words that are more than will",
        "      fit",
    ]


def test_a_text_with_little_room_beside_its_head_stands_below(tty: Tty) -> None:
    Terminal(tty, color=False).entry("a_long_name_of_something", "many words that are more than will fit", column=26)
    assert tty.getvalue().splitlines() == [
        "a_long_name_of_something",
        "      many words that are more than will",
        "      fit",
    ]


def test_what_follows_hangs_below_an_indented_line(tty: Tty) -> None:
    Terminal(tty, color=False).line("    a line that is indented and much too long")
    assert tty.getvalue().splitlines() == ["    a line that is indented and much too", "      long"]
