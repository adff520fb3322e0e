"""The `releases:` entry that declares what a release lacks."""

from __future__ import annotations

from typing import NamedTuple

from trtexp.migration.releases.api import known, name_of
from trtexp.records.model import ReleaseRecord
from trtexp.spec.source import quoted


class _Known(NamedTuple):
    """A release of the flavour, and whether it has the name."""

    numbers: tuple[int, ...]
    version: str
    has: bool


def entry(release: ReleaseRecord, missing: str) -> list[str]:
    """Lines of YAML for a file or a case. missing: the name, as `expect: {unsupported: …}` has it."""
    requirement, reason = _requirement(release, missing)
    expect = f"expect: {{unsupported: {quoted(missing)}}}"
    return ["releases:", f'  "{requirement}":', f"    {expect}", f"    reason: {reason}"]


def entry_line(release: ReleaseRecord, missing: str) -> str:
    """The same in a line, as it stands below `releases:`."""
    requirement, reason = _requirement(release, missing)
    return f'"{requirement}": {{expect: {{unsupported: {quoted(missing)}}}, reason: {quoted(reason)}}}'


def _requirement(release: ReleaseRecord, missing: str) -> tuple[str, str]:
    """The releases that lack a name, as far as is known, this one among them; and how that is known."""
    flavour, here = release.flavour, name_of(release.flavour, release.version)
    prefix = len(f"{flavour}-")
    line = [
        _Known(_numbers(one.version), one.name[prefix:], one.has(missing))
        for one in known()
        if one.flavour == flavour and one.name != here
    ]
    line = sorted([*line, _Known(_numbers(release.version), here[prefix:], False)])
    place = next(i for i, one in enumerate(line) if one.version == here[prefix:])
    having = [i for i, one in enumerate(line) if one.has]
    if not having:
        return flavour, f"No known {flavour} has it."
    if place < having[0]:
        lacks, has = line[having[0] - 1], line[having[0]]
        return f"{flavour}<{_boundary(lacks, has)}", f"{lacks.version} lacks it, {has.version} has it."
    if place > having[-1]:
        has, lacks = line[having[-1]], line[having[-1] + 1]
        return f"{flavour}>={_boundary(has, lacks)}", f"{has.version} has it, {lacks.version} lacks it."
    return f"{flavour}=={release.version}", f"{release.version} lacks it, older and newer ones have it."


def _boundary(before: _Known, after: _Known) -> str:
    """The version from which on it is otherwise: `10` between 8.6.0 and 10.16, `8.6` between 8.5.3 and 8.6.0."""
    return after.version.removesuffix(".0") if before.numbers[0] == after.numbers[0] else str(after.numbers[0])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
