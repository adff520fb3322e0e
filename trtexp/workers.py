"""Worker processes: TensorRT runs in them, never here, so that a fault there costs one case.

A worker lives in the interpreter that has the release and stays for the whole run. The transport is execnet: another
interpreter, binary data, and a clear signal when the other side dies. The far side needs only numpy, TensorRT and
cuda-python: the engine's own source travels with the first message.
"""

from __future__ import annotations

import os
import signal
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from io import BytesIO
from typing import Any

from trtexp.definition import Array, NetworkDefinition
from trtexp.engine.outcome import LogLine, Outcome, Release
from trtexp.engine.wire import pack_arrays, pack_definition, unpack_outcome, unpack_release

#: Seconds that a phase may take.
TIMEOUTS = {"start": 120.0, "builder": 180.0, "define": 120.0, "build": 900.0, "run": 120.0}
LAST_LINES = 20

BOOTSTRAP = """
import os, sys, tempfile
if not os.environ.get("TRTEXP_DEBUG"):  # compilers inside TensorRT write there; what matters is in its log
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
source = channel.receive()
archive = tempfile.NamedTemporaryFile(suffix=".zip")
archive.write(source)
archive.flush()
sys.path.insert(0, archive.name)
from trtexp.engine.worker import serve
serve(channel, channel.receive())
"""


class WorkerUnavailable(RuntimeError):
    """No worker can be had: one sentence that says what was looked for and what to do."""


@dataclass(frozen=True)
class Place:
    """Where a worker runs. python: its interpreter. flavour: `tensorrt`, `tensorrt-rtx`, or None for what is there."""

    python: str = sys.executable
    flavour: str | None = None


class Worker:
    """One worker process. Raises WorkerUnavailable when made; `run` never raises for what happens over there."""

    def __init__(self, place: Place, timeouts: Mapping[str, float] = TIMEOUTS) -> None:
        self.place = place
        self.timeouts = {**TIMEOUTS, **timeouts}
        self._count = 0
        self._gateway: Any = None
        self.release = self._start()

    def _start(self) -> Release:
        import execnet

        try:
            self._gateway = execnet.makegateway(f"popen//python={self.place.python}")
            self._channel = self._gateway.remote_exec(BOOTSTRAP)
            self._channel.send(_engine_source())
            self._channel.send(self.place.flavour)
            kind, content = self._channel.receive(timeout=self.timeouts["start"])
        except (execnet.HostNotFound, OSError, EOFError, self._errors()) as error:
            self.close()
            first = (str(error).strip().splitlines() or [type(error).__name__])[-1]
            raise WorkerUnavailable(f"no worker starts in {self.place.python}: {first}") from error
        if kind == "unavailable":
            self.close()
            raise WorkerUnavailable(content)
        return unpack_release(content)

    def run(self, definition: NetworkDefinition, feeds: Mapping[str, Array]) -> Outcome:
        """Build and run one definition. A crash or a hang over there is an Outcome, and a new worker takes over."""
        import execnet

        self._count += 1
        text, weights = pack_definition(definition)
        phase, log = "define", list[LogLine]()
        try:
            self._channel.send(("run", self._count, text, weights, pack_arrays(feeds), False))
            while True:
                kind, *content = self._channel.receive(timeout=self.timeouts[phase])
                if kind == "phase":
                    phase = content[1]
                elif kind == "log":
                    log.append(LogLine(content[1], content[2]))
                elif kind == "outcome":
                    return unpack_outcome(content[1])
                elif kind == "unavailable":
                    self._restart()
        except execnet.TimeoutError:
            message = f"no answer within {self.timeouts[phase]:g} s of {phase}"
            ended = Outcome("timeout", _shown(phase), message, log=tuple(log[-LAST_LINES:]))
        except (EOFError, OSError):
            ended = Outcome("crashed", _shown(phase), self._death(), log=tuple(log[-LAST_LINES:]))
        self._restart()
        return ended

    def close(self) -> None:
        """End the process, politely or not."""
        if self._gateway is None:
            return
        process = self._process()
        if process is not None and process.poll() is None:
            process.kill()
        self._gateway.exit()
        self._gateway = None

    def _restart(self) -> None:
        self.close()
        self._start()

    def _process(self) -> Any:
        return getattr(getattr(self._gateway, "_io", None), "popen", None)

    def _death(self) -> str:
        """How the process ended: by which signal, or with which exit code."""
        process = self._process()
        code = process.wait(timeout=10) if process is not None else None
        if code is None:
            return "the worker is gone"
        if code < 0:
            return f"the worker was ended by signal {-code} ({signal.Signals(-code).name})"
        return f"the worker ended with exit code {code}"

    @staticmethod
    def _errors() -> type[Exception]:
        import execnet

        return execnet.RemoteError  # type: ignore[no-any-return]


def _shown(phase: str) -> str:
    """The builder is made for the sake of the build."""
    return "build" if phase == "builder" else phase


def _engine_source() -> bytes:
    """The definition and the engine as a zip that Python can import from."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        package = resources.files("trtexp")
        for name in ("__init__.py", "definition.py"):
            archive.writestr(f"trtexp/{name}", (package / name).read_bytes())
        for item in (package / "engine").iterdir():
            if item.name.endswith(".py"):
                archive.writestr(f"trtexp/engine/{item.name}", item.read_bytes())
    return buffer.getvalue()


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
