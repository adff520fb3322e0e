"""What runs first in a worker: sent there as source, so it imports nothing but the standard library.

It makes the process one that cannot be left over, waits for the GPU, makes the engine's source importable, and hands
the channel to the engine. Before the engine's own messages (trtexp/engine/worker.py) it may send ("waiting", who), and
sends ("loaded", "") once the engine's source is imported.
"""

from __future__ import annotations

import ctypes
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import select
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

GRACE = 30  # seconds that a phase may overrun here before the process ends itself; the near side ends it long before
LEFT = 113  # the exit code when nothing more is to be done
POLL = 0.5  # seconds between two looks at a GPU that another run holds
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
OWN = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # what others put in a folder for all may be a link or a pipe


def main(channel: Any) -> None:
    """Serve the channel. What the near side sends first is the mapping that `workers.worker` makes."""
    settings = channel.receive()
    quiet(settings["debug"])
    end_with_the_near_side(channel)
    os.environ.update(settings["environment"])
    sys.meta_path.insert(0, Sources(settings["sources"]))
    hold_gpu(channel, settings["run"], settings["who"])
    from trtexp.engine.worker import serve

    channel.send(("loaded", ""))
    serve(Watched(channel, settings["timeouts"]), settings["engine"])
    os._exit(LEFT)  # without the destructors of TensorRT and CUDA, which may hang where a case went wrong


def quiet(debug: bool) -> None:
    """Ctrl-C is the near side's to answer; a core file of a process that holds a GPU is many gigabytes."""
    with suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not debug and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def end_with_the_near_side(channel: Any) -> None:
    """End this process as soon as the near side is gone, whatever TensorRT does at the moment.

    Two ways, since a hang may hold Python's lock: the kernel tells (Linux, a direct child), and a thread that sees the
    end of the pipe. `Watched` is the third, for a hang that holds the lock under a shell or ssh.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if hasattr(select, "poll"):
        pipe = channel.gateway._io.infile.fileno()
        threading.Thread(target=_watch, args=(pipe,), daemon=True).start()


def _watch(pipe: int) -> None:
    poll = select.poll()
    poll.register(pipe, getattr(select, "POLLRDHUP", 0))  # POLLHUP always counts
    while not any(event & ~select.POLLIN for _, event in poll.poll()):
        pass
    os._exit(LEFT)


class Watched:
    """A channel that sets the kernel's alarm while a phase runs: it ends the process even where Python cannot."""

    def __init__(self, channel: Any, timeouts: Mapping[str, float]) -> None:
        self._channel = channel
        self._timeouts = timeouts
        self.receive = channel.receive

    def send(self, item: Any) -> None:
        if hasattr(signal, "alarm"):
            if item[0] == "phase":
                signal.alarm(int(self._timeouts[item[2]]) + GRACE)
            elif item[0] == "outcome":
                signal.alarm(0)
        self._channel.send(item)


class Sources(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):  # type: ignore[misc]  # typeshed's bases
    """Imports modules from a mapping path -> source: `trtexp/engine/build.py`."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = sources

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if self.get_filename(fullname) in self._sources:
            return importlib.util.spec_from_loader(fullname, self)  # no origin: the place is what get_filename says
        return None

    def get_filename(self, fullname: str) -> str:
        path = fullname.replace(".", "/")
        return f"{path}.py" if f"{path}.py" in self._sources else f"{path}/__init__.py"

    def get_data(self, path: Any) -> bytes:
        return self._sources[str(path)]


def hold_gpu(channel: Any, run: str, who: str, folder: Path | None = None) -> tuple[int, ...]:
    """Hold this worker's GPU for one run of this host until the process ends: what is returned are descriptors.

    Workers of one run share it. While another run has it, ("waiting", who) is sent now and then. On a host without a
    GPU, or without flock, nothing is held.
    """
    gpu = gpu_name(os.environ.get("CUDA_VISIBLE_DEVICES"))
    if gpu is None or sys.platform == "win32":
        return ()
    folder = Path(tempfile.gettempdir()) if folder is None else folder
    stem = f"trtexp-gpu-{re.sub('[^A-Za-z0-9-]', '_', gpu)}"
    told = 0.0
    while True:
        with _gate(folder / f"{stem}.gate"):
            others = [path for path in folder.glob(f"{stem}.*.run") if path.name != f"{stem}.{run}.run"]
            holder = next(filter(None, map(_holder, sorted(others))), None)
            if holder is None:
                return (_join(folder / f"{stem}.{run}.run", who),)
        if time.monotonic() - told > 5 * POLL:
            channel.send(("waiting", f"GPU {gpu} is held by {holder}"))
            told = time.monotonic()
        time.sleep(POLL)


@contextmanager
def _gate(path: Path) -> Iterator[None]:
    """For an instant one process at a time: it alone looks at the files of the runs, makes and removes them."""
    import fcntl

    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    """A file that other users may lock too; theirs cannot be opened with O_CREAT in a sticky folder."""
    with suppress(FileNotFoundError):
        return os.open(path, os.O_RDONLY | OWN)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | OWN, 0o644)
    with suppress(OSError):
        os.fchmod(descriptor, 0o644)
    return descriptor


def _holder(path: Path) -> str | None:
    """Who holds a run's file; None if nobody does any more, and then the file is removed."""
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY | OWN)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return os.read(descriptor, 500).decode(errors="replace") or "another run"
    else:
        with suppress(OSError):  # another user's
            path.unlink()
        return None
    finally:
        os.close(descriptor)


def _join(path: Path, who: str) -> int:
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | OWN, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    os.pwrite(descriptor, who.encode(), 0)
    return descriptor


def gpu_name(visible: str | None) -> str | None:
    """The device that CUDA will call 0, before CUDA is loaded: its UUID if NVML knows it; None without any."""
    first = ("0" if visible is None else visible).split(",")[0].strip()
    if first in ("", "-1"):
        return None
    uuids = gpu_uuids()
    if first.isdigit() and int(first) < len(uuids):
        return uuids[int(first)]
    if visible is None and not uuids and not _has_driver():
        return None
    return next((uuid for uuid in uuids if uuid.startswith(first)), first)


def gpu_uuids() -> list[str]:
    """All GPUs of this host as NVML counts them; none where it is not installed."""
    try:
        nvml = ctypes.CDLL("libnvidia-ml.so.1")
        if nvml.nvmlInit_v2() != 0:
            return []
        count, uuids = ctypes.c_uint(), []
        nvml.nvmlDeviceGetCount_v2(ctypes.byref(count))
        for index in range(count.value):
            handle, text = ctypes.c_void_p(), ctypes.create_string_buffer(96)
            if nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle)) == 0:
                nvml.nvmlDeviceGetUUID(handle, text, 96)
            uuids.append(text.value.decode() or str(index))
        nvml.nvmlShutdown()
    except (OSError, AttributeError):
        return []
    return uuids


def _has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True
