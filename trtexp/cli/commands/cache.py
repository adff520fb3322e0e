"""trtexp cache"""

from __future__ import annotations

from pathlib import Path

from trtexp.cli.options import CacheOptions
from trtexp.engine.cache import clear, usage


def cache(options: CacheOptions) -> int:
    """Raises OSError."""
    return {"info": info, "clear": empty}[options.what](options.cache)


def info(folder: Path) -> int:
    """Print what the cache holds of each release."""
    found = usage(folder)
    if not found:
        print(f"{folder}: nothing is cached")
        return 0
    for one in found:
        entries = "1 engine" if one.entries == 1 else f"{one.entries} engines"
        print(f"{folder / one.release}: {entries} and refusals, {_size(one.size)}")
    return 0


def empty(folder: Path) -> int:
    """Delete what is cached. Raises OSError."""
    size = sum(one.size for one in usage(folder))
    clear(folder)
    print(f"{folder}: {_size(size)} deleted" if size else f"{folder}: nothing was cached")
    return 0


def _size(size: int) -> str:
    """Bytes in words: `1.4 MB`."""
    value = float(size)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} GB"
