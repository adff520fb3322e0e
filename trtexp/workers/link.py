"""One process and the execnet channel to it: every way in which it can end is one of two exceptions."""

from __future__ import annotations

import inspect
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import trtexp.workers.far as far
from trtexp.files.code_path import FIRST_LINE
from trtexp.workers.spec import WorkerSpec
from trtexp.workers.watchdog import Watchdog

TAIL = 8192  # bytes of stderr that are kept
SAFE = {
    "PYTHONSAFEPATH": "1"
}  # CPython 3.13 imports linecache before the line of `-c`, else from the working directory


class Lost(Exception):
    """The process or the channel is gone: how, in words."""


class Faulty(Lost):
    """It would end in the same way again."""


class Slow(Exception):
    """Nothing came in time."""


@cache
def _spawner() -> ThreadPoolExecutor:
    """Linux ends a child with the *thread* that made it (see far.py), so one that lasts makes them all."""
    return ThreadPoolExecutor(1, "trtexp-spawner")


class Link:
    """A process in a place; once opened, the code of far.py runs in it. Raises Lost, Slow."""

    def __init__(self, place: WorkerSpec) -> None:
        self.place = place
        self._expired = self._killed = False
        self._channel: Any = None
        try:
            self.process = _spawner().submit(_spawn, place).result()
        except OSError as error:
            raise Faulty(f"{error.strerror or error}: {error.filename}") from error
        self._tail = _Tail(self.process.stderr)
        self._watchdog = Watchdog(self._expire)

    def open(self, seconds: float) -> None:
        with self._guarded(), self._watchdog.limit(seconds):
            self._channel = _open_channel(self.process)

    def send(self, item: object, seconds: float) -> None:
        """A process that does not read blocks us once the pipe is full, hence the limit."""
        with self._guarded(), self._watchdog.limit(seconds):
            self._channel.send(item)

    def receive(self, seconds: float) -> Any:
        with self._guarded():
            return self._channel.receive(timeout=max(seconds, 0.0))

    def alive(self) -> bool:
        return self._channel is not None and self.process.poll() is None and not self._channel.isclosed()

    def forget_words(self) -> None:
        self._tail.forget()

    def stop(self) -> None:
        """Let an idle worker finish what it has to write, for a moment; to be ended all the same."""
        with suppress(Exception), self._watchdog.limit(0.7):
            self._channel.send(("stop",))
            self._channel.waitclose(0.7)

    def end(self) -> None:
        """Kill it. Safe from any thread, again and again."""
        self._kill()
        self._watchdog.close()
        with suppress(subprocess.TimeoutExpired):  # a process that the kernel holds on to ends when it lets go
            self.process.wait(1.0)

    def last_words(self) -> list[str]:
        """The last lines that it wrote to stderr."""
        return self._tail.lines()

    def _kill(self) -> None:
        if self.process.poll() is None:
            self._killed = True
            with suppress(OSError):
                if self._own_group():
                    os.killpg(self.process.pid, signal.SIGKILL)
                else:
                    self.process.kill()

    def _own_group(self) -> bool:
        return sys.platform != "win32" and self.place.host is None

    def _expire(self) -> None:
        self._expired = True
        self._kill()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """execnet's ways to say that something is wrong -> Lost and Slow."""
        import execnet

        try:
            yield
        except execnet.TimeoutError as error:
            raise Slow from error
        except execnet.RemoteError as error:
            raise Faulty(f"the worker's own code failed: {_last_line(str(error))}") from error
        except (OSError, EOFError, AssertionError, ValueError, execnet.DataFormatError) as error:
            if self._expired:
                raise Slow from error
            raise Lost(self._death()) from error

    def _death(self) -> str:
        """How the process ended: by which signal, or with which exit code."""
        try:
            code = self.process.wait(2.0)
        except subprocess.TimeoutExpired:
            code = far.LEFT
            self.end()
        if code == far.LEFT:
            return "the worker's channel broke while it lived on; it was ended"
        if self._killed and code == -signal.SIGKILL:
            return "the worker was ended from here"
        shell = self.place.host is not None or len(shlex.split(self.place.python)) > 1
        return death(-(code - 128) if shell and 128 < code < 193 else code, self.place.host)


def death(code: int, host: str | None = None) -> str:
    """An exit code of a process in words; negative is a signal."""
    if code == 255 and host is not None:
        return f"the connection to {host} is lost"
    if code >= 0:
        return f"the worker ended with exit code {code}"
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    if code == -9:
        return f"the worker was killed by signal 9{name}, perhaps by the kernel for want of memory"
    return f"the worker was ended by signal {-code}{name}"


def _command(place: WorkerSpec) -> list[str]:
    from execnet.gateway_io import popen_bootstrapline

    line = f"{FIRST_LINE}; {popen_bootstrapline}"
    if place.host is None:
        return [*shlex.split(place.python), "-u", "-c", line]
    # `exit $?` keeps the shell there, which turns the death by a signal into an exit code.
    safe = "".join(f"{name}={value} " for name, value in SAFE.items())
    return ["ssh", "-C", *shlex.split(place.host), f"env {safe}{place.python} -u -c {shlex.quote(line)}; exit $?"]


def _spawn(place: WorkerSpec) -> subprocess.Popen[bytes]:
    """A local worker has its own session, so that Ctrl-C is ours alone; ssh may have to ask for a password."""
    pipe, local = subprocess.PIPE, place.host is None
    return subprocess.Popen(
        _command(place), stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **SAFE}, start_new_session=local
    )


def _open_channel(process: subprocess.Popen[bytes]) -> Any:
    """execnet's own makegateway would hide the process, its stderr, and a start that hangs."""
    from execnet import XSpec
    from execnet.gateway_base import Popen2IO, get_execmodel
    from execnet.gateway_bootstrap import bootstrap

    class Pipes(Popen2IO):
        def wait(self) -> int | None:
            return process.wait()

        def kill(self) -> None:
            process.kill()

    pipes = Pipes(process.stdin, process.stdout, get_execmodel("thread"))
    spec = XSpec(f"popen//python=worker//execmodel=thread//id=worker{process.pid}")
    try:
        gateway = bootstrap(pipes, spec)
        return gateway.remote_exec(f"{inspect.getsource(far)}\nmain(channel)\n")
    except BaseException:
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError, AttributeError):
                pipe.close()  # type: ignore[union-attr]
        raise


class _Tail:
    """Reads a pipe to its end, so that nobody blocks on it, and keeps the last of it."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._bytes = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(OSError, ValueError), self._pipe:
            while data := os.read(self._pipe.fileno(), 1 << 16):
                self._bytes = (self._bytes + data)[-TAIL:]

    def forget(self) -> None:
        self._bytes = b""

    def lines(self) -> list[str]:
        self._thread.join(0.3)
        return [line for line in self._bytes.decode(errors="replace").splitlines() if line.strip()]


def _last_line(text: str) -> str:
    return ([line.strip() for line in text.splitlines() if line.strip()] or ["it did not say how"])[-1]
