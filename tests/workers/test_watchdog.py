"""Limits on what may block, one after the other, all watched by one thread."""

import threading
from time import monotonic, sleep

from trtexp.workers.watchdog import Watchdog


def watchdog():
    expired = []
    return Watchdog(lambda: expired.append(monotonic())), expired


def test_what_ends_in_time_does_not_expire_and_a_later_shorter_limit_does():
    dog, expired = watchdog()
    before = threading.active_count()
    with dog.limit(60):
        pass
    for _ in range(100):
        with dog.limit(0.3):
            pass
    sleep(0.4)
    assert not expired
    start = monotonic()
    with dog.limit(0.2):
        sleep(0.5)
    assert len(expired) == 1 and 0.2 <= expired[0] - start < 0.45
    assert threading.active_count() == before
    dog.close()


def test_a_limit_expires_once_and_the_next_one_again():
    dog, expired = watchdog()
    for _ in range(2):
        with dog.limit(0.05):
            sleep(0.3)
    assert len(expired) == 2
    dog.close()


def test_a_closed_one_watches_no_longer():
    dog, expired = watchdog()
    before = threading.active_count()
    dog.close()
    with dog.limit(0.01):
        sleep(0.2)
    assert not expired
    assert threading.active_count() < before
