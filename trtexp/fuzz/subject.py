"""What of a layer a release has: its small network to start from, and the fields that its model lets change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from trtexp.authoring.scaffold import scaffold
from trtexp.definition.network import DTYPES
from trtexp.errors import NothingFound
from trtexp.fuzz.network import Data, network, word
from trtexp.layers import LAYERS
from trtexp.migration.releases.api import Release, known, name_of
from trtexp.migration.releases.needs import lacks
from trtexp.spec.fields import Field, arguments, attributes
from trtexp.spec.tree import Number

#: The release of a device that is none of TensorRT: the newest one that has the layer at hand.
ANY = ""
#: What layers make that older releases do not ask about.
TYPES = {"add_quantize": "INT8", "add_dequantize": "FLOAT"}


@dataclass(frozen=True)
class Subject:
    """A layer of the table, as a release has it. start: its own small network; dtypes: of tensors."""

    word: str
    release: str
    start: Data
    arguments: tuple[Field, ...]
    attributes: tuple[Field, ...]
    dtypes: tuple[str, ...]


@cache
def subject(name: str, release: str) -> Subject | None:
    """The layer as a release has it, None where it has none. release: the name of a known one, as tensorrt-rtx-1.7, or
    ANY."""
    if release == ANY:
        return next(filter(None, (subject(name, each.name) for each in reversed(known()))), None)
    found = next(each for each in known() if each.name == release)
    start = _fitted(_plain(scaffold(name)), found)
    if any(missing.path[0] == "network" for missing in lacks(network(start).definition, found)):
        return None
    model = LAYERS[name]
    settable = [field for field in attributes(model) if found.has(f"{model.interface}.{field.name}")]
    return Subject(
        name,
        release,
        start,
        tuple(_offered(field, found) for field in arguments(model)),
        tuple(_offered(field, found) for field in settable),
        tuple(dtype for dtype, (_, _, member) in DTYPES.items() if found.has(f"DataType.{member}")),
    )


def known_release(flavour: str, version: str) -> str:
    """The name of the known release that a worker has. Raises NothingFound."""
    name = name_of(flavour, version)
    if name not in (release.name for release in known()):
        names = ", ".join(release.name for release in known())
        raise NothingFound(f"{flavour} {version}: its API is not known to trtexp, which knows {names}")
    return name


def _fitted(start: Any, release: Release) -> Data:
    """A small network with what the release demands beside, and without the build options that it lacks."""
    for missing in lacks(network(start).definition, release):
        place, name = missing.path[0], missing.path[-1]
        if missing.demanded and name == "output_type":
            entry = start["network"][missing.path[1]]
            entry[word(entry)][name] = TYPES[missing.path[2]]
        elif place == "build":
            start.pop("build", None)
    return dict(start)


def _offered(field: Field, release: Release) -> Field:
    """A field with those members of its enum that the release has."""
    return field._replace(members=tuple(name for name in field.members if release.has(f"{field.kind}.{name}")))


def _plain(value: object) -> Any:
    """The numbers of YAML as Python's own, so that they go through JSON."""
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return float(value) if isinstance(value, Number) else value
