"""A project whose experiment was run."""

import io

import pytest
from deciding import Observed
from runs import run_project

from trtexp.files.home import PENDING
from trtexp.files.signing import notes


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Write an experiment and run it; the file, and what is pending after it."""
    notes()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    path = tmp_path / "experiments" / "e.yaml"
    path.parent.mkdir()

    def run(text, told=(), version="8.6.0"):
        path.write_bytes(text.encode("utf-8"))
        again(told, version)
        return path

    def again(told=(), version="8.6.0"):
        run_project(path.parent, [Observed(dict(told), version)], io.StringIO(), pending=PENDING, reports=None)

    run.again = again
    return run
