"""Work on all cores: in order, with the faults of the work itself, and in one process where forking is not safe."""

import os
import subprocess
import sys
import threading

import pytest
import standin

from trtexp.running import helpers as parallel


def here(item):
    if item < 0:
        raise ValueError(f"{item} is negative")
    return item, os.getpid()


@pytest.fixture(autouse=True)
def four_cores(monkeypatch):
    monkeypatch.setattr(parallel, "cores", lambda: 4)


def each(items):
    with parallel.Helpers(len(items)) as helpers:
        return list(helpers.each(here, items))


#: A process without other threads, which those of the test runner are.
PROGRAM = """
import os, signal, sys, threading
from trtexp.running import helpers as parallel

def here(item):
    return item, os.getpid()

def killed_elsewhere(item):
    if os.getpid() != item:
        os._exit(1)
    return item

parallel.cores = lambda: 4
"""


def run(program):
    done = subprocess.run([sys.executable, "-c", PROGRAM + program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("fine\n", "")


def test_items_keep_their_order_are_done_elsewhere_and_survive_a_process_that_is_killed():
    run("""
with parallel.Helpers(40) as helpers:
    assert helpers.count == 4
    done = list(helpers.each(here, range(40)))
    assert [item for item, _ in done] == list(range(40)), done
    assert os.getpid() not in {process for _, process in done}, done
    assert list(helpers.each(killed_elsewhere, [os.getpid()] * 9)) == [os.getpid()] * 9
    assert helpers.submit(here, 7).result() == (7, os.getpid())
print("fine")
""")


def test_helpers_are_forked_before_there_is_a_thread_and_last():
    run("""
with parallel.Helpers(40) as helpers:
    first = {process for _, process in helpers.each(here, range(4000))}
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    later = {process for _, process in helpers.each(here, range(4000))}
    assert len(first | later) <= 4, (first, later)
    assert parallel.Helpers(40).count == 0
    end.set()
print("fine")
""")


def test_ctrl_c_that_falls_into_a_fork_is_not_lost():
    run("""
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    parallel.Helpers(40)
except KeyboardInterrupt:
    print("fine")
""")


SLOW = """
import os, sys, time
from trtexp.running import helpers as parallel

def slow(item):
    sys.stderr.write(f"{os.getpid()}\\n")
    time.sleep(60)

parallel.cores = lambda: 4
list(parallel.Helpers(8).each(slow, range(8)))
"""


def test_when_the_first_process_is_killed_the_others_are_gone():
    name, _, tag = standin.TAG.partition("=")
    command, environment = [sys.executable, "-c", SLOW], {**os.environ, name: tag}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        helpers = {int(process.stderr.readline()) for _ in range(4)}
        assert {process.pid, *helpers} == set(standin.processes())
        process.kill()
    assert standin.gone()


def test_few_items_are_done_here():
    assert {process for _, process in each(range(4))} == {os.getpid()}


def test_beside_another_thread_nothing_is_forked():
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert {process for _, process in each(range(40))} == {os.getpid()}
    finally:
        end.set()
        thread.join()


def test_what_the_function_raises_is_raised():
    with pytest.raises(ValueError, match="-7 is negative"):
        each([1, 2, -7, 3, 4, 5, 6])
