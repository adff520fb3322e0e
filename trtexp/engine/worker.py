"""The far end of a channel: answers one definition after another until it is told to stop.

It sends ("hello", release) or ("unavailable", sentence), then for every ("run", id, definition, weights, feeds,
build_only, repeat): ("phase", id, name) as each phase starts, ("log", id, severity, text) as lines come, perhaps
("note", id, sentence) for the user and not for the record, and at last ("outcome", id, outcome). repeat is None or
[builds, runs], and may be left out. For ("define", id, [[definition, weights], …], read) it sends an ("outcome", id,
outcome) for each definition as soon as it has it, and nothing else, so that one that kills it is the next. read:
whether the networks are read back; False if it is left out. For ("program", id, path, source, function) it has a
user's function define a network, reads that back, and sends an ("outcome", id, outcome). ("stop",) or the end of the
channel ends it. Where a CUDA error has spoilt the process, it sends ("unavailable", sentence) after the outcome and
ends: the next case needs a new process. Forms: see wire.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

from trtexp.definition.facts import LogLine
from trtexp.engine.cache import DEFAULT_LIMIT, Cache
from trtexp.engine.outcome import Outcome
from trtexp.engine.session import Session
from trtexp.engine.tensorrt_module import EngineUnavailable
from trtexp.engine.wire import pack_outcome, pack_release, unpack_arrays, unpack_definition


class Channel(Protocol):
    """What is used of an execnet channel."""

    def send(self, item: Any) -> None: ...

    def receive(self) -> Any: ...


def serve(channel: Channel, settings: Mapping[str, Any] | str | None = None) -> None:
    """Answer until ("stop",) comes or the other side is gone. No message ends it otherwise.

    settings: flavour; cache, the folder or None; cache_key, of the user; cache_limit, bytes. Or the flavour alone.
    """
    given: Mapping[str, Any] = settings if isinstance(settings, Mapping) else {"flavour": settings}
    folder = given.get("cache")
    cache = None if folder is None else Cache(folder, given["cache_key"], given.get("cache_limit") or DEFAULT_LIMIT)
    try:
        session = Session(given.get("flavour"), cache)
    except EngineUnavailable as error:
        channel.send(("unavailable", str(error)))
        return
    with suppress(EOFError, OSError):  # the other side is gone: nobody waits for an answer
        channel.send(("hello", pack_release(session.release)))
        if not _converse(channel, session):
            return
    session.close()


def _converse(channel: Channel, session: Session) -> bool:
    """Answer until ("stop",) comes: True; or until CUDA is of no use any more: False."""
    noted = 0
    while (message := channel.receive()) != ("stop",):
        identity = message[1] if isinstance(message, tuple) and len(message) > 1 else None
        if isinstance(message, tuple) and message[:1] == ("define",):
            _define(channel, session, identity, message)
            continue
        if isinstance(message, tuple) and message[:1] == ("program",):
            channel.send(("outcome", identity, pack_outcome(session.define_by(*map(str, message[2:])))))
            continue
        outcome = _answer(channel, session, identity, message)
        for text in [] if session.cache is None else session.cache.said[noted:]:
            channel.send(("note", identity, text))
            noted += 1
        channel.send(("outcome", identity, pack_outcome(outcome)))
        if outcome.phase in ("build", "run") and not session.usable():
            channel.send(("unavailable", f"CUDA is of no use any more to this process, after: {outcome.message}"))
            return False
    return True


def _answer(channel: Channel, session: Session, identity: Any, message: Any) -> Outcome:
    def on_phase(name: str) -> None:
        channel.send(("phase", identity, name))

    def on_log(line: LogLine) -> None:
        with suppress(OSError):  # called from within TensorRT, which no exception may pass through
            channel.send(("log", identity, line.severity, line.text))

    session.log.listener = on_log
    try:
        kind, _, text, weights, feeds, build_only, *rest = message
        if kind != "run":
            raise ValueError(f"a message of kind {kind!r} is not known")
        definition, tensors = unpack_definition(text, weights), unpack_arrays(feeds)
        return session.run(definition, tensors, bool(build_only), on_phase, _repeat(*rest))
    except Exception as error:
        return Outcome("error", message=f"internal: {type(error).__name__}: {error}")
    finally:
        session.log.listener = None


def _define(channel: Channel, session: Session, identity: Any, message: tuple[Any, ...]) -> None:
    """Answer each definition of a batch. What cannot be read is an outcome like others."""
    _, _, batch, *read = message
    for text, weights in batch:
        try:
            outcome = session.define(unpack_definition(text, weights), *map(bool, read))
        except Exception as error:
            outcome = Outcome("error", message=f"internal: {type(error).__name__}: {error}")
        channel.send(("outcome", identity, pack_outcome(outcome)))


def _repeat(given: Any = None) -> tuple[int, int] | None:
    """Raises ValueError or TypeError for what is neither None nor two numbers of at least 1."""
    if given is None:
        return None
    builds, runs = map(int, given)
    if min(builds, runs) < 1:
        raise ValueError(f"repeat: {builds} builds and {runs} runs were asked for; give at least 1 of each")
    return builds, runs
