"""What tests share: experiments written in a line or two, and the deterministic profile of hypothesis."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from trtexp.spec.errors import SpecError
from trtexp.spec.load import read

settings.register_profile(
    "trtexp", derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("trtexp")
os.environ["TRTEXP_KEY"] = "the key of the tests"  # and of the processes that they start
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job, and its children, ignore Ctrl-C

EXPERIMENTS = Path(__file__).parents[1] / "experiments"
FILES = sorted(EXPERIMENTS.rglob("*.yaml"))
EACH_FILE = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: path.relative_to(EXPERIMENTS).with_suffix("").as_posix()
)
#: Networks given as ONNX models have no reference; tests/export/test_models.py checks their numbers.
WITHOUT_REFERENCE = {EXPERIMENTS / "onnx.yaml"}

#: A deconvolution of 1 … 9 by 1 … 9; tests replace pieces of it and add to its end.
BASE = """\
title: t
inputs:
  x: {shape: [1, 1, 3, 3], arange: {start: 1}}
weights:
  w: {shape: [1, 1, 3, 3], arange: {start: 1}}
network:
  deconv:
    deconvolution_nd: {input: x, num_output_maps: 1, kernel_shape: [3, 3], kernel: w}
"""


@pytest.fixture
def load(tmp_path):
    """Text -> Experiment, with every release override checked. Raises SpecError."""

    def load(text, target=None):
        path = tmp_path / "e.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        file = read(path, "e.yaml")
        return file.check() if target is None else file.experiment(target)

    return load


@pytest.fixture
def faults(load):
    """Text -> its faults as lines of text; none if all is well."""

    def faults(text):
        try:
            load(text)
        except SpecError as error:
            return [str(fault) for fault in error.faults]
        return []

    return faults


def pytest_terminal_summary(terminalreporter):
    """How many of ONNX's node tests agree, where they were run."""
    ran = any("tests/onnx_nodes/" in report.nodeid for report in terminalreporter.getreports("passed"))
    if ran:
        counts = (Path(__file__).parent / "onnx_nodes" / "AGREEMENT.md").read_text(encoding="utf-8").splitlines()[2]
        terminalreporter.write_line(counts)


@pytest.fixture
def environment(monkeypatch):
    """One that says nothing of colours or columns, and has a terminal that knows both."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
