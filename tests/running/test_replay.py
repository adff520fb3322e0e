"""Answers recorded where the stand-in for TensorRT is, and judged again where there is nothing."""

import shutil

import pytest
import standin
from runs import tree

from trtexp.cli.main import main


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A run of three identities, one of which crashes, on two releases, recorded in `kept`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    path = tmp_path / "experiments" / "one.yaml"
    path.parent.mkdir()
    path.write_text(standin.experiment("a", "segv_build", "c"), encoding="utf-8")
    workers = [f"--worker={release}={standin.command(release)}" for release in ("8.6.0", "8.5.3.1")]
    run("--record", "kept", "--reports", "live", *workers)
    shutil.rmtree(tmp_path / ".trtexp")
    yield path
    assert standin.gone()


def run(*more):
    return main(["run", "experiments", *more])


def test_a_recorded_run_gives_the_same_reports_on_all_releases(project, tmp_path):
    run("--replay", "kept", "--reports", "again")
    live = tree(tmp_path / "live")
    assert {"tensorrt-8.6.0/one.json", "tensorrt-8.5.3.1/one.json"} <= live.keys()
    assert tree(tmp_path / "again") == live


def test_an_expectation_edited_since_is_judged_against_what_was_recorded(project, capsys):
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("a: {values: [1, 2, 3, 4]}", "a: {values: [1, 2, 3, 5]}"), encoding="utf-8")
    assert run("--replay", "kept", "--case", "a") == 1
    assert "MISMATCH" in capsys.readouterr().out
    project.write_text(text, encoding="utf-8")
    assert run("--replay", "kept", "--case", "a") == 0


def test_a_network_or_an_input_changed_since_has_no_answer(project, capsys):
    text = project.read_text(encoding="utf-8")
    for change in (text.replace("start: 1", "start: 2"), text.replace("a:", "b:")):
        project.write_text(change, encoding="utf-8")
        assert run("--replay", "kept", "--no-reports", "--case", "[ab]") == 4
        said = capsys.readouterr().err
        assert "no answer is recorded" in said and "--record kept" in said


def test_nothing_recorded_and_a_damaged_answer_are_named(project, tmp_path, capsys):
    assert run("--replay", "elsewhere") == 4
    assert "elsewhere: nothing is recorded there" in capsys.readouterr().err
    for path in (tmp_path / "kept" / "tensorrt-8.6.0").glob("*.outcome"):
        path.write_bytes(path.read_bytes()[:-9])
    assert run("--replay", "kept") == 4
    assert ".outcome: cannot be read; record the run again" in capsys.readouterr().err


def test_an_answer_torn_anywhere_or_of_other_bytes_is_named(project, tmp_path, capsys):
    paths = sorted((tmp_path / "kept" / "tensorrt-8.6.0").glob("*.outcome"))
    whole = paths[0].read_bytes()
    for damaged in (*(whole[:end] for end in range(0, len(whole), 7)), bytes(len(whole)), b"\xff" * 99, whole[9:]):
        for path in paths:
            path.write_bytes(damaged)
        assert run("--replay", "kept", "--no-reports") == 4
        said = capsys.readouterr().err
        assert ".outcome: cannot be read; record the run again" in said and "internal error" not in said


def test_what_is_missing_is_run_and_recorded_and_nothing_else(project, tmp_path, capsys):
    project.write_text(standin.experiment("a", "b"), encoding="utf-8")
    worker = f"--worker=8.6.0={standin.command('8.6.0')}"
    before = tree(tmp_path / "kept")
    assert run("--replay", "kept", "--record", "kept", worker) == 0
    after = tree(tmp_path / "kept")
    assert len(after) == len(before) + 1 and before.items() <= after.items()
    assert run("--replay", "kept", "--case", "b") == 4  # of 8.5.3.1 nobody asked


@pytest.mark.parametrize("other", [["--backend", "reference"], ["--worker", "x"], ["--python", "python3"]])
def test_replay_goes_with_nothing_that_answers(project, other, capsys):
    assert run("--replay", "kept", *other) == 2
    assert "--replay" in capsys.readouterr().err
