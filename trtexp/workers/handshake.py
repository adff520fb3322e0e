"""What a worker is told first: see far.py, which reads it."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import socket
import sys
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from trtexp.workers.conversation import short
from trtexp.workers.spec import WorkerSpec


def handshake(place: WorkerSpec, timeouts: Mapping[str, float], engine: Mapping[str, Any]) -> dict[str, Any]:
    """engine: what the engine's own `serve` is given. A GPU is counted as nvidia-smi does."""
    gpu = place.gpu
    return {
        "sources": engine_sources(),
        "environment": {} if gpu is None else {"CUDA_VISIBLE_DEVICES": gpu, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"},
        "run": run_id(),
        "who": who(),
        "timeouts": dict(timeouts),
        "debug": bool(os.environ.get("TRTEXP_DEBUG")),
        "engine": dict(engine),
    }


@cache
def engine_sources() -> dict[str, bytes]:
    """The rooms `definition`, `engine` and `files`, path -> source: all that a worker needs of this package."""
    package = resources.files("trtexp")
    sources = {f"trtexp/{name}": (package / name).read_bytes() for name in ("__init__.py", "errors.py")}
    for room in ("definition", "engine", "files"):
        for item in (package / room).iterdir():
            if item.name.endswith(".py"):
                sources[f"trtexp/{room}/{item.name}"] = item.read_bytes()
    return sources


def run_id() -> str:
    """The run whose workers share a GPU: this process, or TRTEXP_RUN where several processes are one run."""
    return re.sub(r"\W", "_", os.environ.get("TRTEXP_RUN", ""), flags=re.ASCII) or _process()


@cache
def _process() -> str:
    return f"{os.getpid()}-{secrets.token_hex(4)}"


@cache
def who() -> str:
    return f"process {os.getpid()} on {socket.gethostname()} ({short(shlex.join(sys.argv))})"
