"""Workers that do not start, no longer start, or are not what they were said to be."""

import os
import shlex
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic, sleep

import pytest
import standin

from trtexp.workers import Crew, WorkerOptions, WorkerSpec, WorkerUnavailable

pytestmark = pytest.mark.usefixtures("quick_tries")


def refused(place, **timeouts):
    with pytest.raises(WorkerUnavailable) as error:
        Crew([place], WorkerOptions(timeouts))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_worker_that_dies_while_starting_gets_three_tries(tmp_path):
    assert refused(standin.place(STANDIN_START="segv")).endswith("signal 11 (SIGSEGV) (3 tries)")
    with Crew([standin.place(STANDIN_START="exit_2", STANDIN_STATE=tmp_path)]) as crew:
        assert crew.run(standin.definition("fine"), standin.feeds()).status == "ran"
    assert len(list(tmp_path.iterdir())) == 2


def test_last_words_of_a_worker_that_does_not_start():
    assert "what():  stand-in" in refused(standin.place(STANDIN_START="abort"))
    assert "No module named 'numpy'" in refused(WorkerSpec(f"{shlex.quote(sys.executable)} -I -S"))
    text = refused(WorkerSpec("/nowhere/python"))
    assert text == "no worker starts in /nowhere/python: No such file or directory: /nowhere/python"
    assert "3 tries" in refused(WorkerSpec("true"))


@pytest.mark.parametrize("fault", ["hang", "hold", "stop"])
def test_a_start_that_hangs(fault):
    assert "nothing came within 1 s" in refused(standin.place(STANDIN_START=fault), start=1)


def test_an_interpreter_that_never_speaks():
    assert "nothing came within 0.5 s" in refused(WorkerSpec("sh -c 'sleep 60'"), start=0.5)
    assert "no worker starts in cat" in refused(WorkerSpec("cat"), start=0.5)


def test_garbage_for_a_greeting():
    assert "sent 42, which is no greeting" in refused(standin.place(STANDIN_START="number"))


def test_a_worker_that_no_longer_starts_says_so_for_all_its_cases(tmp_path, events):
    broken = tmp_path / "broken"
    with Crew([standin.place(STANDIN_BROKEN=broken)], WorkerOptions(on_event=events.append)) as crew:
        assert crew.run(standin.definition("fine"), standin.feeds()).status == "ran"
        broken.touch()
        crashed = crew.run(standin.definition("segv_build"), standin.feeds())
        others = [crew.run(standin.definition("fine"), standin.feeds()) for _ in range(3)]
    assert crashed.message.endswith("signal 11 (SIGSEGV); no worker could be had to try it alone")
    reason = "no worker could be had any more: the worker ended with exit code 3 (3 tries)"
    assert {(o.status, o.phase, o.message) for o in others} == {("crashed", "start", reason)}


def test_the_others_take_over_from_a_worker_that_no_longer_starts(tmp_path, events):
    broken = tmp_path / "broken"
    with Crew([standin.place(STANDIN_BROKEN=broken), standin.place()], WorkerOptions(on_event=events.append)) as crew:
        broken.touch()
        ends = [crew.run(standin.definition(name), standin.feeds()).status for name in ("segv_run", "a", "a") * 2]
        assert crew.size == 1
    assert ends == ["crashed", "ran", "ran"] * 2
    assert [event.kind for event in events].count("unavailable") == 1


def test_a_label_is_checked():
    with Crew([standin.place("8.5.3.1")]) as crew:
        assert crew.release.name == "tensorrt-8.5.3.1"
    with Crew([replace(standin.place("8.6.0"), version="8")]) as crew:
        assert crew.release.version == "8.6.0"
    text = refused(replace(standin.place("8.6.0"), version="8.6.1"))
    assert text.startswith("worker 8.6.1=env ") and "tensorrt 8.6.0 is there, not 8.6.1: change the label" in text


def test_a_crew_has_one_release():
    places = [replace(standin.place(release), version=None) for release in ("8.6.0", "8.5.3.1")]
    with pytest.raises(WorkerUnavailable, match=r"has tensorrt-8\.\d.*tensorrt-8\.\d"):
        Crew(places)


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_wrapper_that_stays_as_a_shell(tmp_path):
    """Its exit code, 128 + signal, is read as the signal; and what it started goes with it."""
    wrapper = script(tmp_path / "trt", f'shift\n{standin.command()} "$@"\nexit $?')
    with Crew([WorkerSpec(f"{wrapper} 8.6.0")], WorkerOptions({"run": 1})) as crew:
        assert "signal 11 (SIGSEGV); again" in crew.run(standin.definition("segv_build"), standin.feeds()).message
        assert crew.run(standin.definition("hold_run"), standin.feeds()).status == "timeout"
        assert crew.run(standin.definition("fine"), standin.feeds()).status == "ran"


def test_over_ssh(tmp_path, monkeypatch):
    script(tmp_path / "ssh", '[ "$2" = lost ] && exit 255\nfor last; do :; done\nexec sh -c "$last"')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    place = WorkerSpec(standin.command(), host="user@host -p 2222")
    with Crew([place], WorkerOptions({"run": 1})) as crew:
        assert crew.run(standin.definition("fine"), standin.feeds()).status == "ran"
        assert "signal 11 (SIGSEGV); again" in crew.run(standin.definition("segv_run"), standin.feeds()).message
        assert crew.run(standin.definition("hang_run"), standin.feeds()).status == "timeout"
        assert crew.run(standin.definition("fine"), standin.feeds()).status == "ran"
    assert "the connection to lost is lost" in refused(replace(place, host="lost"))


def test_more_workers_join_a_crew_at_work(events):
    with Crew([standin.place()], WorkerOptions(on_event=events.append)) as crew:
        crew.enlarge([standin.place(STANDIN_SECONDS="0.5")] * 2)
        assert crew.size == 3
        with ThreadPoolExecutor(3) as threads:
            outcomes = list(threads.map(lambda n: crew.run(standin.definition(f"n{n}"), standin.feeds()), range(40)))
        assert len(standin.processes()) == 3
    assert [outcome.status for outcome in outcomes] == ["ran"] * 40
    assert not events


def test_one_that_joins_and_does_not_start_is_told_and_missed_by_nobody(quick_tries, events):
    with Crew([standin.place()], WorkerOptions(on_event=events.append)) as crew:
        crew.enlarge([standin.place(STANDIN_START="exit")])
        deadline = monotonic() + 30
        while not events and monotonic() < deadline:
            sleep(0.01)
        assert [event.kind for event in events] == ["unavailable"]
        assert crew.size == 1 and crew.run(standin.definition("a"), standin.feeds()).status == "ran"
