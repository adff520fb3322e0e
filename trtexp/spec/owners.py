"""Whose an expectation is: which cases of a file use what stands at a place of its text, and what no case uses."""

from __future__ import annotations

from collections.abc import Iterator

from trtexp.spec.case import Case
from trtexp.spec.load import REFERENCE, ExperimentFile
from trtexp.spec.models import ExpectModel
from trtexp.spec.source import Source, below
from trtexp.spec.tree import Mapping, Node, Scalar


class Owners:
    """The cases of a file, on every release that it tells apart, by the places of what they expect."""

    def __init__(self, file: ExperimentFile, source: Source) -> None:
        self.source = source
        self._users: dict[int, dict[str, None]] = {}
        self._judged: set[int] = set()
        for target in (REFERENCE, *file.targets()):
            for case in file.experiment(target).cases:
                self._enter(case)

    def _enter(self, case: Case) -> None:
        refused = case.error is not None or case.crash is not None or case.unsupported is not None
        for key, (_, node) in _keys(_expectation(case)):
            for each in below(node):
                self._users.setdefault(each.span[0], {})[case.name] = None
                if not refused or key in ExpectModel.model_fields:
                    self._judged.add(each.span[0])

    def own(self, case: Case, *path: str) -> Node:
        """What stands below a case's `expect` at a path. Raises ValueError if others have it, too."""
        node = _expectation(case, *path)
        found = self.source.nodes[node.span[0]]
        if "matrix" in self.source.path(found)[:3]:
            raise ValueError(f"{path[0]}: this stands in a matrix; write the case out")
        if self.source.uses(found) > 1:
            raise ValueError(f"{path[0]}: this has an anchor that is used more than once; write it out")
        others = [name for name in self._users[node.span[0]] if name != case.name]
        if others:
            shown = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
            raise ValueError(f"{path[0]}: {shown} expect the same lines; give the case some of its own")
        return found

    def unused(self) -> Iterator[tuple[Node, str]]:
        """What is expected somewhere and judged in no case, on no release, with its path."""
        for place, node in sorted(self.source.nodes.items()):
            path = self.source.path(node)
            inner = path[-2:-1] if path[-1:] == ("values",) else path[-1:] if path[-2:-1] == ("error",) else ()
            removed = isinstance(node, Scalar) and node.value is None
            if inner and not removed and {"expect", "matrix"} & set(path) == {"expect"} and place not in self._judged:
                yield node, ".".join(map(str, path))


def _expectation(case: Case, *path: str) -> Node:
    """What stands at a path below `expect` in a case's tree; an empty node if there is nothing."""
    node: Node = case.tree
    for key in ("expect", *path):
        node = node.keys[key][1] if isinstance(node, Mapping) and key in node.keys else Scalar(case.mark, None)
    return node


def _keys(node: Node) -> Iterator[tuple[object, tuple[object, Node]]]:
    if isinstance(node, Mapping):
        yield from node.keys.items()
