"""Worker processes: TensorRT runs in them, never here, so that a fault there costs one case.

A worker lives in the interpreter that has the release and stays for the whole run. The transport is execnet: another
interpreter, another host, binary data, and a clear signal when the other side dies. The far side needs only numpy,
TensorRT and cuda-python: the engine's own source travels with the first message.

May import engine, definition and files, and execnet.
"""

from trtexp.workers.crew import Crew, Unsettled
from trtexp.workers.spec import TIMEOUTS, WorkerSpec, parse_timeouts, parse_worker
from trtexp.workers.worker import Worker, WorkerClosed, WorkerEvent, WorkerOptions, WorkerUnavailable

__all__ = [
    "TIMEOUTS",
    "Crew",
    "Unsettled",
    "Worker",
    "WorkerClosed",
    "WorkerEvent",
    "WorkerOptions",
    "WorkerSpec",
    "WorkerUnavailable",
    "parse_timeouts",
    "parse_worker",
]
