"""reports/BENCHMARK.md: the sections of the machines that measured them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HEAD = """\
# Benchmark

Written by `make bench`; every figure was measured on the machine that its section names.
"""
TITLES = {"cpu": "## Without a GPU", "gpu": "## On a GPU"}


def page(parts: Mapping[str, str]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *(parts[name] + "\n" for name in ("gpu", "cpu") if name in parts)])


def merge(path: Path, measured: Mapping[str, str]) -> dict[str, str]:
    """What was measured now, and from the page as it is the sections that were not."""
    kept: dict[str, str] = {}
    if path.is_file():
        for section in path.read_text(encoding="utf-8").split("\n## ")[1:]:
            text = f"## {section}".rstrip()
            kept |= {name: text for name, title in TITLES.items() if text.startswith(title)}
    return kept | dict(measured)
