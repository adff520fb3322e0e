"""The package's own code as digests, for what is kept until the code changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
_CODE = (".py", ".json", ".j2")


@cache
def digest(*rooms: str) -> str:
    """A digest of the code and data in some rooms."""
    return _digest(path for room in rooms for path in sorted((PACKAGE / room).rglob("*")))


@cache
def code() -> dict[str, str]:
    """The beginning of the digest of each room, and of the files that are in none."""
    rooms = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
    return {PACKAGE.name: _digest(sorted(PACKAGE.glob("*")))[:16]} | {room: digest(room)[:16] for room in rooms}


def _digest(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        if path.suffix in _CODE:
            found.update(path.read_bytes())
    return found.hexdigest()
