"""Runs of trtexp in processes that can be killed; forked from one that has everything imported, so many are cheap."""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

from trtexp.__main__ import main
from trtexp.running import journal

FILES, CASES = 4, 9
RUN = ["run", "experiments", "--backend", "reference"]
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(
    [
        "trtexp.cli.main",
        "trtexp.cli.commands.run",
        "trtexp.layers.deconvolution",
        "trtexp.layers.identity",
        "trtexp.report.markdown",
    ]
)


@contextlib.contextmanager
def inside(folder):
    """Work in that folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _child(folder, arguments):
    """What a forked process does: one command, in its own process group, its words in a file."""
    os.setpgid(0, 0)
    os.chdir(folder)
    with Path("said").open("a", encoding="utf-8") as said:
        os.dup2(said.fileno(), 1), os.dup2(said.fileno(), 2)
        sys.stdout = sys.stderr = said
        sys.argv = ["trtexp", *arguments]
        code = main()  # with its signals, as the command has it
        said.flush()
        os._exit(code)


def start(folder, *arguments, run=RUN):
    process = SERVER.Process(target=_child, args=(str(folder), [*run, *arguments]))
    process.start()
    return process


def results(folder):
    """How many whole results the journals hold."""
    return sum(len(journal.read(path).entries) for path in (folder / ".trtexp" / "journal").rglob("*.jsonl"))


def wait_for(condition, process, seconds=20.0):
    """True as soon as the condition holds; False if the process ends first."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(FileNotFoundError):  # vanished while it was looked at
            if condition():
                return True
        if not process.is_alive():
            return False
        time.sleep(0.001)
    raise AssertionError("waited in vain")


def written(folder):
    """How many bytes the journals hold; the folders may vanish meanwhile."""
    with contextlib.suppress(FileNotFoundError):
        return sum(path.stat().st_size for path in (folder / ".trtexp").rglob("*.jsonl"))
    return 0


def kill_when(condition, process):
    """Kill a run at that moment; False if it ended before."""
    alive = wait_for(condition, process)
    process.kill()
    process.join()
    return alive and process.exitcode == -signal.SIGKILL


def broken_off(folder, count=10, **more):
    """Kill a run that has so many results; how many it left."""
    assert kill_when(lambda: results(folder) >= count, start(folder, **more))
    return results(folder)


@contextlib.contextmanager
def held_up(folder):
    """A run that stands still in the middle."""
    process = start(folder)
    assert wait_for(lambda: results(folder) >= 1, process)
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield process
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.join(30)
