"""What goes wrong, by name. A layer named `segv_build` faults while it is built, `segv_once_build` the first time only.

The state of `once` is a folder, STANDIN_STATE: the process that faults is gone when it is asked again.
"""

import ctypes
import gc
import os
import re
import signal
import sys
import time
from pathlib import Path


def _channel():
    return next(o for o in gc.get_objects() if type(o).__name__ == "Channel")


def _number():
    """The number of the case at hand, as the engine's worker knows it."""
    frame = sys._getframe()
    while "identity" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["identity"]


def _pipe():
    return _channel().gateway._io.outfile.fileno()


def segv():
    ctypes.string_at(0)


def abort():
    os.write(2, b"terminate called after throwing an instance of 'std::runtime_error'\n  what():  stand-in\n")
    os.abort()


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def stop():
    os.kill(os.getpid(), signal.SIGSTOP)


def leave():
    os._exit(3)


def hang():
    while True:
        time.sleep(60)


def hold():
    """Hang with Python's lock held: no thread of this process runs any more."""
    ctypes.PyDLL(None).sleep(600)


def loud():
    """More on stderr than a pipe holds, and then a crash."""
    for number in range(40000):
        os.write(2, b"noise number %d\n" % number)
    segv()


def garbage():
    _channel().send(("what", "is", "this"))


def number():
    _channel().send(42)


def stray():
    _channel().send(("phase", 999999, "run"))


def unreadable():
    _channel().send(("outcome", _number(), {"status": "ran"}))


def noise():
    os.write(_pipe(), b"\xff" * 64)


def chatter():
    os.write(_pipe(), b"a library that prints to the wrong place\n" * 3)
    hang()


def shut():
    os.close(_pipe())


FAULTS = {
    function.__name__: function
    for function in (
        (segv, abort, kill, stop, leave, hang, hold, loud, garbage, number, stray, unreadable, noise, chatter, shut)
    )
} | {"crash": segv, "exit": leave}
PATTERN = re.compile(rf"({'|'.join([*FAULTS, 'oom', 'poison', 'slow'])})(_once)?_(define|build|run)")


def wanted(name, phase):
    """The fault that a layer's name asks for in a phase; None for none."""
    found = PATTERN.search(name)
    if not found or found[3] != phase:
        return None
    if found[2]:
        mark = Path(os.environ["STANDIN_STATE"], found[0])
        if mark.exists():
            return None
        mark.touch()
    return found[1]


def at_start():
    """STANDIN_START=segv: always; segv_2: twice, counted in STANDIN_STATE. STANDIN_BROKEN: once that file is there."""
    if "STANDIN_BROKEN" in os.environ and Path(os.environ["STANDIN_BROKEN"]).exists():
        leave()
    fault, _, times = os.environ.get("STANDIN_START", "").partition("_")
    if not fault:
        return
    if times:
        marks = [Path(os.environ["STANDIN_STATE"], f"start-{n}") for n in range(int(times))]
        left = [mark for mark in marks if not mark.exists()]
        if not left:
            return
        left[0].touch()
    FAULTS[fault]()
