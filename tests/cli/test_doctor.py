"""trtexp doctor: what is there, what is wrong and how to fix it; exit codes."""

import pytest
import standin
from conftest import EXPERIMENTS

from trtexp.cli import doctor
from trtexp.cli.main import main
from trtexp.cli.self_test import CASES
from trtexp.spec.load import read


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert standin.gone()


def python(**environment):
    return f"--python={standin.command(**environment)}"


def test_a_machine_that_can_run_is_fine(capsys):
    assert main(["doctor", python()]) == 0
    said = capsys.readouterr().out
    assert "ok     worker env " in said and "tensorrt-8.6.0 on " in said
    assert said.endswith("nothing is wrong; trtexp run uses TensorRT on the GPU\n")


def test_workers_are_told_apart_and_a_bad_one_is_wrong(capsys):
    assert main(["doctor", f"--worker=8.6.0={standin.command()}", "--worker=8.5.3.1=/no/python"]) == 1
    said = capsys.readouterr().out
    assert "tensorrt-8.6.0 on " in said
    assert "WRONG  worker /no/python: no worker starts in /no/python" in said
    assert "       to fix it: that interpreter must start, and needs numpy, tensorrt and cuda-python" in said


def test_a_gpu_that_was_demanded_and_is_not_there_is_4(capsys, monkeypatch):
    assert main(["doctor", python(STANDIN_START="exit"), "--backend", "tensorrt"]) == 4
    assert "no TensorRT that can run here" in capsys.readouterr().err


def test_a_cache_that_is_a_file_is_wrong(project, capsys):
    (project / "cache").touch()
    assert main(["doctor", python(), "--cache", "cache"]) == 1
    assert "WRONG  cache: cache: " in capsys.readouterr().out


def test_a_full_disk_is_wrong_and_a_broken_off_run_is_said(project, capsys, monkeypatch):
    (project / ".trtexp/journal/tensorrt-8.6.0").mkdir(parents=True)
    (project / ".trtexp/journal/tensorrt-8.6.0/a.jsonl").touch()
    monkeypatch.setattr(doctor, "LEAST_FREE", 2**80)
    assert main(["doctor", python()]) == 1
    said = capsys.readouterr().out
    assert "MiB are free" in said and "trtexp cache clear, or make room" in said
    assert "note   journal: 1 files of an interrupted run" in said


def test_packages_are_compared_with_what_is_asked_for(monkeypatch, capsys):
    asked = ["numpy>=1.23", "pydantic>=999", "no_such_package", "other; extra == 'dev'"]
    monkeypatch.setattr("importlib.metadata.requires", lambda name: asked)
    assert main(["doctor", python()]) == 1
    said = capsys.readouterr().out
    assert "WRONG  no_such_package: is missing, needed is no_such_package" in said
    assert "WRONG  pydantic: is " in said and "to fix it: pip install 'pydantic>=999'" in said
    assert "with numpy " in said and "other" not in said


def test_a_gpu_that_another_run_holds_is_not_waited_for(project, capsys, monkeypatch):
    from trtexp.workers import Crew

    place = standin.place(gpu="stand-in-0", TMPDIR=project)
    with Crew([place]):
        monkeypatch.setattr("trtexp.workers.handshake.run_id", lambda: "other")
        assert main(["doctor", python(TMPDIR=project), "--gpu", "stand-in-0"]) == 0
    assert "GPU stand-in-0 is held by process " in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--gpu", "0,0"], ["--worker", "beta=python"]])
def test_bad_usage_is_2(capsys, arguments):
    assert main(["doctor", *arguments]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_release_without_reports_is_told_how_to_test_it(project, capsys):
    (project / "experiments").mkdir()
    assert main(["doctor", python()]) == 0
    said = capsys.readouterr().out.splitlines()
    start = said.index("tensorrt-8.6.0 has not run here yet; ten cases test it, and make a file that you can send:")
    assert said[start + 1] == "trtexp run --no-reports --record tensorrt-8.6.0.zip \\"
    assert [line.removesuffix(" \\") for line in said[start + 2 :]] == [f"  experiments/{case}" for case in CASES]
    (project / "reports" / "tensorrt-8.6.0").mkdir(parents=True)
    assert main(["doctor", python()]) == 0
    assert "has not run here" not in capsys.readouterr().out


def test_the_ten_cases_of_the_self_test_are_there():
    named = [case.split("::") for case in CASES]
    assert len(CASES) == 10
    assert [case for path, case in named if case not in [name for name, _, _ in read(EXPERIMENTS / path).cases]] == []
