"""Requirement strings of `releases:`: `tensorrt>=10 | tensorrt-rtx`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

FLAVOURS = ("tensorrt", "tensorrt-rtx", "reference")
_PART = re.compile(r"\s*(tensorrt-rtx|tensorrt|reference)\s*((?!===)[<>=!~][^|]*)?\s*")


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
            forms = f"one of {', '.join(FLAVOURS)}, with a version as in tensorrt>=8.6,<10, and | between alternatives"
            raise ValueError(f"{text.strip()!r} is no requirement; write {_meant(text) or forms}") from error
    return tuple(parts)


def _meant(text: str) -> str:
    """The requirement that the name of a release means: `8.6`, `TensorRT 8.6`, `rtx-1.7`."""
    found = re.fullmatch(r"(?i)\s*(?:tensorrt|trt)?[ _-]?(rtx)?[ =v_-]*(\d+(?:\.\d+)+)\s*", text)
    return f"tensorrt{'-rtx' if found[1] else ''}=={found[2]}.*" if found else ""


def matches(requirement: str, target: Target) -> bool:
    """Whether the target meets the requirement; one that is none is met by nobody, and a fault of its own."""
    return bool(met((requirement,), (target,))[requirement])


def targets(requirements: Iterable[str]) -> Iterator[Target]:
    """A target for each alternative of the requirement strings, so that each of them is met at least once."""
    seen = set()
    for requirement in requirements:
        for flavour, versions in _alternatives(requirement):
            numbers = {spec.version.removesuffix(".*") for spec in versions}
            for version in (*numbers, *(f"{n}{end}" for n in numbers for end in (".99999", ".0.0.1")), "0", "99"):
                if (flavour, str(versions)) not in seen and versions.contains(version, prereleases=True):
                    seen.add((flavour, str(versions)))
                    yield Target(flavour, version)


def met(requirements: Iterable[str], among: Iterable[Target]) -> dict[str, set[int]]:
    """The numbers of the targets that meet each requirement string.

    Each specifier is looked up in the sorted versions instead of being asked about every one of them.
    """
    numbered: dict[str, list[tuple[Version, int]]] = {flavour: [] for flavour in FLAVOURS}
    for number, target in enumerate(among):
        with suppress(InvalidVersion):  # of a release that counts otherwise, and meets no requirement
            numbered[target.flavour].append((Version(target.version), number))
    numbered = {flavour: sorted(pairs) for flavour, pairs in numbered.items()}
    versions = {flavour: [version for version, _ in pairs] for flavour, pairs in numbered.items()}
    return {
        requirement: {
            numbered[flavour][place][1]
            for flavour, specs in _alternatives(requirement)
            for place in _met(specs, versions[flavour])
        }
        for requirement in requirements
    }


def _alternatives(requirement: str) -> tuple[tuple[str, SpecifierSet], ...]:
    try:
        return matcher(requirement)
    except ValueError:
        return ()


def _met(specs: SpecifierSet, versions: Sequence[Version]) -> set[int]:
    """The places of the versions, which are sorted, that meet all of the specifiers."""
    low, high, out = 0, len(versions), set[int]()
    for spec in specs:
        first, last = _span(spec, versions)
        if spec.operator == "!=":
            out |= {*range(first, last)}
        else:
            low, high = max(low, first), min(high, last)
    return {*range(low, high)} - out


def _span(spec: Specifier, versions: Sequence[Version]) -> tuple[int, int]:
    """From where to where versions meet a specifier, or are what a `!=` leaves out: they stand side by side."""
    inside = Specifier(f"=={spec.version}") if spec.operator == "!=" else spec

    def is_met(version: Version) -> bool:
        return inside.contains(version, prereleases=True)

    if spec.operator in (">", ">="):
        return bisect_left(versions, True, key=is_met), len(versions)
    smallest = re.sub(r"\.\*$", ".dev0", spec.version)
    low = 0 if spec.operator in ("<", "<=") else bisect_left(versions, Version(smallest))
    return low, bisect_left(versions, True, low, key=lambda version: not is_met(version))
