"""`matrix:` -> cases: one per combination of the values at its paths."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from collections.abc import Sequence as Sequence_
from typing import Any

from trtexp.definition.names import LONGEST
from trtexp.numerics.budget import Budget
from trtexp.spec.errors import Fault, Mark, joined
from trtexp.spec.hints import no_path
from trtexp.spec.models import LayerModel, PartialModel, keys
from trtexp.spec.slips import example
from trtexp.spec.tree import Mapping, Node, Scalar, Sequence, children, mapping, merge

MOST_PARTS = 16  # of a path
KEYS_OF_A_VALUE = 64  # keys that are merged as fast as a value is checked


def spread(tree: Mapping, budget: Budget) -> Iterator[tuple[str, Mark, Mapping]]:
    """All cases with their matrices spread out, one after the other; a file without cases is one case. Raises
    OverBudget."""
    named = mapping(tree, "cases")
    listed = [(str(k), m, n) for k, (m, n) in named.keys.items() if isinstance(n, Mapping)] if named else []
    outer = mapping(tree, "matrix")
    for name, mark, node in listed or [("" if outer else "base", tree.mark, Mapping(tree.mark))]:
        matrices = [m for m in (outer, mapping(node, "matrix")) if m]
        axes = [(str(key), axis) for m in matrices for key, (_, axis) in m.keys.items()]
        choices = [
            [(path, item, _slug(item)) for item in axis.items]
            for path, axis in axes
            if isinstance(axis, Sequence) and not _no_path(path, (tree, node))  # else a fault of its own
        ]
        partials, before = [node], tuple[Any, ...]()  # the node, and it with one value more each
        for combination in itertools.product(*choices):
            alike = (old is new for old, new in zip(before, combination, strict=False))
            same = next((i for i, one in enumerate(alike) if not one), 0)
            del partials[same + 1 :]
            for path, value, _ in combination[same:]:
                budget.spend("values", 1 + partials[-1].size // KEYS_OF_A_VALUE)
                partials.append(_merged_keeping(partials[-1], _at(tree, path, value)))
            before = combination
            label = "-".join([name] * bool(name) + [slug for *_, slug in combination])
            yield label, combination[0][1].mark if combination else mark, partials[-1]


def _merged_keeping(base: Mapping, over: Mapping) -> Mapping:
    merged = merge(base, over)
    assert isinstance(merged, Mapping)
    return merged


def _at(tree: Mapping, path: str, value: Node) -> Mapping:
    """A partial tree with one value at a path; `layer.attribute` is short for `network.layer.set.attribute`, and
    `layer.set.attribute` is the same."""
    parts = path.split(".")
    if parts[0] not in keys(PartialModel):
        layer = mapping(mapping(tree, "network") or tree, parts[0])
        methods = [k for k in layer.keys if k not in LayerModel.model_fields] if layer else []
        arguments = mapping(layer, methods[0]) if layer and methods else None
        place = [methods[0]] if arguments and parts[1] in arguments.keys else ["set"]
        whole = parts[1] in (*methods, *LayerModel.model_fields)
        parts = ["network", parts[0], *([] if whole else place), *parts[1:]]
    node: Node = value
    for part in reversed(parts):
        node = Mapping(value.mark, {part: (value.mark, node)})
    assert isinstance(node, Mapping)
    return node


def _slug(node: Node) -> str:
    """What a value adds to the name of a case; one that is too long to be a name is cut, and refused."""
    return joined(_words(node), LONGEST + 1)


def _words(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield re.sub(r"[^A-Za-z0-9_.]", "_", str(node.value))
        return
    for i, child in enumerate(children(node)):
        if i:
            yield "x" if isinstance(node, Sequence) else "-"
        yield from _words(child)


def matrix_faults(*trees: Mapping) -> Iterator[Fault]:
    """Faults of the matrix of the first tree, whose paths may lead into any of them."""
    matrix = mapping(trees[0], "matrix")
    for key, (mark, node) in (matrix.keys if matrix else {}).items():
        if not isinstance(node, Sequence) or not node.items:
            yield Fault(node.mark, "", f"matrix.{key}", f"give a list of values, {example('matrix')}")
        elif wrong := _no_path(key, trees):
            yield Fault(mark, "", "matrix", wrong)


def _no_path(path: object, trees: Sequence_[Mapping]) -> str | None:
    """Why a path of a matrix leads to none of the layers and keys of the trees; None if it does."""
    if not isinstance(path, str) or "." not in path or path.count(".") >= MOST_PARTS:
        return f"{path!r} is no path; write layer.attribute, as in deconv.stride_nd"
    head = path.partition(".")[0]
    if head in keys(PartialModel) or any(head in names for names in _names("network", trees)):
        return None
    groups = {group: [*itertools.chain(*_names(group, trees))] for group in ("inputs", "weights")}
    return no_path(path, [*itertools.chain(*_names("network", trees))], groups)


def _names(group: str, trees: Sequence_[Mapping]) -> list[Collection[Any]]:
    return [found.keys for tree in trees if (found := mapping(tree, group))]
