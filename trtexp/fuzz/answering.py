"""The far end of `aside.py`: a process that answers for a device until nobody listens any more."""

from __future__ import annotations

import json
import signal
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection

from trtexp import __version__
from trtexp.engine.outcome import Outcome
from trtexp.fuzz.network import Answer, Data, network
from trtexp.fuzz.replies import Reply, Told
from trtexp.fuzz.standing_in import legal, lies
from trtexp.fuzz.values import answer_of, case_of, valued
from trtexp.spec.case import Case

#: What answers about a valid network around a layer.
Answering = Callable[[str, Data], Reply]


def main() -> None:
    """Say the version, then answer. What the device needs and is not installed is said in its place."""
    line = Connection(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the other side
    with suppress(EOFError, OSError):
        try:
            version, answer = _device(sys.argv[3])
        except ImportError as error:
            line.send((f"{error}: pip install 'trtexp[onnx]' onnxruntime",))
            return
        line.send(version)
        while True:
            word, data = line.recv()
            line.send(answer(word, data))


def _device(name: str) -> tuple[str, Answering]:
    """(version, what answers). Raises ImportError."""
    if name == "references":
        return __version__, references
    from trtexp.fuzz.onnx_runtime.device import VERSION, onnx_runtime

    return VERSION, onnx_runtime


def references(word: str, data: Data) -> Reply:
    """What trtexp's own references say, and a few lies about it, each judged."""
    case = case_of(network(data), None)
    ours = answer_of(case)
    if ours.refusal or ours.too_large:
        phase, message = "define", f"{ours.layer}: {ours.refusal}"
        return Reply((Told(Outcome("error", phase, message)),))  # type: ignore[arg-type]
    turn = zlib.crc32(json.dumps(data).encode())
    right = legal(case, turn)
    told = [_told(case, word, ours, right)]
    told += [_told(case, word, ours, wrong, lie) for lie, wrong in lies(case, right, turn)]
    return Reply(tuple(told))


def _told(case: Case, word: str, ours: Answer, outcome: Outcome, lie: str = "") -> Told:
    return Told(outcome, lie, valued(case, word, ours, outcome))
