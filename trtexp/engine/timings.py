"""The timing cache: how long each tactic took, shared by all builds of a process and kept for the next one."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from typing import Any

from trtexp.engine.cache import Cache, CacheKey
from trtexp.engine.differences import Api
from trtexp.engine.log import Log

SAVE_EVERY_BUILDS = 32
SAVE_EVERY_SECONDS = 30.0


class Timings:
    """One timing cache, read from disk at the first build. Losing it costs time only; nothing here raises or logs."""

    def __init__(self, cache: Cache | None, key: CacheKey) -> None:
        self._cache = cache
        self._key = key
        self._shared: Any = None
        self._on_disk = b""  # digest of what was last read or written
        self._unsaved = 0
        self._saved = time.monotonic()

    def attach(self, api: Api, config: Any, log: Log) -> None:
        """Give the shared timing cache to the config of a build."""
        if not api.times_tactics:
            return
        mark = log.mark()
        if self._shared is None:
            self._shared = self._read(api, config)
        if self._shared is None or not config.set_timing_cache(self._shared, False):  # of another device, or damaged
            self._shared = api.timing_cache(config)
            if self._shared is not None:
                config.set_timing_cache(self._shared, False)
        log.forget(mark)
        if self._shared is not None:
            self._unsaved += 1

    def save_if_due(self, api: Api, builder: Any, log: Log) -> None:
        """Save it once in a while."""
        if self._unsaved >= SAVE_EVERY_BUILDS or time.monotonic() - self._saved > SAVE_EVERY_SECONDS:
            self.save(api, builder, log)

    def save(self, api: Api, builder: Any, log: Log) -> None:
        """Write it back if it grew, together with what other processes wrote meanwhile."""
        if self._cache is None or not self._unsaved:
            return
        self._unsaved, self._saved = 0, time.monotonic()
        mark = log.mark()
        before = self._on_disk
        with suppress(RuntimeError, TypeError):  # TensorRT refuses: what was measured is lost
            others = self._read(api, builder.create_builder_config())
            if others is not None and self._on_disk != before:
                self._shared.combine(others, False)
            timing = bytes(self._shared.serialize())
            if _digest(timing) != self._on_disk:
                self._on_disk = _digest(timing)
                self._cache.keep_timing(self._key, timing)
        log.forget(mark)

    def _read(self, api: Api, config: Any) -> Any | None:
        """What is on disk, as TensorRT's object; None where there is nothing or nothing of use."""
        timing = None if self._cache is None else self._cache.timing(self._key)
        if timing is None:
            return None
        self._on_disk = _digest(timing)
        return api.timing_cache(config, timing)


def _digest(timing: bytes) -> bytes:
    return hashlib.sha256(timing).digest()
