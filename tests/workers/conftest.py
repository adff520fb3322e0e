"""No test of the workers leaves a process behind."""

import pytest
import standin


@pytest.fixture(autouse=True)
def nothing_left_over():
    before = set(standin.zombies())  # of tests that are not about workers
    yield
    assert standin.gone(), f"processes left over: {standin.processes()}"
    assert not set(standin.zombies()) - before


@pytest.fixture
def events():
    return []


@pytest.fixture
def quick_tries(monkeypatch):
    """Three tries to start a worker, without the pauses between them."""
    monkeypatch.setattr("trtexp.workers.worker.PAUSES", (0.0, 0.01, 0.01))
