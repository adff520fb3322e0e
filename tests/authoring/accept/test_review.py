"""What runs left undecided, on the terminal."""

import re
from pathlib import Path

from deciding import HEAD, MANY, names

from trtexp.cli.main import main
from trtexp.engine.outcome import Outcome
from trtexp.files.home import LAST_RUN, PENDING


def test_review_shows_all_and_what_no_case_uses(project, capsys):
    text = HEAD + "expect: {i: {values: [9, 9, 9, 9]}}\ncases:\n  a: {expect: {i: {values: [1, 2, 3, 5]}}}\n"
    project(text + "  b: {expect: {i: {values: [1, 2, 3, 4]}}}\n")
    assert main(["review", "--all"]) == 1
    said = capsys.readouterr().out
    assert "1 of 1: e / a · tensorrt-8.6.0 on none" in said
    assert re.search(r"expected +1  2  3  5 ◀\n +actual = reference +1  2  3  4", said)
    assert "experiments/e.yaml:6:22: expect.i.values: no case uses this any more; take it out" in said


def test_review_one_at_a_time(project, capsys, monkeypatch):
    path = project(HEAD + MANY)
    answers = iter(["", "n", "next", "p", "a", "what?", "accept", "q"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    assert main(["review"]) == 1
    said = capsys.readouterr().out
    shown = re.findall(r"(\d of \d): e / (\w)", said)
    assert shown == [
        ("1 of 3", "a"), ("2 of 3", "b"), ("3 of 3", "c"), ("1 of 3", "a"), ("3 of 3", "c"),
        ("1 of 2", "a"), ("1 of 1", "b"),
    ]  # fmt: skip
    assert names() == ["b 8.6.0"] and path.read_text().count("observed") == 2
    assert next(answers, None) is None


def test_nothing_of_the_yaml_reaches_the_terminal_unescaped(project, capsys):
    loud = HEAD.replace("i:", '"i":') + 'expect: {i: {values: [1, 2, 3, 5], note: "\\e[31m"}}\nabout: "\\e[31m"\n'
    project(loud, {"base": Outcome("error", "run", "\x1b[31m loud")})
    for command in (["review", "--all"], ["accept"], ["accept", "--allow", "error"]):
        main(command)
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err and "loud" in said.out + said.err


def test_a_pending_case_is_kept_where_ignored_files_are():
    assert Path(PENDING).parts[0] == ".trtexp"


def test_a_file_that_is_no_text_is_one_message(project, capsys):
    path = project(HEAD)
    LAST_RUN.touch()
    path.write_bytes(b"title: \xff\n")
    assert main(["review", "experiments/e.yaml"]) == 2
    assert "experiments/e.yaml:1:1: not UTF-8" in capsys.readouterr().err
