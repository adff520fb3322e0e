"""Closing, Ctrl-C, and a runner that is killed: nothing is left over."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import standin

from trtexp.workers import Crew, WorkerClosed, far

TESTS = Path(standin.__file__).parents[1]


def test_close_may_be_called_again_and_again():
    crew = Crew([standin.place()] * 2)
    for _ in range(3):
        crew.close()
    assert standin.gone()
    with pytest.raises(WorkerClosed):
        crew.run(standin.definition("fine"), standin.feeds())


@pytest.mark.parametrize("fault", ["hang_run", "hold_build", "stop_define"])
def test_close_ends_what_is_under_way(fault):
    """From another thread, at once; the case at hand has no outcome, and is not tried again."""
    crew, ends = Crew([standin.place()] * 2), []

    def run():
        try:
            ends.append(crew.run(standin.definition(fault), standin.feeds()))
        except WorkerClosed as error:
            ends.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]  # the third waits for a worker
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    start = time.monotonic()
    crew.close()
    for thread in threads:
        thread.join(10)
    assert time.monotonic() - start < 3
    assert [type(end) for end in ends] == [WorkerClosed] * 3


def test_a_failing_start_closes_the_others():
    with pytest.raises(Exception, match="exit code 3"):
        Crew([standin.place(), standin.place(STANDIN_START="exit")])
    assert standin.gone()


RUNNER = """
import sys, threading
sys.path.insert(0, {tests!r})
import standin
standin.TAG = {tag!r}
from trtexp.workers import Crew, WorkerSpec
crew = Crew([WorkerSpec({wrapper!r} + standin.command())] * 2)
names = {names!r}
for name in names[1:]:
    threading.Thread(target=crew.run, args=(standin.definition(name), standin.feeds()), daemon=True).start()
print("under way", flush=True)
crew.run(standin.definition(names[0]), standin.feeds())
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    ("wrapper", "names"),
    [("", ["hang_run", "hold_build"]), ("sh -c '\"$@\"; exit $?' sh ", ["hang_run"])],
    ids=["direct", "under_a_shell"],
)
def test_no_orphan_when_the_runner_is_killed(wrapper, names, end):
    tag = f"STANDIN_TAG=orphans-{os.getpid()}-{time.monotonic_ns()}"
    source = RUNNER.format(tests=str(TESTS), tag=tag, wrapper=wrapper, names=names)
    runner = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, cwd=TESTS.parent)
    with runner:
        assert runner.stdout.readline() == b"under way\n"
        time.sleep(0.3)
        assert standin.processes(tag)
        runner.send_signal(end)
        assert runner.wait(20)
    assert standin.gone(tag=tag)


def test_the_alarm_is_set_while_a_phase_runs(monkeypatch):
    """It ends a hang that holds Python's lock where nobody else can, under a shell or ssh."""
    alarms, sent = [], []
    monkeypatch.setattr(far.signal, "alarm", alarms.append)

    class Channel:
        send = sent.append
        receive = None

    channel = far.Watched(Channel, {"build": 60.0, "run": 5.5})
    for item in (
        ("hello", {}),
        ("phase", 1, "build"),
        ("log", 1, "ERROR", "x"),
        ("phase", 1, "run"),
        ("outcome", 1, {}),
    ):
        channel.send(item)
    assert alarms == [60 + far.GRACE, 5 + far.GRACE, 0] and len(sent) == 5
