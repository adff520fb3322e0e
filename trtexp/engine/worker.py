"""The far end of a channel: answers one definition after another until it is told to stop.

It sends ("hello", release) or ("unavailable", sentence), then for every ("run", id, definition, weights, feeds,
build_only): ("phase", id, name) as each phase starts, ("log", id, severity, text) as lines come, and at last
("outcome", id, outcome). ("stop",) or the end of the channel ends it. Where a CUDA error has spoilt the process, it
sends ("unavailable", sentence) after the outcome and ends: the next case needs a new process. Forms: see wire.py.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol

from trtexp.engine.outcome import LogLine, Outcome
from trtexp.engine.session import Session
from trtexp.engine.tensorrt_module import EngineUnavailable
from trtexp.engine.wire import pack_outcome, pack_release, unpack_arrays, unpack_definition


class Channel(Protocol):
    """What is used of an execnet channel."""

    def send(self, item: Any) -> None: ...

    def receive(self) -> Any: ...


def serve(channel: Channel, flavour: str | None = None) -> None:
    """Answer until ("stop",) comes or the other side is gone. No message ends it otherwise."""
    try:
        session = Session(flavour)
    except EngineUnavailable as error:
        channel.send(("unavailable", str(error)))
        return
    with suppress(EOFError, OSError):  # the other side is gone: nobody waits for an answer
        channel.send(("hello", pack_release(session.release)))
        while (message := channel.receive()) != ("stop",):
            identity = message[1] if isinstance(message, tuple) and len(message) > 1 else None
            outcome = _answer(channel, session, identity, message)
            channel.send(("outcome", identity, pack_outcome(outcome)))
            if outcome.phase == "run" and not session.usable():
                channel.send(("unavailable", f"CUDA is of no use any more to this process, after: {outcome.message}"))
                return


def _answer(channel: Channel, session: Session, identity: Any, message: Any) -> Outcome:
    def on_phase(name: str) -> None:
        channel.send(("phase", identity, name))

    def on_log(line: LogLine) -> None:
        with suppress(OSError):  # called from within TensorRT, which no exception may pass through
            channel.send(("log", identity, line.severity, line.text))

    session.log.listener = on_log
    try:
        kind, _, text, weights, feeds, build_only = message
        if kind != "run":
            raise ValueError(f"a message of kind {kind!r} is not known")
        return session.run(unpack_definition(text, weights), unpack_arrays(feeds), bool(build_only), on_phase)
    except Exception as error:
        return Outcome("error", message=f"internal: {type(error).__name__}: {error}")
    finally:
        session.log.listener = None
