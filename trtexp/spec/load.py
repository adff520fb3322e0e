"""An experiment file -> Experiment: read, merged for one target, checked; all faults of a file come at once."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from trtexp.definition.names import LONGEST
from trtexp.numerics import Family, family_of, generation
from trtexp.spec.build_case import CaseBuilder
from trtexp.spec.case import Case, Experiment
from trtexp.spec.errors import Fault, Mark, SpecError, nearest
from trtexp.spec.matrix import matrix_faults, spread
from trtexp.spec.models import KEYS, ExperimentModel, PartialModel
from trtexp.spec.names import bad_case, good_case
from trtexp.spec.requirement import Target, matcher, matches
from trtexp.spec.tree import Mapping, Node, Scalar, mapping, merge, parse, plain

MOST_CASES = 10_000
REFERENCE = Target("reference")

ALWAYS_STRONG = "tensorrt>=11"  # which has no weakly typed networks


@dataclass(frozen=True, eq=False)
class ExperimentFile:
    """A parsed file: the tree of its base, and its cases as partial trees."""

    path: Path
    shown: str
    sha256: str
    base: Mapping
    releases: Mapping | None
    cases: tuple[tuple[str, Mark, Mapping], ...]
    faults: tuple[Fault, ...] = ()
    _built: dict[Any, Case | SpecError] = field(default_factory=dict, repr=False)

    def experiment(self, target: Target = REFERENCE) -> Experiment:
        """The cases as they are for a target, by the rules of its family of releases. Raises SpecError with all
        faults."""
        return self._experiment(target, family_of(target.flavour, target.version))

    def _experiment(self, target: Target, family: Family | None) -> Experiment:
        base = self._for(target, self.base, self.releases)
        strong = family is not None and matches(ALWAYS_STRONG, target)
        builder = CaseBuilder(self.path.parent, self.base, family, strong)
        cases: list[Case] = []
        faults: list[Fault] = []
        for i, (name, mark, tree) in enumerate(self.cases):
            releases = mapping(tree, "releases")
            key = (i, family, strong, tuple(_overrides(target, self.releases)), tuple(_overrides(target, releases)))
            if key not in self._built:  # what no override tells apart is one case for several targets
                merged = self._for(target, _merged(base, tree), releases)
                try:
                    self._built[key] = builder.case(name, mark, merged, tree)
                except SpecError as error:
                    self._built[key] = error
            built = self._built[key]
            if isinstance(built, SpecError):
                faults += built.faults
            else:
                cases.append(replace(built, gpu=generation(target.compute_capability)))
        if faults or self.faults:
            raise SpecError([*self.faults, *_common(faults, self.cases)])
        try:
            whole = builder.case("", self.base.mark, base, Mapping(self.base.mark))
        except SpecError:
            whole = None  # a base that only becomes a network in its cases
        title, about, source = (_head(base, key) for key in ("title", "about", "source"))
        return Experiment(self.shown, self.sha256, title, about, source, tuple(cases), whole)

    def unmade(self) -> ExperimentFile:
        """The same file without the cases that were made of it, which hold their tensors."""
        return replace(self, _built={})

    def check(self) -> Experiment:
        """The file for the reference, after every release override of it was checked as well, by what all releases
        demand. Raises SpecError."""
        faults: list[Fault] = []
        experiment = self.experiment()
        for target in self.targets():
            try:
                self._experiment(target, None)
            except SpecError as error:
                faults += error.faults
        if faults:
            raise SpecError(faults)
        return experiment

    def targets(self) -> Iterator[Target]:
        """One target per requirement string of the file, so that each override is merged once."""
        seen = set()
        trees = [self.releases, *(mapping(tree, "releases") for _, _, tree in self.cases)]
        for requirement in (key for tree in trees if tree for key in tree.keys):
            for flavour, versions in matcher(requirement):
                numbers = {spec.version.removesuffix(".*") for spec in versions}
                for version in (*numbers, *(f"{n}{end}" for n in numbers for end in (".99999", ".0.0.1")), "0", "99"):
                    if versions.contains(version, prereleases=True) and (flavour, str(versions)) not in seen:
                        seen.add((flavour, str(versions)))
                        yield Target(flavour, version)

    def _for(self, target: Target, tree: Mapping, releases: Mapping | None) -> Mapping:
        for override in _overrides(target, releases):
            tree = _merged(tree, override)
        return tree


def read(path: Path, shown: str | None = None, data: bytes | None = None) -> ExperimentFile:
    """Parse a file. `shown` is its name in messages; `data` its content, if that was read before. Faults of the
    outermost keys come with those of the cases.

    Raises SpecError, OSError.
    """
    shown = shown or str(path)
    data = path.read_bytes() if data is None else data
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SpecError([Fault(Mark(shown, line, 1), "", "", f"not UTF-8: {error.reason}")]) from error
    tree = parse(text, shown)
    faults = tuple(_outer_faults(tree))
    cases = tuple(itertools.islice(spread(tree), MOST_CASES + 1))
    if len(cases) > MOST_CASES:
        raise SpecError([Fault(tree.mark, "", "", f"more than {MOST_CASES} cases; at most {MOST_CASES} are allowed")])
    faults += tuple(_same_names(cases))
    base = _merged(Mapping(tree.mark), tree)
    digest = hashlib.sha256(data).hexdigest()
    return ExperimentFile(path, shown, digest, base, mapping(tree, "releases"), cases, faults)


def load(path: Path, target: Target = REFERENCE, shown: str | None = None) -> Experiment:
    """Read a file and give its cases for a target. Raises SpecError, OSError."""
    return read(path, shown).experiment(target)


def _merged(base: Mapping, over: Node) -> Mapping:
    merged = merge(base, over)
    assert isinstance(merged, Mapping)
    return Mapping(merged.mark, {k: v for k, v in merged.keys.items() if k not in KEYS}, merged.size)


def _head(base: Mapping, key: str) -> str:
    """A text at the top of the file; its type is checked with the cases, of which each may have its own."""
    value = plain(base.keys[key][1]) if key in base.keys else ""
    return value.strip() if isinstance(value, str) else ""


def _overrides(target: Target, releases: Mapping | None) -> Iterator[Mapping]:
    """The partial trees whose requirement the target meets, in the order of the file."""
    for requirement, (_, override) in (releases.keys if releases else {}).items():
        if isinstance(override, Mapping) and _met(requirement, target):
            yield override


def _met(requirement: Any, target: Target) -> bool:
    """Whether the target meets a requirement; what is none is a fault of its own."""
    try:
        return matches(str(requirement), target)
    except ValueError:
        return False


def _same_names(cases: tuple[tuple[str, Mark, Mapping], ...]) -> Iterator[Fault]:
    first: dict[str, Mark] = {}
    for name, mark, _ in cases:
        if name in first:
            message = f"a second case of the name {name!r}; the first is in line {first[name].line}"
            yield Fault(mark, "", "cases", message)
        elif len(name) > LONGEST:
            yield Fault(mark, "", "matrix", bad_case(name))
        first.setdefault(name, mark)


def _outer_faults(tree: Mapping) -> Iterator[Fault]:
    """Unknown keys of the file, its cases and its release overrides, and outer keys that are no mappings."""
    allowed = [*ExperimentModel.model_fields, *KEYS]
    yield from _unknown(tree, allowed, "", "")
    for key in KEYS:
        node = tree.keys.get(key, (None, None))[1]
        if node is not None and not isinstance(node, Mapping):
            more = " of names, as in cases: {first: {}, second: {about: …}}" if key == "cases" else ""
            yield Fault(node.mark, "", key, f"give a mapping{more}")
    yield from _release_faults(mapping(tree, "releases"), "")
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
        yield from _unknown(node, [*PartialModel.model_fields, "releases", "matrix"], str(name), "")
        yield from _release_faults(mapping(node, "releases"), str(name))
    inner = list(_submappings(cases))
    yield from matrix_faults(tree, *inner)
    yield from (fault for case in inner for fault in matrix_faults(case, tree))


def _submappings(tree: Mapping | None) -> Iterator[Mapping]:
    for _, node in tree.keys.values() if tree else ():
        if isinstance(node, Mapping):
            yield node


def _unknown(tree: Mapping, allowed: list[str], case: str, path: str) -> Iterator[Fault]:
    for key, (mark, _) in tree.keys.items():
        if key not in allowed:
            yield Fault(mark, case, path, f"unknown key {key!r}; {nearest(str(key), allowed)}")


def _release_faults(releases: Mapping | None, case: str) -> Iterator[Fault]:
    for requirement, (mark, node) in (releases.keys if releases else {}).items():
        try:
            matcher(str(requirement))
        except ValueError as error:
            yield Fault(mark, case, "releases", str(error))
        if not isinstance(node, Mapping):
            yield Fault(node.mark, case, f"releases.{requirement}", "give a mapping")
            continue
        yield from _unknown(node, list(PartialModel.model_fields), case, f"releases.{requirement}")
        if "reason" not in node.keys:
            yield Fault(mark, case, f"releases.{requirement}", "reason is missing; say why this release differs")


def _common(faults: list[Fault], cases: Iterable[tuple[str, Mark, Mapping]]) -> Iterator[Fault]:
    """One fault for what several cases share: without a case if all do, else with the name and line of each."""
    alike: dict[Fault, list[str]] = {}
    for fault in faults:
        alike.setdefault(replace(fault, case=""), []).append(fault.case)
    lines = {name: mark.line for name, mark, _ in cases}
    for fault, names in alike.items():
        shared = [name for name in lines if name in names]
        if len(shared) == len(lines):
            yield fault
        elif len(shared) == 1:
            yield replace(fault, case=shared[0])
        else:
            yield replace(fault, case=", ".join(f"{name} (line {lines[name]})" for name in shared))
