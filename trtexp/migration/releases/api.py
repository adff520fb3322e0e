"""The API of each known release: the JSON files that `python -m trtexp.migration.releases.dump` writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
NETWORK_CLASS = "INetworkDefinition"


class UnknownRelease(ValueError):
    """A release that is not known, or not clearly one; the message lists those that are."""


@dataclass(frozen=True, eq=False)
class Release:
    """One release. `name` is that of its file; classes, enums and deprecated stand as they do there."""

    name: str
    flavour: str
    version: str
    classes: Mapping[str, Mapping[str, Any]]
    enums: Mapping[str, list[str]]
    deprecated: Mapping[str, Mapping[str, str]]

    def has(self, name: str) -> bool:
        """Whether the release knows a name, spelled as `expect: {unsupported: …}` spells it: `add_cast`,
        `ISliceLayer.axes`, `PaddingMode.CAFFE_ROUND_UP`, `add_fill(output_type)`, `Weights(FP8)`; or a class or enum.
        """
        return name in self.names

    def made_by(self, kind: str, method: str) -> str | None:
        """The class of what a method of a class returns; None if the release has no such method."""
        found = next((m[method] for m in self._inherited(kind, "methods") if method in m), None)
        return None if found is None else str(found["returns"])

    def demands(self, kind: str, method: str) -> frozenset[str]:
        """The arguments that no overload of a method goes without."""
        found = next((m[method] for m in self._inherited(kind, "methods") if method in m), None)
        if found is None:
            return frozenset()
        return frozenset.intersection(*(frozenset(a for a in _split(o) if a[-1] != "=") for o in found["takes"]))

    def deprecation(self, name: str) -> Mapping[str, str]:
        """What the bindings say of a name: `since` which version it is deprecated, and what to use `instead`."""
        kind, _, member = name.rpartition(".")
        bases = [kind, *self.classes.get(kind, {}).get("bases", ())]
        return next((d for base in bases if (d := self.deprecated.get(f"{base}.{member}".lstrip(".")))), {})

    def members(self, kind: str) -> list[str]:
        """The attributes and methods of a class, those of its bases included, or the members of an enum."""
        if kind in self.enums:
            return self.enums[kind]
        return [name for group in ("attributes", "methods") for owner in self._inherited(kind, group) for name in owner]

    @cached_property
    def names(self) -> frozenset[str]:
        """All that `has` knows."""
        return frozenset(self._all_names())

    def _all_names(self) -> Iterator[str]:
        for kind in (*self.classes, *self.enums):
            yield kind
            yield from (f"{kind}.{member}" for member in self.members(kind))
        for kind, described in self.classes.items():
            for method, signature in described["methods"].items():
                yield from (f"{method}({a.rstrip('=')})" for overload in signature["takes"] for a in _split(overload))
                if kind == NETWORK_CLASS:
                    yield method
        if self.has_pointers:
            yield from (f"Weights({member})" for member in self.enums["DataType"])

    @property
    def has_pointers(self) -> bool:
        """Whether weights can be given by their address, which those need whose type numpy lacks."""
        return any("ptr" in _split(overload) for overload in self.classes["Weights"]["methods"]["__init__"]["takes"])

    def _inherited(self, kind: str, group: str) -> Iterator[Any]:
        for base in (kind, *self.classes.get(kind, {}).get("bases", ())):
            yield self.classes.get(base, {}).get(group, {})


def _split(arguments: str) -> list[str]:
    """`input, axes=` -> its arguments; those with = may be left out."""
    return arguments.split(", ") if arguments else []


@cache
def known() -> tuple[Release, ...]:
    """All known releases, by flavour and from old to new."""
    releases = [
        Release(name=path.stem, **json.loads(path.read_text(encoding="utf-8"))) for path in DATA.glob("tensorrt*.json")
    ]
    return tuple(sorted(releases, key=lambda release: (release.flavour, _numbers(release.version))))


def find(given: str) -> Release:
    """The one known release that a name means: `11.4`, `8.6`, `tensorrt-10.16`, `rtx-1.7`. Raises UnknownRelease."""
    by_name = {f"{release.flavour}-{release.version}": release for release in known()}
    meant = [by_name[name] for name in named(given, by_name)]
    if len(meant) != 1:
        what = f"names {' and '.join(release.name for release in meant)}" if meant else "is not known"
        raise UnknownRelease(f"{given} {what}; known are: {', '.join(release.name for release in known())}")
    return meant[0]


def named(given: str, names: Iterable[str]) -> list[str]:
    """Those of some names of releases, `tensorrt-8.5.3.1`, that are meant: by the whole name, without `tensorrt-`, and
    without last numbers."""
    every, (flavour, version) = list(names), spelled(given)
    parts = version.split(".")
    alike = [
        name
        for name in every
        if (own := name.rpartition("-"))[0] == flavour and own[2].split(".")[: len(parts)] == parts
    ]
    return [given] if given in every else alike


def spelled(given: str) -> tuple[str, str]:
    """The flavour and the version in the name of a release: `8.6` means tensorrt, `rtx-1.7` means tensorrt-rtx."""
    flavour, _, version = given.strip().lower().replace(" ", "-").replace("_", "-").rpartition("-")
    return {"": "tensorrt", "rtx": "tensorrt-rtx", "trt": "tensorrt"}.get(flavour, flavour), version


def name_of(flavour: str, version: str) -> str:
    """How a release is called: tensorrt-8.5.3 of 8.5.3.1, tensorrt-10.16 of 10.16.1.11, by two numbers from 10.x on."""
    parts = version.split(".")
    return f"{flavour}-{'.'.join(parts[: 3 if flavour == 'tensorrt' and int(parts[0]) < 10 else 2])}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
