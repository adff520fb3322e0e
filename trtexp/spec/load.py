"""An experiment file -> Experiment: read, merged for one target, checked; all faults of a file come at once."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from trtexp.definition.names import LONGEST
from trtexp.numerics import family_of, generation
from trtexp.numerics.budget import Budget, Limits, OverBudget
from trtexp.spec.build_case import CaseBuilder
from trtexp.spec.case import Case, Experiment, Refused
from trtexp.spec.errors import Fault, Mark, SpecError, common, internal
from trtexp.spec.files import read_experiment
from trtexp.spec.matrix import spread
from trtexp.spec.models import KEYS
from trtexp.spec.names import bad_case
from trtexp.spec.outer import outer_faults, submappings
from trtexp.spec.requirement import Target, matches, met, targets
from trtexp.spec.tree import Mapping, Node, mapping, merge, merged_mapping, parse, plain

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
    budget: Budget
    faults: tuple[Fault, ...] = ()
    _built: dict[Any, Case | SpecError] = field(default_factory=dict, repr=False)

    def experiment(self, target: Target = REFERENCE) -> Experiment:
        """The cases as they are for a target, by the rules of its family of releases. Raises SpecError with all
        faults."""
        found = self.sound(target)
        self._raise(found.refused)
        return found

    def sound(self, target: Target) -> Experiment:
        """The same with the cases that are valid, the others beside them; never raises."""
        try:
            return self._sound(target)
        except Exception as error:
            return self.broken(error)

    def broken(self, error: Exception) -> Experiment:
        """The file without any case, for one reason."""
        found = error if isinstance(error, SpecError) else SpecError([internal(self.base.mark, "", error)])
        refused = tuple(Refused(name, mark, found) for name, mark, _ in self.cases)
        return Experiment(self.shown, self.sha256, self.path.stem, "", "", (), None, refused)

    def _sound(self, target: Target) -> Experiment:
        """Raises SpecError where the base is none."""
        chosen = {requirement for requirement, numbers in met(self._requirements(), [target]).items() if numbers}
        family = family_of(target.flavour, target.version)
        base = self._base(chosen)
        strong = family is not None and matches(ALWAYS_STRONG, target)
        builder = CaseBuilder(self.path.parent, self.base, self.budget, family, strong)
        gpu = generation(target.compute_capability)
        cases, refused = self._cases(chosen, base, builder)
        whole = self._whole(cases, base, builder)
        title, about, source = (_head(base, key) for key in ("title", "about", "source"))
        release = None if family is None else f"{target.flavour}-{target.version}"
        made = tuple(replace(case, gpu=gpu, release=release) for case in cases)
        return Experiment(self.shown, self.sha256, title, about, source, made, whole, tuple(refused))

    def _whole(self, cases: Sequence[Case], base: Mapping, builder: CaseBuilder) -> Case | None:
        """The base as a case: one that changes nothing of it, if there is one; None where it only becomes a network in
        its cases."""
        unchanged = {name for name, _, tree in self.cases if not tree.keys}
        if unchanged:
            return next((case for case in cases if case.name in unchanged), None)
        try:
            return builder.case("", self.base.mark, base, Mapping(self.base.mark))
        except (SpecError, OverBudget):
            return None

    def unmade(self) -> ExperimentFile:
        """The same file without the cases that were made of it, which hold their tensors, and what they spent."""
        return replace(self, _built={}, budget=Budget(self.budget.limits))

    def only(self, names: Collection[str]) -> ExperimentFile:
        """The same file with some of its cases."""
        return replace(self, cases=tuple(case for case in self.cases if case[0] in names), _built={})

    def check(self) -> Experiment:
        """The file for the reference, after every release override of it was checked as well, by what all releases
        demand. Raises SpecError."""
        faults: list[Fault] = []
        experiment = self.experiment()
        targets = list(self.targets())
        numbers = met(self._requirements(), targets)
        for number in range(len(targets)):
            chosen = {requirement for requirement, found in numbers.items() if number in found}
            try:
                builder = CaseBuilder(self.path.parent, self.base, self.budget)
                self._raise(self._cases(chosen, self._base(chosen), builder)[1])
            except SpecError as error:
                faults += error.faults
            if self.budget.over or len(faults) > self.budget.limits.faults:
                break  # enough is known
        if faults:
            raise SpecError(faults, self.budget.limits.faults)
        return experiment

    def targets(self) -> Iterator[Target]:
        """One target per requirement string of the file, so that each override is merged once."""
        return targets(self._requirements())

    def _requirements(self) -> list[str]:
        trees = [self.releases, *(mapping(tree, "releases") for _, _, tree in self.cases)]
        return [str(key) for tree in trees if tree for key in tree.keys]

    def _cases(self, chosen: Collection[str], base: Mapping, builder: CaseBuilder) -> tuple[list[Case], list[Refused]]:
        """All cases with those overrides: those that are valid, and those that are not."""
        cases: list[Case] = []
        refused: list[Refused] = []
        outer = tuple(_overrides(chosen, self.releases))
        for i, (name, mark, tree) in enumerate(self.cases):
            if refused and (self.budget.over or len(refused) > self.budget.limits.faults):
                refused.append(replace(refused[-1], name=name, mark=mark))  # enough is known
                continue
            releases = mapping(tree, "releases")
            key = (i, builder.family, builder.strong, outer, tuple(_overrides(chosen, releases)))
            if key not in self._built:  # what no override tells apart is one case for several targets
                try:
                    merged = self._for(chosen, _merged(base, tree), releases)
                    self._built[key] = builder.case(name, mark, merged, tree)
                except OverBudget as error:
                    self._built[key] = SpecError([Fault(mark, "", "", str(error))])
                except SpecError as error:
                    self._built[key] = error
                except Exception as error:
                    self._built[key] = SpecError([internal(mark, name, error)])
            built = self._built[key]
            if isinstance(built, SpecError):
                refused.append(Refused(name, mark, built))
            else:
                cases.append(built)
        return cases, refused

    def _raise(self, refused: Sequence[Refused]) -> None:
        """Raises SpecError with the faults of the file and of all cases that are not valid, if there are any."""
        if refused or self.faults:
            faults = [fault for error in dict.fromkeys(one.error for one in refused) for fault in error.faults]
            raise SpecError(
                [*self.faults, *common(faults, {name: mark.line for name, mark, _ in self.cases})],
                self.budget.limits.faults,
            )

    def _base(self, chosen: Collection[str]) -> Mapping:
        """The base with those overrides. Raises SpecError."""
        try:
            return self._for(chosen, self.base, self.releases)
        except OverBudget as error:
            raise SpecError([Fault(self.base.mark, "", "", str(error))]) from error

    def _for(self, chosen: Collection[str], tree: Mapping, releases: Mapping | None) -> Mapping:
        for override in _overrides(chosen, releases):
            self.budget.spend("values", override.size)
            tree = _merged(tree, override)
        return tree


def read(
    path: Path, shown: str | None = None, data: bytes | None = None, limits: Limits | None = None
) -> ExperimentFile:
    """Parse a file. shown: its name in messages; data: its content, if that was read before; limits: what it may ask
    for, None for what the environment says. Faults of the outermost keys come with those of the cases.

    Raises SpecError, OSError.
    """
    shown = shown or str(path)
    budget = Budget(limits)
    data = read_experiment(path, shown, budget.limits.bytes) if data is None else data
    try:
        budget.spend("bytes", len(data))
    except OverBudget as error:
        raise SpecError([Fault(Mark(shown, 1, 1), "", "", str(error))]) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SpecError([Fault(Mark(shown, line, 1), "", "", f"not UTF-8: {error.reason}")]) from error
    tree = parse(text, shown, budget.limits.values)
    cases = _spread(tree, budget)
    faults = tuple(itertools.islice(itertools.chain(outer_faults(tree), _same_names(cases)), budget.limits.faults + 1))
    base = _merged(Mapping(tree.mark), tree)
    digest = hashlib.sha256(data).hexdigest()
    return ExperimentFile(path, shown, digest, base, mapping(tree, "releases"), cases, budget, faults)


def load(path: Path, target: Target = REFERENCE, shown: str | None = None) -> Experiment:
    """Read a file and give its cases for a target. Raises SpecError, OSError."""
    return read(path, shown).experiment(target)


def _merged(base: Mapping, over: Node) -> Mapping:
    merged = merge(base, over)
    assert isinstance(merged, Mapping)
    return merged_mapping(merged.mark, {k: v for k, v in merged.keys.items() if k not in KEYS})


def _head(base: Mapping, key: str) -> str:
    """A text at the top of the file; its type is checked with the cases, of which each may have its own."""
    value = plain(base.keys[key][1]) if key in base.keys else ""
    return value.strip() if isinstance(value, str) else ""


def _overrides(chosen: Collection[str], releases: Mapping | None) -> Iterator[Mapping]:
    """The partial trees of the chosen requirements, in the order of the file."""
    for requirement, (_, override) in (releases.keys if releases else {}).items():
        if isinstance(override, Mapping) and str(requirement) in chosen:
            yield override


def _spread(tree: Mapping, budget: Budget) -> tuple[tuple[str, Mark, Mapping], ...]:
    """All cases of a file that asks for no more of them, and of requirements, than it may. Raises SpecError."""
    cases: list[tuple[str, Mark, Mapping]] = []
    try:
        for owner in (tree, *submappings(mapping(tree, "cases"))):
            budget.spend("releases", len(releases.keys) if (releases := mapping(owner, "releases")) else 0)
        for case in spread(tree, budget):
            budget.spend("cases", 1)
            cases.append(case)
    except OverBudget as error:
        raise SpecError([Fault(cases[-1][1] if cases else tree.mark, "", "", str(error))]) from error
    return tuple(cases)


def _same_names(cases: Iterable[tuple[str, Mark, Mapping]]) -> Iterator[Fault]:
    first: dict[str, Mark] = {}
    for name, mark, _ in cases:
        if name in first:
            message = f"a second case of the name {name!r}; the first is in line {first[name].line}"
            yield Fault(mark, "", "cases", message)
        elif len(name) > LONGEST:
            yield Fault(mark, "", "matrix", bad_case(name))
        first.setdefault(name, mark)
