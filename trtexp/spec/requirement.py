"""Requirement strings of `releases:`: `tensorrt>=10 | tensorrt-rtx`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet

FLAVOURS = ("tensorrt", "tensorrt-rtx", "reference")
_PART = re.compile(r"\s*(tensorrt-rtx|tensorrt|reference)\s*([<>=!~][^|]*)?\s*")


@dataclass(frozen=True)
class Target:
    """What an experiment is run against: a flavour and its version; the reference has version 0.

    compute_capability: of the GPU, `9.0`, None if it is not known.
    """

    flavour: str
    version: str = "0"
    compute_capability: str | None = None


@cache
def matcher(requirement: str) -> tuple[tuple[str, SpecifierSet], ...]:
    """The alternatives of a requirement string. Raises ValueError."""
    parts = []
    for text in requirement.split("|"):
        match = _PART.fullmatch(text)
        try:
            if match is None:
                raise InvalidSpecifier(text)
            parts.append((match[1], SpecifierSet((match[2] or "").strip())))
        except InvalidSpecifier as error:
            raise ValueError(
                f"{text.strip()!r} is no requirement; write one of {', '.join(FLAVOURS)}, with a version as in "
                "tensorrt>=8.6,<10, and | between alternatives"
            ) from error
    return tuple(parts)


def matches(requirement: str, target: Target) -> bool:
    """Whether the target meets the requirement."""
    return any(
        flavour == target.flavour and versions.contains(target.version, prereleases=True)
        for flavour, versions in matcher(requirement)
    )
