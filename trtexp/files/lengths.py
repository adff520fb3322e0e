"""Paths that a file system takes, also with what is added to them while a file is written."""

from __future__ import annotations

import os
from pathlib import Path

MOST_PART = 255 - 35  # bytes of a name, without those of a suffix, and of a file that is half written beside it
MOST_PATH = 4095 - 1023  # bytes of a whole path, without those of what is below it


def too_long(path: Path) -> str | None:
    """What is too long about a path that is to be written, or about one below it: a clause; None if nothing is."""
    part = max((len(os.fsencode(name)) for name in path.parts), default=0)
    if part > MOST_PART:
        return f"a name of {part} bytes; at most {MOST_PART} are allowed"
    whole = len(os.fsencode(path.absolute()))
    return f"a path of {whole} bytes; at most {MOST_PATH} are allowed" if whole > MOST_PATH else None
