"""The outermost keys of a file, of its cases and of its release overrides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Mapping as Mapping_
from typing import Any

from trtexp.spec.errors import Fault
from trtexp.spec.matrix import matrix_faults
from trtexp.spec.methods import no_key
from trtexp.spec.models import KEYS, ExperimentModel, PartialModel, keys
from trtexp.spec.names import bad_case, good_case
from trtexp.spec.requirement import matcher
from trtexp.spec.slips import example
from trtexp.spec.tree import Mapping, Scalar, mapping

#: A group of the file -> the names in it.
Groups = Mapping_[str, Collection[Any]]


def outer_faults(tree: Mapping) -> Iterator[Fault]:
    """Unknown keys of the file, its cases and its release overrides, and outer keys that are no mappings."""
    allowed = [*keys(ExperimentModel), *KEYS]
    groups = {key: found.keys if (found := mapping(tree, key)) else () for key in ("network", "inputs", "weights")}
    yield from _unknown(tree, allowed, groups)
    for key in KEYS:
        node = tree.keys.get(key, (None, None))[1]
        if node is not None and not isinstance(node, Mapping):
            more = " of names, as in cases: {first: {}, second: {about: …}}" if key == "cases" else f", {example(key)}"
            yield Fault(node.mark, "", key, f"give a mapping{more}")
    yield from _release_faults(mapping(tree, "releases"), groups)
    cases = mapping(tree, "cases")
    for name, (mark, node) in (cases.keys if cases else {}).items():
        if not good_case(name):
            yield Fault(mark, "", "cases", bad_case(name))
        if not isinstance(node, Mapping):
            empty = isinstance(node, Scalar) and node.value is None
            yield Fault(
                node.mark, str(name), "", f"{'nothing' if empty else 'no mapping'} given; give {{}} for the base"
            )
            continue
        yield from _unknown(node, [*keys(PartialModel), "releases", "matrix"], groups, str(name))
        yield from _release_faults(mapping(node, "releases"), groups, str(name))
    inner = list(submappings(cases))
    yield from matrix_faults(tree, *inner)
    yield from (fault for case in inner for fault in matrix_faults(case, tree))


def submappings(tree: Mapping | None) -> Iterator[Mapping]:
    """The mappings right below a tree."""
    for _, node in tree.keys.values() if tree else ():
        if isinstance(node, Mapping):
            yield node


def _unknown(tree: Mapping, allowed: Sequence[str], groups: Groups, case: str = "", path: str = "") -> Iterator[Fault]:
    for key, (mark, _) in tree.keys.items():
        if key not in allowed:
            yield Fault(mark, case, path, no_key(str(key), allowed, groups))


def _release_faults(releases: Mapping | None, groups: Groups, case: str = "") -> Iterator[Fault]:
    for requirement, (mark, node) in (releases.keys if releases else {}).items():
        try:
            matcher(str(requirement))
        except ValueError as error:
            yield Fault(mark, case, "releases", str(error))
        if not isinstance(node, Mapping):
            yield Fault(node.mark, case, f"releases.{requirement}", "give a mapping")
            continue
        yield from _unknown(node, keys(PartialModel), groups, case, f"releases.{requirement}")
        if "reason" not in node.keys:
            yield Fault(mark, case, f"releases.{requirement}", "reason is missing; say why this release differs")
