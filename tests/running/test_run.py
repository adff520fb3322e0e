"""Runs: whole files in order, whoever is quicker; cases shared by workers; what ends a run early ends it cleanly."""

import errno
import io
import json
import threading
import time

import pytest
from runs import Answers, run_project, tree, write_project

from trtexp.errors import NoGpu
from trtexp.report.progress import RunTerminal
from trtexp.running.backends import REFERENCE, Backend


def shown(stream):
    """The files in the order of the terminal, each with its cases."""
    blocks = []
    for line in stream.getvalue().splitlines():
        if not line.startswith(" "):
            blocks.append((line, []))
        elif not line.startswith("   "):
            blocks[-1][1].append(line.split()[0])
    return blocks


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_terminal_shows_files_and_cases_in_their_order(tmp_path, workers):
    stream = io.StringIO()
    run_project(write_project(tmp_path, 4, 5), [Answers("8.6.0", workers, slow=0.02)], stream)
    assert shown(stream) == [(f"e{n:02}", [f"case_{i}" for i in range(5)]) for n in range(4)]


def test_releases_side_by_side_show_whole_files_each_in_their_order(tmp_path):
    stream = io.StringIO()
    backends = [Answers("8.6.0", 2, slow=0.02), Answers("8.5.3.1", 1, slow=0.01)]
    totals = run_project(write_project(tmp_path, 3, 4), backends, stream)
    blocks = shown(stream)
    for release in ("tensorrt-8.6.0", "tensorrt-8.5.3.1"):
        mine = [block for block in blocks if block[0].endswith(release)]
        assert mine == [(f"e{n:02} · {release}", [f"case_{i}" for i in range(4)]) for n in range(3)]
    assert len(blocks) == 6
    assert (totals.as_expected, totals.differing) == (18, 6)
    assert totals.seconds == {"build": 6.0, "run": 12.0}


def test_reports_do_not_depend_on_how_cases_are_shared(tmp_path, monkeypatch):
    trees = []
    for name, workers in (("one", 1), ("many", 7)):
        experiments = write_project(tmp_path / name, 3, 6)
        monkeypatch.chdir(tmp_path / name)  # messages name paths from here
        run_project(experiments, [Answers("8.6.0", workers, slow=0.02)], io.StringIO())
        trees.append(tree(tmp_path / name / "reports"))
    assert trees[0] == trees[1]
    assert len(trees[0]) == 9  # of each file the record, the page and its picture


def test_cases_of_one_release_are_spread_over_its_workers(tmp_path):
    backend = Answers("8.6.0", 3, slow=0.02)
    run_project(write_project(tmp_path, 2, 9), [backend], io.StringIO())
    assert len(backend.threads_seen) == 3
    assert sorted(backend.asked) == sorted(f"case_{i}" for i in range(9) for _ in range(2))


def test_a_result_is_in_the_journal_before_its_worker_takes_the_next_case(tmp_path):
    experiments = write_project(tmp_path, 1, 6)
    path = tmp_path / "journal" / "tensorrt-8.6.0" / "e00.jsonl"
    lines = []

    class Watched(Answers):
        def answer(self, case):
            lines.append(len(path.read_bytes().splitlines()) if path.exists() else 0)
            return super().answer(case)

    run_project(experiments, [Watched("8.6.0")], io.StringIO())
    assert lines == list(range(6))


def test_a_report_is_written_as_soon_as_its_file_is_whole(tmp_path):
    experiments = write_project(tmp_path, 3, 2)
    seen = []

    class Watched(Answers):
        def answer(self, case):
            time.sleep(0.2)
            seen.append(sorted(path.name for path in (tmp_path / "reports").rglob("*.md")))
            return super().answer(case)

    run_project(experiments, [Watched("8.6.0")], io.StringIO())
    assert seen[-1] == ["e00.md", "e01.md"]


def test_a_selection_of_cases_reaches_the_workers(tmp_path):
    backend, stream = Answers("8.6.0"), io.StringIO()
    run_project(write_project(tmp_path, 2, 4), [backend], stream, patterns=["*_1", "*_3"], reports=None, journals=None)
    assert backend.asked == ["case_1", "case_3"] * 2
    assert shown(stream) == [("e00", ["case_1", "case_3"]), ("e01", ["case_1", "case_3"])]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), RuntimeError("a bug")])
def test_an_error_ends_all_releases_and_kills_the_workers(tmp_path, error):
    backends = [Answers("8.6.0", 2, {"case_3": error}, slow=0.01), Answers("8.5.3.1", 1, slow=0.05)]
    before = threading.active_count()
    with pytest.raises(type(error)):
        run_project(write_project(tmp_path, 5, 8), backends, io.StringIO())
    assert all(backend.closed.is_set() for backend in backends)
    assert len(backends[1].asked) < 40
    assert threading.active_count() == before


def test_a_release_without_workers_does_not_end_the_others(tmp_path):
    lost, fine = Answers("8.6.0", 1, {"case_1": NoGpu("the worker is gone")}), Answers("8.5.3.1", slow=0.01)
    with pytest.raises(NoGpu, match="the worker is gone"):
        run_project(write_project(tmp_path, 2, 4), [lost, fine], io.StringIO())
    assert len(fine.asked) == 8
    assert [path for path in tree(tmp_path / "reports") if "8.6.0" in path] == []
    assert len(tree(tmp_path / "reports")) == 6  # of each file the record, the page and its picture


def test_ctrl_c_keeps_what_is_finished(tmp_path):
    stop = threading.Event()

    class Impatient(RunTerminal):
        def case(self, case, varying=None):
            super().case(case)
            if case.name == "case_2":
                stop.set()
                raise KeyboardInterrupt

    experiments = write_project(tmp_path, 2, 50)
    import runs

    before, runs.RunTerminal = runs.RunTerminal, Impatient
    try:
        with pytest.raises(KeyboardInterrupt):
            run_project(experiments, [Answers("8.6.0", 1, slow=0.01)], io.StringIO())
    finally:
        runs.RunTerminal = before
    lines = (tmp_path / "journal" / "tensorrt-8.6.0" / "e00.jsonl").read_bytes().splitlines()
    assert stop.is_set() and 3 <= len(lines) < 50
    assert all(json.loads(line) for line in lines)


def test_finished_cases_and_files_are_let_go(tmp_path):
    import gc

    from trtexp.spec.case import Case

    def cases():
        gc.collect()
        return sum(isinstance(thing, Case) for thing in gc.get_objects())

    alive, others = [], cases()  # what other tests hold in this process

    class Counting(Answers):
        def answer(self, case):
            if case.name == "case_0":
                alive.append(cases() - others)
            return super().answer(case)

    run_project(write_project(tmp_path, 8, 10), [Counting("8.6.0")], io.StringIO())
    assert max(alive) <= 32, f"cases in memory as each file begins: {alive}"


def test_the_reference_answers_nothing_and_computes_while_it_writes():
    backend = Backend(REFERENCE)
    assert backend.answer(None) is None
    assert (backend.threads, backend.driver) == (2, None)
