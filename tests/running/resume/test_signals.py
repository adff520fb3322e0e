"""Runs that are stopped, and runs that meet."""

import os
import signal
import time

import pytest
import standin
from processes import RUN, held_up, results, start, wait_for
from runs import tree

from trtexp.cli.main import main


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_whole_group_stops_at_once_and_keeps_what_is_finished(project, whole, number):
    process = start(project)
    wait_for(lambda: results(project) >= 12, process)
    began = time.monotonic()
    os.killpg(process.pid, number)
    process.join(10)
    assert time.monotonic() - began < 3
    assert process.exitcode == 128 + number
    said = (project / "said").read_text(encoding="utf-8").splitlines()
    assert said[-2] == "stopped"
    kept = results(project)
    assert said[-1] == f"{kept} results are kept; go on with: trtexp run experiments --backend reference --resume"
    reports = tree(project / "reports")
    assert reports and all(whole[name] == data for name, data in reports.items())
    assert main([*RUN, "--resume"]) == 1
    assert tree(project / "reports") == whole


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_workers_that_hang_do_not_hold_up_the_end(tmp_path, number):
    (tmp_path / "experiments").mkdir()
    text = standin.experiment("a", "hang_build", "b", "hold_run", "c")
    (tmp_path / "experiments" / "e.yaml").write_text(text, encoding="utf-8")
    workers = [f"--worker=8.6.0={standin.command()}"] * 2
    process = start(tmp_path, run=["run", "experiments", "--no-cache", *workers])
    wait_for(lambda: results(tmp_path) == 2, process)
    began = time.monotonic()
    os.killpg(process.pid, number)
    process.join(10)
    assert process.exitcode == 128 + number
    assert time.monotonic() - began < 3
    print(f"ended after {time.monotonic() - began:.2f} s")
    assert standin.gone()
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert "2 results are kept; go on with: trtexp run experiments --no-cache" in said
    assert results(tmp_path) == 2


def test_the_second_of_two_runs_waits_and_both_finish(project, whole):
    with held_up(project) as first:
        second = start(project)
        wait_for(lambda: b"waiting for" in (project / "said").read_bytes(), second)
    second.join(30)
    assert (first.exitcode, second.exitcode) == (1, 1)
    said = (project / "said").read_text(encoding="utf-8")
    assert f"waiting for process {first.pid} (trtexp" in said
    assert "which holds reports/reference" in said
    assert tree(project / "reports") == whole
    assert not tree(project / ".trtexp" / "journal")


def test_no_wait_ends_with_one_sentence(project):
    with held_up(project) as first:
        second = start(project, "--no-wait")
        second.join(30)
    assert (first.exitcode, second.exitcode) == (1, 1)
    assert f"reports/reference is in use by process {first.pid} (" in (project / "said").read_text(encoding="utf-8")


def test_four_runs_at_once_leave_whole_files(project, whole):
    runs = [start(project) for _ in range(4)]
    for process in runs:
        process.join(60)
    assert [process.exitcode for process in runs] == [1] * 4
    assert tree(project / "reports") == whole
