"""Another process that answers for a device that is no TensorRT: ONNX Runtime, or the references as they stand on the
disk. Whatever becomes of it, this process lives on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe

from trtexp.engine.outcome import Outcome
from trtexp.errors import NoGpu
from trtexp.fuzz.network import Data
from trtexp.fuzz.replies import Device, Reply, Told
from trtexp.workers.definer import Deaths
from trtexp.workers.spec import TIMEOUTS

SECONDS = TIMEOUTS["start"]  # for one network, and for the start
FIRST = "import json, sys; sys.path[:] = json.loads(sys.argv[2]); from trtexp.fuzz.answering import main; main()"


class Aside:
    """The process of a device, started anew when it dies. Raises NoGpu where there is none, TooManyDeaths."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._deaths = Deaths()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self.version = self._start()

    def ask(self, word: str, batch: Sequence[Data]) -> list[Reply]:
        """What it says of networks that are valid."""
        return [self._ask(word, data) for data in batch]

    def close(self) -> None:
        """End the process."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._line = None

    def _ask(self, word: str, data: Data) -> Reply:
        if self._line is None:
            self._start()
        assert self._line is not None
        outcome: Outcome | None = None
        try:
            self._line.send((word, data))
            if self._line.poll(SECONDS):
                reply: Reply = self._line.recv()
                self._deaths.count(reply.told[0].outcome)
                return reply
            outcome = Outcome("timeout", "run", f"no answer within {SECONDS:g} s")
        except (EOFError, OSError):
            outcome = Outcome("crashed", "run", f"{self.device} {self._end()}")
        self.close()
        self._deaths.count(outcome)
        return Reply((Told(outcome),))

    def _end(self) -> str:
        """How the process ended, in words."""
        assert self._process is not None
        code = self._process.wait()
        with suppress(ValueError):
            return f"was ended by signal {-code} ({signal.Signals(-code).name})"
        return f"ended with exit code {code}"

    def _start(self) -> str:
        here, there = Pipe()
        command = [sys.executable, "-I", "-c", FIRST, str(there.fileno()), json.dumps(sys.path), self.device]
        self._process = subprocess.Popen(
            command, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        there.close()
        self._line = here
        said = None
        with suppress(EOFError, OSError):
            said = here.recv() if here.poll(SECONDS) else None
        if not isinstance(said, str):
            self.close()
            raise NoGpu(f"fuzz: {self.device} does not start: {said[0] if said else 'nothing came'}")
        return said
