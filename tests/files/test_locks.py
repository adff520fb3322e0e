"""Locks between processes: one at a time, the other says whom it waits for, and death lets go."""

import os
import signal
import subprocess
import sys
import time

import pytest

from trtexp.errors import Held
from trtexp.files.locks import Lock

HOLD = """
import sys, time
from pathlib import Path
from trtexp.files.locks import Lock
sys.argv = ["trtexp", "run", "two words"]
lock = Lock(Path({path!r}), "reports/tensorrt-8.6.0")
lock.take()
print("held", flush=True)
sys.stdin.readline()
lock.release()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock until it reads a line."""
    code = HOLD.format(path=str(tmp_path / ".lock"))
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def lock(tmp_path):
    return Lock(tmp_path / ".lock", "reports/tensorrt-8.6.0")


def test_a_free_lock_is_taken_in_silence_and_can_be_taken_again(tmp_path):
    said = []
    for _ in range(2):
        one = lock(tmp_path)
        one.take(say=said.append)
        one.release()
    assert said == []
    assert (tmp_path / ".lock").read_bytes() == b""


def test_who_may_not_wait_is_told_who_holds_it(tmp_path, holder):
    with pytest.raises(Held) as caught:
        lock(tmp_path).take(wait=False)
    assert str(caught.value) == (f"reports/tensorrt-8.6.0 is in use by process {holder.pid} (trtexp run 'two words')")


def test_who_waits_says_for_whom_once_and_goes_on_when_it_is_free(tmp_path, holder):
    said = []

    def say(text):
        said.append(text)
        holder.stdin.write("\n")
        holder.stdin.flush()

    one = lock(tmp_path)
    one.take(say=say)
    assert said == [f"waiting for process {holder.pid} (trtexp run 'two words'), which holds reports/tensorrt-8.6.0"]
    assert (tmp_path / ".lock").read_text().startswith(f"{os.getpid()} ")
    one.release()


def test_a_lock_dies_with_its_process(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    lock(tmp_path).take(wait=False)


def test_children_do_not_inherit_it(tmp_path):
    one = lock(tmp_path)
    one.take()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
    try:
        one.release()
        lock(tmp_path).take(wait=False)
    finally:
        child.kill()
        child.wait()


def test_a_lock_whose_file_was_deleted_is_no_lock_of_the_new_file(tmp_path):
    first = lock(tmp_path)
    first.take()
    (tmp_path / ".lock").unlink()
    second = lock(tmp_path)
    second.take(wait=False)
    with pytest.raises(Held):
        lock(tmp_path).take(wait=False)
    first.release(), second.release()


def test_ctrl_c_ends_the_waiting(tmp_path, holder):
    code = (
        "import sys; from pathlib import Path; from trtexp.files.locks import Lock; "
        f"Lock(Path({str(tmp_path / '.lock')!r}), 'it').take(say=lambda text: print(text, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout.readline().startswith("waiting for process")
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(5) != 0


def test_a_folder_that_cannot_be_made_is_one_message(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"file/reports: cannot be written: Not a directory; nothing was run"):
        Lock(tmp_path / "file" / "reports" / ".lock", "it").take()
