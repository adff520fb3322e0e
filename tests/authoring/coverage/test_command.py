"""trtexp coverage: the page of all experiments is a file, that of some of them is printed."""

import pytest

from trtexp.cli.main import main


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiments").mkdir()
    text = "title: t\ninputs: {x: {shape: [2], full: 1}}\nnetwork: {i: {identity: {input: x}}}\n"
    (tmp_path / "experiments" / "one.yaml").write_text(text)
    (tmp_path / "experiments" / "two.yaml").write_text(text)
    return tmp_path


def test_the_page_of_some_experiments_is_printed_and_not_written(project, capsys):
    assert main(["coverage"]) == 0
    page = project / "reports" / "COVERAGE.md"
    whole = page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["coverage", "experiments/one.yaml"]) == 0
    some = capsys.readouterr().out
    assert some.startswith("# ") and some != whole
    assert page.read_text(encoding="utf-8") == whole
    assert main(["coverage", "--check"]) == 0


def test_only_the_page_of_all_is_checked(project, capsys):
    assert main(["coverage", "experiments/one.yaml", "--check"]) == 2
    assert "--check compares the page of all experiments" in capsys.readouterr().err
    assert main(["coverage", "--check"]) == 1
    assert "is out of date" in capsys.readouterr().err
