"""`matrix:` -> cases: one per combination of the values at its paths."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from trtexp.spec.errors import Fault, Mark
from trtexp.spec.hints import no_path
from trtexp.spec.models import PartialModel
from trtexp.spec.tree import Mapping, Node, Sequence, mapping, merge, plain


def spread(tree: Mapping) -> Iterator[tuple[str, Mark, Mapping]]:
    """All cases with their matrices spread out, one after the other; a file without cases is one case."""
    named = mapping(tree, "cases")
    listed = [(str(k), m, n) for k, (m, n) in named.keys.items() if isinstance(n, Mapping)] if named else []
    outer = mapping(tree, "matrix")
    for name, mark, node in listed or [("" if outer else "base", tree.mark, Mapping(tree.mark))]:
        matrices = [m for m in (outer, mapping(node, "matrix")) if m]
        axes = [(str(key), axis) for m in matrices for key, (_, axis) in m.keys.items()]
        choices = [
            [(path, item) for item in axis.items] for path, axis in axes if isinstance(axis, Sequence) and "." in path
        ]
        for combination in itertools.product(*choices):
            partial = node
            for path, value in combination:
                if _leads_nowhere(path, (tree, partial)):
                    continue  # a fault of its own
                partial = _merged_keeping(partial, _at(tree, path, value))
            label = "-".join([name] * bool(name) + [_slug(plain(value)) for _, value in combination])
            yield label, combination[0][1].mark if combination else mark, partial


def _merged_keeping(base: Mapping, over: Mapping) -> Mapping:
    merged = merge(base, over)
    assert isinstance(merged, Mapping)
    return merged


def _at(tree: Mapping, path: str, value: Node) -> Mapping:
    """A partial tree with one value at a path; `layer.attribute` is short for `network.layer.set.attribute`."""
    parts = path.split(".")
    if parts[0] not in PartialModel.model_fields:
        layer = mapping(mapping(tree, "network") or tree, parts[0])
        methods = [k for k in layer.keys if k not in ("set", "set_input", "check")] if layer else []
        arguments = mapping(layer, methods[0]) if layer and methods else None
        place = [methods[0]] if arguments and parts[1] in arguments.keys else ["set"]
        parts = ["network", parts[0], *place, *parts[1:]]
    node: Node = value
    for part in reversed(parts):
        node = Mapping(value.mark, {part: (value.mark, node)})
    assert isinstance(node, Mapping)
    return node


def _slug(value: Any) -> str:
    if isinstance(value, list):
        return "x".join(_slug(v) for v in value)
    if isinstance(value, dict):
        return "-".join(_slug(v) for v in value.values())
    return re.sub(r"[^A-Za-z0-9_.]", "_", str(value))


def matrix_faults(*trees: Mapping) -> Iterator[Fault]:
    """Faults of the matrix of the first tree, whose paths may lead into any of them."""
    matrix = mapping(trees[0], "matrix")
    for key, (mark, node) in (matrix.keys if matrix else {}).items():
        if not isinstance(node, Sequence) or not node.items:
            yield Fault(node.mark, "", f"matrix.{key}", "give a list of values")
        elif not isinstance(key, str) or "." not in key:
            yield Fault(mark, "", "matrix", f"{key!r} is no path; write layer.attribute, as in deconv.stride_nd")
        elif wrong := _leads_nowhere(key, trees):
            yield Fault(mark, "", "matrix", wrong)


def _leads_nowhere(path: str, trees: Iterable[Mapping]) -> str | None:
    """Why a path of a matrix leads to none of the layers and keys of the trees; None if it does."""
    if path.partition(".")[0] in PartialModel.model_fields:
        return None
    return no_path(path, _names("network", trees), {group: _names(group, trees) for group in ("inputs", "weights")})


def _names(group: str, trees: Iterable[Mapping]) -> list[Any]:
    return [name for tree in trees if (found := mapping(tree, group)) for name in found.keys]
