"""Answers recorded where the stand-in for TensorRT is, and judged again where there is nothing."""

import shutil
import zipfile

import pytest
import standin
from runs import tree

from trtexp.cli.main import main
from trtexp.running.archive import pack


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


def test_a_recording_may_be_one_file_which_gives_the_same_reports(project, tmp_path):
    run("--replay", "kept", "--reports", "again")
    pack(tmp_path / "kept", tmp_path / "sent.zip")
    before = (tmp_path / "sent.zip").read_bytes()
    run("--replay", "sent.zip", "--reports", "from_file")
    assert tree(tmp_path / "from_file") == tree(tmp_path / "again")
    worker = f"--worker=8.6.0={standin.command('8.6.0')}"
    run("--replay", "sent.zip", "--record", "more.zip", "--no-reports", worker)
    with zipfile.ZipFile("more.zip") as made:
        assert {name.partition("/")[0] for name in made.namelist()} == {"tensorrt-8.6.0"}
        assert len(made.namelist()) == 4
    pack(tmp_path / "kept", tmp_path / "sent.zip")
    assert (tmp_path / "sent.zip").read_bytes() == before


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (None, "bad.zip: no recording; trtexp run … --record FILE.zip makes one"),
        (["../outside"], "bad.zip: '../outside', which no recording has"),
        (["tensorrt-8.6.0/release", "a/b/release"], "bad.zip: 'a/b/release', which no recording has"),
    ],
)
def test_a_file_that_is_no_recording_is_named(project, tmp_path, capsys, members, said):
    if members is None:
        (tmp_path / "bad.zip").write_bytes(b"PK no")
    else:
        with zipfile.ZipFile(tmp_path / "bad.zip", "w") as made:
            for name in members:
                made.writestr(name, b"")
    assert run("--replay", "bad.zip") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path.parent / "outside").exists()
