"""--worker, --gpu and --timeout as text."""

import shlex
import sys

import pytest

from trtexp.workers import TIMEOUTS, WorkerSpec, parse_timeouts, parse_worker


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("8.6.0=/envs/trt86/bin/python", WorkerSpec("/envs/trt86/bin/python", version="8.6.0")),
        ("8.5.3.1=/x/python", WorkerSpec("/x/python", version="8.5.3.1")),
        ("/envs/x/bin/python", WorkerSpec("/envs/x/bin/python")),
        ("8.6.0=/tmp/x/trt 8.6.0 python", WorkerSpec("/tmp/x/trt 8.6.0 python", version="8.6.0")),
        ("env A=1 python3", WorkerSpec("env A=1 python3")),
        ("tensorrt-8.6=python", WorkerSpec("python", "tensorrt", version="8.6")),
        ("tensorrt_rtx-1.7=python", WorkerSpec("python", "tensorrt-rtx", version="1.7")),
        ("rtx-1.7=python", WorkerSpec("python", "tensorrt-rtx", version="1.7")),
        ("tensorrt-rtx=python", WorkerSpec("python", "tensorrt-rtx")),
        ("8.6.0=ssh:user@host//path/python", WorkerSpec("/path/python", host="user@host", version="8.6.0")),
        ("ssh:host -p 2222//python3", WorkerSpec("python3", host="host -p 2222")),
        ("ssh:host//~/venv/bin/python", WorkerSpec("~/venv/bin/python", host="host")),
        ("ssh:host///opt/python -X dev", WorkerSpec("/opt/python -X dev", host="host")),
        ("ssh:host//env A=/x python", WorkerSpec("env A=/x python", host="host")),
    ],
)
def test_a_worker(text, place):
    assert parse_worker(text) == place
    assert parse_worker(text, "1").gpu == "1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no interpreter is named"),
        ("8.6.0=", "no interpreter is named"),
        ("latest=/x/python", "'latest' is no release"),
        ("=python", "'' is no release"),
        ("8.6.0='python", "no closing quotation"),
        ("ssh:host", "needs a host and an interpreter"),
        ("ssh://python", "needs a host and an interpreter"),
        ("ssh:-oProxyCommand=x//python", "needs a host and an interpreter"),
        ("ssh:host//", "no interpreter is named"),
    ],
)
def test_no_worker(text, why):
    with pytest.raises(ValueError, match=why) as error:
        parse_worker(text)
    assert "8.6.0=/envs/trt86/bin/python" in str(error.value)  # what is allowed


def test_the_usual_place_is_this_interpreter():
    assert shlex.split(WorkerSpec().python) == [sys.executable]
    assert str(WorkerSpec("p", host="h", gpu="0")) == "ssh:h//p on GPU 0"


def test_timeouts():
    assert parse_timeouts([]) == {}
    assert parse_timeouts(["build=60"]) == {"build": 60}
    assert parse_timeouts(["build=60, run=0.5", "start=5"]) == {"build": 60, "run": 0.5, "start": 5}
    assert parse_timeouts(["20", "run=5"]) == {"define": 20, "build": 20, "run": 5}


@pytest.mark.parametrize("text", ["", "build", "build=", "build=0", "build=-1", "build=nan", "bild=60", "run=1s", "=5"])
def test_no_timeout(text):
    with pytest.raises(ValueError, match="PHASE=SECONDS") as error:
        parse_timeouts([text])
    assert all(phase in str(error.value) for phase in TIMEOUTS)
