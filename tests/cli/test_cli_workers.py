"""trtexp run with workers, on the stand-in for TensorRT: releases side by side, faults, options, what stays behind."""

import json
import threading
import time

import pytest
import standin
from runs import tree

from trtexp.cli.main import main

ONE, TWO = "8.6.0", "8.5.3.1"


@pytest.fixture(autouse=True)
def nothing_left_over():
    yield
    assert standin.gone(), f"processes left over: {standin.processes()}"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project as the working directory; call it to write an experiment of so many identities."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "experiments").mkdir()

    def write(name, *layers):
        text = standin.experiment(*layers, title=name)
        (tmp_path / "experiments" / f"{name}.yaml").write_text(text, encoding="utf-8")

    return write


def worker(release=ONE, **environment):
    return f"--worker={release}={standin.command(release, **environment)}"


def run(*more):
    return main(["run", "experiments", *more])


def facts(tmp_path):
    return json.loads((tmp_path / ".trtexp" / "last-run.json").read_text(encoding="utf-8"))["content"]


def test_releases_side_by_side_have_a_folder_each_and_one_summary(project, tmp_path, capsys):
    project("one", "a", "b", "c"), project("two", "d")
    assert run(worker(ONE), worker(ONE), worker(TWO)) == 0
    said = capsys.readouterr().out.splitlines()
    assert sum("as expected in" in line for line in said) == 1
    assert "8 as expected" in said[-1]
    heads = [line.partition("  ")[0] for line in said if line.startswith(("one", "two"))]
    assert sorted(heads) == sorted(f"{name} · tensorrt-{release}" for name in ("one", "two") for release in (ONE, TWO))
    assert {"tensorrt-8.6.0/one.md", "tensorrt-8.5.3.1/two.json", "README.md"} <= tree(tmp_path / "reports").keys()
    assert facts(tmp_path)["releases"]["tensorrt-8.6.0"]["workers"] == 2
    cases = facts(tmp_path)["releases"]["tensorrt-8.5.3.1"]["cases"]
    assert cases.keys() == {"one/a", "one/b", "one/c", "two/d"}
    assert all(case["seconds"]["run"] >= case["seconds"]["deserialize"] > 0 for case in cases.values())
    assert set(facts(tmp_path)["seconds_by_step"]) == {"start", "plan", "workers", "cases", "pages", "close"}
    starts = facts(tmp_path)["releases"]["tensorrt-8.6.0"]["starts"]
    assert len(starts) == 2 and all(
        0 < start[step] < 30 for start in starts for step in ("process", "engine", "tensorrt")
    )


def test_reports_are_the_same_with_one_worker_and_with_many(project, tmp_path):
    project("one", *"abcdefgh"), project("two", *"ijkl")
    assert run(worker()) == 0
    alone = tree(tmp_path / "reports")
    assert run(worker(), worker(), worker(), "--no-cache") == 0
    assert tree(tmp_path / "reports") == alone


def test_a_crash_costs_its_case_and_leaves_a_restart_in_last_run(project, tmp_path, capsys):
    project("one", "a", "segv_build", "c")
    assert run(worker(), "--no-cache") == 1
    said = capsys.readouterr().out
    assert "2 as expected, 1 crashed" in said
    assert any("restart" in event for event in facts(tmp_path)["events"])
    page = (tmp_path / "reports" / "tensorrt-8.6.0" / "one.md").read_text(encoding="utf-8")
    assert "SIGSEGV" in page


def test_what_must_crash_is_answered_beside_the_others_and_shown_last(project, tmp_path, capsys):
    project("dies", "segv_build", "fine"), project("lives", "a", "b")
    path = tmp_path / "experiments" / "dies.yaml"
    text = path.read_text(encoding="utf-8").replace("segv_build: {values: [1, 2, 3, 4]}", "crash: {build: SIGSEGV}")
    path.write_text(text, encoding="utf-8")
    assert run(worker(), "--no-cache", "-v") == 0
    said = capsys.readouterr().out
    assert said.index("lives\n") < said.index("dies\n") < said.index("segv_build") < said.index("  fine")
    assert "4 as expected" in said
    assert [event.split(":")[0] for event in facts(tmp_path)["events"]] == ["restart", "restart"]
    assert "dies.md" in said and (tmp_path / "reports" / "tensorrt-8.6.0" / "dies.json").is_file()


def test_a_hang_ends_at_the_timeout_that_was_given(project, capsys):
    project("one", "a", "hang_run", "c")
    assert run(worker(), "--no-cache", "--timeout", "run=0.5") == 1
    assert "2 as expected, 1 timeout" in capsys.readouterr().out


def test_the_cache_is_used_said_and_cleared(project, capsys):
    project("one", "a", "b")
    assert run(worker()) == 0
    capsys.readouterr()
    assert main(["cache", "info"]) == 0
    assert ".trtexp/cache/tensorrt-8.6.0: 2 engines" in capsys.readouterr().out
    assert main(["cache", "clear"]) == 0
    assert "deleted" in capsys.readouterr().out
    assert main(["cache", "info"]) == 0
    assert capsys.readouterr().out == ".trtexp/cache: nothing is cached\n"


def test_no_cache_leaves_none(project, tmp_path):
    project("one", "a")
    assert run(worker(), "--no-cache") == 0
    assert not (tmp_path / ".trtexp" / "cache").exists()


def test_a_release_that_loses_its_workers_keeps_its_results_and_the_other_goes_on(project, tmp_path, capsys):
    project("one", "a", "b", "kill_run", "c", "d")
    broken, journal = tmp_path / "broken", tmp_path / ".trtexp" / "journal" / "tensorrt-8.6.0" / "one.jsonl"

    def break_it():
        """No worker starts any more once the first result is there."""
        while not journal.exists():
            time.sleep(0.01)
        broken.touch()

    thread = threading.Thread(target=break_it)
    thread.start()
    mortal = worker(ONE, STANDIN_BROKEN=broken, STANDIN_SECONDS=0.3)
    assert run(mortal, worker(TWO), "--no-cache") == 4
    thread.join()
    said = capsys.readouterr()
    assert "no worker could be had any more" in said.err
    assert "results are kept; go on with: trtexp run experiments" in said.err
    assert "one · tensorrt-8.5.3.1" in said.out
    assert {path.split("/")[0] for path in tree(tmp_path / "reports")} == {"tensorrt-8.5.3.1"}
    broken.unlink()
    assert run(mortal, worker(TWO), "--no-cache", "--resume") == 1
    assert "from the run before" in capsys.readouterr().out
    pages = [tmp_path / "reports" / f"tensorrt-{release}" / "one.md" for release in (ONE, TWO)]
    assert all("killed by signal 9" in page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--worker", "beta=python"], "--worker:"),
        (["--worker", "8.6.0=python", "--python", "python"], "--worker names the interpreters"),
        (["--worker", "8.6.0=python", "--backend", "build"], "--worker names the interpreters"),
        (["--timeout", "lunch=3"], "--timeout:"),
        (["--gpu", "0,,1"], "--gpu 0,,1: give different numbers"),
        (["--gpu", "0,0"], "--gpu 0,0: give different numbers"),
        (["--cache", "experiments/one.yaml"], "--cache experiments/one.yaml"),
    ],
)
def test_bad_usage_is_one_message(project, tmp_path, capsys, arguments, what):
    project("one", "a")
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    assert what in said
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "reports").exists()


def test_a_worker_of_another_release_than_it_is_called_is_refused(project, tmp_path, capsys):
    project("one", "a")
    assert run(f"--worker=10.0={standin.command(ONE)}") == 4
    assert "8.6.0" in capsys.readouterr().err
    assert not (tmp_path / "reports").exists()


def test_two_names_for_one_release_are_refused(project, tmp_path, capsys):
    project("one", "a")
    assert run(f"--worker=8.6={standin.command(ONE)}", worker(ONE)) == 2
    assert "the release tensorrt-8.6.0 is there twice" in capsys.readouterr().err


def test_repeats_reach_the_worker_and_the_report(project, tmp_path):
    project("one", "a")
    path = tmp_path / "experiments" / "one.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "repeat: {builds: 2, runs: 3}\n", encoding="utf-8")
    assert run(worker()) == 0
    page = (tmp_path / "reports" / "tensorrt-8.6.0" / "one.md").read_text(encoding="utf-8")
    assert "2 builds × 3 runs: one result" in page
