"""A demand that is not met is not green."""

import pytest
from conftest import BASE

from trtexp.cli.main import main
from trtexp.workers.far import gpu_uuids

EXPERIMENT = "experiments/e.yaml"


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "experiments").mkdir()
    (tmp_path / EXPERIMENT).write_text(BASE, encoding="utf-8")


def refused(capsys, code, *words):
    """The one message of a command that does nothing."""
    assert main(words) == code
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1
    return said.err


def test_an_interpreter_that_is_not_there(capsys):
    said = refused(capsys, 4, "run", EXPERIMENT, "--python", "/nowhere/python")
    assert said == "no worker starts in /nowhere/python: No such file or directory: /nowhere/python\n"


@pytest.mark.parametrize("gpu", ["a", "0,a", "0,,1", "0,0", ""])
def test_what_is_no_gpu(capsys, gpu):
    assert f"--gpu {gpu}: give different numbers" in refused(capsys, 2, "run", EXPERIMENT, "--gpu", gpu)


@pytest.mark.skipif(bool(gpu_uuids()), reason="there is a GPU")
def test_a_gpu_that_is_not_there(capsys):
    refused(capsys, 4, "run", EXPERIMENT, "--gpu", "0")


def test_records_that_are_not_there(capsys):
    assert "reports: no records here; trtexp run writes them" in refused(capsys, 2, "audit")
    assert "nothing was run here, there is no .trtexp/last-run.json" in refused(capsys, 2, "review")
    assert "nothing was run here" in refused(capsys, 2, "review", EXPERIMENT)
    assert "nothing is pending" in refused(capsys, 2, "accept")


def test_a_case_of_which_nothing_is_expected_is_unjudged(capsys):
    assert main(["run", EXPERIMENT, "--backend", "reference"]) == 0
    said = capsys.readouterr().out
    assert "1 unjudged in " in said and "as expected" not in said
    assert "deconv  float32 1×1×5×5    reference" in said and "49  112  190  144   81" in said
