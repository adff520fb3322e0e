"""One run per GPU and host at a time."""

import os
import signal
import threading

import pytest
import standin

from trtexp.workers import Crew, WorkerOptions, far, handshake


@pytest.fixture
def place(tmp_path):
    return standin.place(gpu="stand-in-0", TMPDIR=tmp_path)


class Waiting:
    """A crew of another run, made in a thread; `told` is set when it says whom it waits for."""

    def __init__(self, monkeypatch, places, run="other"):
        self.told, self.made = threading.Event(), threading.Event()
        self.events, self.crew = [], None
        monkeypatch.setattr("trtexp.workers.handshake.run_id", lambda: run)
        self._thread = threading.Thread(target=self._make, args=(places,), daemon=True)
        self._thread.start()

    def _make(self, places):
        self.crew = Crew(places, WorkerOptions(on_event=self._heard))
        self.made.set()

    def _heard(self, event):
        self.events.append(event)
        self.told.set()

    def close(self):
        assert self.made.wait(20)
        self.crew.close()


def test_a_second_run_waits_and_says_for_whom(place, monkeypatch):
    first = Crew([place])
    second = Waiting(monkeypatch, [place])
    assert second.told.wait(20) and not second.made.is_set()
    assert second.events[0].kind == "waiting"
    assert f"GPU stand-in-0 is held by process {os.getpid()} on " in str(second.events[0])
    first.close()
    assert second.made.wait(20)
    assert second.crew.run(standin.definition("fine"), standin.feeds()).status == "ran"
    second.close()


def test_death_gives_the_gpu_free(place, monkeypatch):
    first = Crew([place])
    second = Waiting(monkeypatch, [place])
    assert second.told.wait(20)
    os.kill(first._workers[0]._link.process.pid, signal.SIGKILL)
    assert second.made.wait(20)
    first.close()
    second.close()


def test_workers_of_one_run_share_it_and_other_gpus_are_free(place, tmp_path, monkeypatch):
    with Crew([place] * 2), Crew([standin.place("8.5.3.1", gpu="stand-in-0", TMPDIR=tmp_path)]):
        other = Waiting(monkeypatch, [standin.place(gpu="stand-in-1", TMPDIR=tmp_path)])
        assert other.made.wait(20)
        other.close()
    assert not other.events


def test_a_crew_begins_without_the_worker_that_waits(place, tmp_path, monkeypatch):
    """And that one joins when its GPU is free."""
    first = Crew([place])
    free = standin.place(gpu="stand-in-1", TMPDIR=tmp_path)
    second = Waiting(monkeypatch, [place, free])
    assert second.made.wait(20) and second.told.wait(20)
    assert second.crew.size == 2
    assert second.crew.run(standin.definition("fine"), standin.feeds()).status == "ran"
    assert len(second.crew._free) == 1
    first.close()
    with second.crew._changed:
        assert second.crew._changed.wait_for(lambda: len(second.crew._free) == 2, 20)
    second.close()


def test_a_crew_that_waits_can_be_closed(place, tmp_path, monkeypatch):
    with Crew([place]):
        second = Waiting(monkeypatch, [place, standin.place(gpu="stand-in-1", TMPDIR=tmp_path)])
        assert second.told.wait(20)
        second.close()


def test_what_a_dead_run_left_is_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "stand-in-0")
    stale = tmp_path / "trtexp-gpu-stand-in-0.dead.run"
    stale.write_text("process 1")
    held = far.hold_gpu(None, "mine", "me", tmp_path)
    assert not stale.exists() and (tmp_path / "trtexp-gpu-stand-in-0.mine.run").read_text() == "me"
    for descriptor in held:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("visible", "uuids", "driver", "name"),
    [
        (None, [], False, None),
        (None, [], True, "0"),
        (None, ["GPU-a", "GPU-b"], True, "GPU-a"),
        ("1,0", ["GPU-a", "GPU-b"], True, "GPU-b"),
        ("7", ["GPU-a"], True, "7"),
        ("GPU-b", ["GPU-a", "GPU-bcd"], True, "GPU-bcd"),
        ("MIG-x", ["GPU-a"], True, "MIG-x"),
        ("", ["GPU-a"], True, None),
        ("-1", ["GPU-a"], True, None),
        ("1", [], False, "1"),
    ],
)
def test_the_name_of_a_gpu(monkeypatch, visible, uuids, driver, name):
    monkeypatch.setattr(far, "gpu_uuids", lambda: uuids)
    monkeypatch.setattr(far, "_has_driver", lambda: driver)
    assert far.gpu_name(visible) == name


def test_a_place_sets_what_cuda_sees():
    told = handshake.handshake(standin.place(gpu="1"), {}, {})
    assert told["environment"] == {"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    assert handshake.handshake(standin.place(), {}, {})["environment"] == {}
