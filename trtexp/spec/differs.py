"""What a case changes in the file's base, in short: `deconv`, `padding_nd` and the value `[1, 1]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from trtexp.numerics.format import shape_text
from trtexp.spec.errors import joined
from trtexp.spec.tensors import GENERATORS
from trtexp.spec.tree import Mapping, Node, Number, plain

SILENT = (
    "title",
    "about",
    "source",
    "expect",
    "finding",
    "reason",
    "issue",
    "releases",
    "tolerance",
    "matrix",
    "from",
    "release",
)
LONGEST = 60


class Change(NamedTuple):
    """path: the shortest telling one; value: as the YAML has it, in short."""

    path: tuple[str, ...]
    value: str


def differs(base: Mapping, partial: Mapping) -> tuple[Change, ...]:
    """One entry per value that the case gives."""
    return tuple(
        Change(path, _shown(value))
        for key, (_, node) in partial.keys.items()
        if key not in SILENT
        for path, value in _leaves((str(key),), node)
    )


def _leaves(path: tuple[str, ...], node: Node) -> Iterator[tuple[tuple[str, ...], Any]]:
    tensor = path[0] in ("inputs", "weights") and len(path) == 2
    if isinstance(node, Mapping) and node.keys and not tensor and len(path) < 6:
        for key, (_, child) in node.keys.items():
            yield from _leaves((*path, str(key)), child)
    else:
        yield _short(path), plain(node)


def _short(path: tuple[str, ...]) -> tuple[str, ...]:
    """network.deconv.set.padding_nd -> deconv.padding_nd; inputs.x -> x; build.workspace -> workspace."""
    if path[0] == "network" and len(path) >= 4:
        return (path[1], *(path[2:] if path[2] == "set_input" else path[3:]))
    return path[1:] if len(path) > 1 else path


def _shown(value: Any) -> str:
    return joined(_pieces(value), LONGEST).strip()


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        given = [k for k in value if k in GENERATORS and k != "shape"]
        shape: Any = value.get("shape")
        known = isinstance(shape, list) and shape and all(isinstance(n, int) for n in shape)
        if len(given) == 1:
            yield f"{shape_text(shape[:8])} " if known else ""
            yield f"{given[0]} "
            yield from _pieces(value[given[0]])
            return
        for i, (key, inner) in enumerate(value.items()):
            yield f"{', ' if i else ''}{key} "
            yield from _pieces(inner)
    elif isinstance(value, list):
        yield "["
        for i, item in enumerate(value):
            yield ", " if i else ""
            yield from _pieces(item)
        yield "]"
    elif isinstance(value, Number):
        yield value.text
    else:
        yield "removed" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
