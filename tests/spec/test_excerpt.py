"""The quoted line below a fault, and where it is shown."""

import os
import pty
import subprocess
import sys
from contextlib import suppress

import pytest

from trtexp.spec.excerpt import excerpt


@pytest.fixture
def quoted(tmp_path):
    def quoted(text, line, column):
        path = tmp_path / "e.yaml"
        path.write_text(text, encoding="utf-8", newline="")
        return excerpt(str(path), line, column)

    return quoted


@pytest.mark.parametrize(
    ("text", "place", "shown"),
    [
        ("title: t\nabuot: x\n", (2, 1), ["    2 | abuot: x", "        ^"]),
        ("title: t\r\nabuot: x\r\n", (2, 8), ["    2 | abuot: x", "               ^"]),
        ("\ttitle: t", (1, 1), ["    1 |  title: t", "        ^"]),
        ("a: 数 b", (1, 6), ["    1 | a: 数 b", "              ^"]),
        ("a: \x1b[31m", (1, 4), ["    1 | a: \\x1b[31m", "           ^"]),
        ("a", (1, 2), ["    1 | a", "         ^"]),
        ("a", (5, 1), []),
    ],
)
def test_the_caret_stands_below_the_place(quoted, text, place, shown):
    assert quoted(text, *place) == shown


def test_a_long_line_is_shown_around_the_place(quoted):
    line, caret = quoted("x" * 200 + "!" + "y" * 200, 1, 201)
    assert line == f"    1 | …{'x' * 40}!{'y' * 23}…" and line[len(caret) - 1] == "!"


def test_a_file_that_is_gone_is_not_quoted():
    assert excerpt("/nonexistent/e.yaml", 1, 1) == []


def test_a_terminal_shows_the_line_and_a_pipe_does_not(tmp_path):
    (tmp_path / "e.yaml").write_text("title: t\nabuot: x\n", encoding="utf-8")
    command = [sys.executable, "-m", "trtexp", "validate", "e.yaml"]
    piped = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False).stderr
    assert "unknown key 'abuot'" in piped and "^" not in piped
    ours, theirs = pty.openpty()
    subprocess.run(command, cwd=tmp_path, stderr=theirs, check=False)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how the end of a terminal is told
        while more := os.read(ours, 4096):
            shown += more
    os.close(ours)
    assert "    2 | abuot: x\r\n        ^\r\n" in shown.decode()
