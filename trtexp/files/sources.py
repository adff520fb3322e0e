"""The package's own code as a digest, for what is kept until the code changes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


@cache
def digest(*rooms: str) -> str:
    """A digest of the code and data in some rooms."""
    found = hashlib.sha256()
    for room in rooms:
        for path in sorted((PACKAGE / room).rglob("*")):
            if path.suffix in (".py", ".json", ".j2"):
                found.update(path.read_bytes())
    return found.hexdigest()
