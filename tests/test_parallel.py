"""Work on all cores: in order, with the faults of the work itself, and in one process where forking is not safe."""

import os
import threading

import pytest

from trtexp import parallel


def here(item):
    if item < 0:
        raise ValueError(f"{item} is negative")
    return item, os.getpid()


def killed_elsewhere(item):
    if os.getpid() != item:
        os._exit(1)
    return item


@pytest.fixture(autouse=True)
def four_cores(monkeypatch):
    monkeypatch.setattr(parallel, "cores", lambda: 4)


def test_items_keep_their_order_and_are_done_elsewhere():
    if threading.active_count() > 1:
        pytest.skip("another thread of this test process is alive, so nothing is forked")
    done = parallel.each(here, range(40))
    assert [item for item, _ in done] == list(range(40))
    assert os.getpid() not in {process for _, process in done}


def test_few_items_are_done_here():
    assert {process for _, process in parallel.each(here, range(4))} == {os.getpid()}


def test_beside_another_thread_nothing_is_forked():
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert {process for _, process in parallel.each(here, range(40))} == {os.getpid()}
    finally:
        end.set()
        thread.join()


def test_what_the_function_raises_is_raised():
    with pytest.raises(ValueError, match="-7 is negative"):
        parallel.each(here, [1, 2, -7, 3, 4, 5, 6])


def test_what_a_killed_process_was_to_do_is_done_here():
    assert parallel.each(killed_elsewhere, [os.getpid()] * 9) == [os.getpid()] * 9
