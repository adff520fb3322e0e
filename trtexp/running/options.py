"""What a user may say about where cases are answered. Only the standard library is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trtexp.files.home import CACHE


@dataclass(frozen=True)
class TargetOptions:
    """Which TensorRT answers, and how.

    backend: `auto`, `tensorrt`, `build` or `reference`.
    python: the interpreter that has TensorRT, None for this one; workers: `RELEASE=EXE`, instead of both.
    gpu: numbers with commas between, None for the first.
    timeouts: `PHASE=SECONDS`.
    record: where answers are kept; replay: where they were kept before.
    cache: of built engines, None for no cache.
    """

    backend: str = "auto"
    python: str | None = None
    workers: tuple[str, ...] = ()
    gpu: str | None = None
    timeouts: tuple[str, ...] = ()
    record: Path | None = None
    replay: Path | None = None
    cache: Path | None = CACHE
