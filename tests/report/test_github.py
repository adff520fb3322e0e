"""GitHub's annotations: one a file, within its limits, and nothing else on the output is a command."""

import doctest
import io
import re

import pytest

from trtexp.report import github
from trtexp.report.github import MOST, MOST_TEXT, Commands, Remark, fitted, rolled_up

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def made(remarks):
    found = [COMMAND.fullmatch(line) for line in rolled_up("error", "differ", remarks)]
    return [(dict(p.split("=") for p in m[2].split(",")), m[3]) for m in found]


def test_the_example():
    assert doctest.testmod(github) == (0, 1)


def test_a_file_has_one_annotation_at_its_first_line():
    (properties, text), other = made(
        [Remark("a.yaml", 30, 3, "b: x"), Remark("b.yaml", 1, 1, "y"), Remark("a.yaml", 4, 7, "a: z")]
    )
    assert properties == {"file": "a.yaml", "line": "4", "col": "7", "title": "a.yaml%3A 2 differ"}
    assert text == "line 4: a: z%0Aline 30: b: x"
    assert other[0]["file"] == "b.yaml"


def test_the_tenth_annotation_holds_all_further_files():
    found = made([Remark(f"{n:02}.yaml", n + 1, 1, "x") for n in range(30)])
    assert len(found) == MOST
    assert found[-1][0]["title"] == "21 more files%3A 21 differ"
    assert found[-1][1].startswith("09.yaml, line 10: x%0A10.yaml, line 11: x%0A")


@pytest.mark.parametrize("lines", [["a" * 100] * 100, ["a" * 5000], ["a" * 5000, "b"], ["é"] * 5000])
def test_a_message_fits(lines):
    text = fitted(lines)
    assert len(text) <= MOST_TEXT
    assert "…" in text


def test_nothing_of_a_text_ends_the_command_or_a_property():
    ((properties, text),) = made([Remark("a,l::b%.yaml", 1, 1, "1 %\r\n::error::x\x1b")])
    assert properties["file"] == "a%2Cl%3A%3Ab%25.yaml"
    assert text == "line 1: 1 %25\\r\\n::error::x\\x1b"
    ((properties, _),) = made([Remark("a\x1b[31m\r\n::stop-commands::t\u202e.yaml", 1, 1, "x")])
    assert properties["file"] == "a\\x1b[31m\\r\\n%3A%3Astop-commands%3A%3At\\u202e.yaml"


def test_other_output_cannot_be_a_command():
    stream = io.StringIO()
    with Commands(stream) as commands:
        print("::error::planted", file=stream)
        commands.annotate("error", "differ", [Remark("a.yaml", 1, 1, "x")])
        commands.annotate("warning", "wide", [])
        print("##[add-mask]x", file=stream)
    stop, planted, go, real, stop_again, _, end = stream.getvalue().splitlines()
    token = stop.removeprefix("::stop-commands::")
    assert len(token) == 32 and stop_again == stop and go == end == f"::{token}::"
    assert planted == "::error::planted" and real.startswith("::error file=a.yaml")


def test_paths_are_those_of_the_checkout(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert github.repository_path("a.yaml") == "sub/a.yaml"
    assert github.repository_path("/elsewhere/a.yaml") == "/elsewhere/a.yaml"
    monkeypatch.delenv("GITHUB_WORKSPACE")
    assert github.repository_path("a.yaml") == "a.yaml"
