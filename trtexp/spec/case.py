"""Case: one validated, frozen experiment with one network, as everything behind the spec sees it."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass, field, replace
from functools import cached_property

from trtexp.definition.facts import CasePhase
from trtexp.definition.network import Array, NetworkDefinition
from trtexp.layers.base import Layer
from trtexp.layers.network import Evaluation, NodeError, partly_evaluate, upstream
from trtexp.layers.region import exposed
from trtexp.numerics import Arithmetic, Family
from trtexp.numerics.budget import Budget, OverBudget
from trtexp.numerics.origin import Origin
from trtexp.numerics.tolerance import Tolerance
from trtexp.spec.differs import Change
from trtexp.spec.errors import Mark, SpecError
from trtexp.spec.make import Made
from trtexp.spec.released import released
from trtexp.spec.tree import Mapping, find


@dataclass(frozen=True, eq=False)
class Expected:
    """What one output must be. made: its values, None if only shape or dtype are given; mark: of the values."""

    mark: Mark
    made: Made | None
    shape: tuple[int, ...] | None
    dtype: str | None
    origin: Origin | None
    note: str | None
    exact_digits: bool
    signed_zero: bool
    tolerance: tuple[Tolerance, ...]


@dataclass(frozen=True, eq=False)
class Case:
    """One network with its inputs and all that is expected of it; see ExperimentModel for the keys.

    repeat: (builds, runs of each), to see whether results differ.
    error, crash: (phase, regex) of the refusal, or of the end of the process, that must come.
    differs: what the case changes in the file's base. tree: the file as merged for the case. budget: of the file.
    family: of the release that it is for, release: its name, gpu: the generation of its GPU, None if it may be any.
    strong: that release types all networks strongly, without being told. names: inputs and outputs of a model -> their
    names among the layers, where TensorRT's parser made these.
    """

    name: str
    about: str
    mark: Mark
    differs: tuple[Change, ...]
    layers: abc.Mapping[str, Layer]
    inputs: abc.Mapping[str, Made]
    weights: abc.Mapping[str, Made]
    definition: NetworkDefinition
    expected: abc.Mapping[str, Expected]
    tolerance: tuple[Tolerance, ...]
    tree: Mapping = field(repr=False)
    budget: Budget = field(default_factory=Budget, repr=False)
    error: tuple[CasePhase, str] | None = None
    crash: tuple[CasePhase, str] | None = None
    unsupported: str | None = None
    warnings: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    repeat: tuple[int, int] | None = None
    finding: str | None = None
    reason: str | None = None
    issue: str | None = None
    family: Family | None = None
    gpu: str | None = None
    release: str | None = None
    strong: bool = False
    names: abc.Mapping[str, str] = field(default_factory=dict)
    _evaluations: dict[Arithmetic, Evaluation] = field(default_factory=dict, repr=False)

    def place(self, *path: str | int) -> Mark:
        """Where a key stands in the file, as far as the path leads: the case itself if it leads nowhere."""
        return find(self.tree, path)[0] if path[:1] and path[0] in self.tree.keys else self.mark

    @property
    def feeds(self) -> dict[str, Array]:
        """The inputs' values as the device gets them."""
        return {name: made.array for name, made in self.inputs.items()}

    def evaluation(self, arithmetic: Arithmetic | None = None) -> Evaluation:
        """The float64 reference with the bounds that this arithmetic grants, computed once; without freedoms if it is
        left out. Raises OverBudget, unless it is the first, in which what is too much is a refusal."""
        arithmetic = arithmetic or Arithmetic(family=self.family, gpu=self.gpu)
        if arithmetic not in self._evaluations:
            tensors = {self.names.get(name, name): made.known for name, made in self.inputs.items()}
            weights = {name: made.known for name, made in self.weights.items()}
            refused = self.budget.refused
            made = partly_evaluate(self.layers, tensors, weights, arithmetic, self.budget, self._wanted)
            known = {name: made.tensors[own] for name, own in self.names.items() if own in made.tensors}
            made = replace(made, tensors={**made.tensors, **known}, refusals=(*made.refusals, *self._exposed))
            if self._evaluations and self.budget.refused > refused:
                raise OverBudget(f"{made.refusal}; what a device may be granted needs it again")
            ranged = frozenset(name for name, given in self.inputs.items() if given.set.dynamic_range is not None)
            definition = self.definition
            if self.strong:
                definition = replace(definition, options=replace(definition.options, strongly_typed=True))
            self._evaluations[arithmetic] = released(made, self.layers, definition, ranged, arithmetic.family)
        return self._evaluations[arithmetic]

    @cached_property
    def _wanted(self) -> list[str]:
        """The outputs by their names among the layers."""
        return [self.names.get(name, name) for name in self.definition.outputs]

    @cached_property
    def _exposed(self) -> tuple[NodeError, ...]:
        """The refusals of outputs that have no single value, whatever the arithmetic."""
        return tuple(exposed(self.layers, self._wanted))

    def leaving(self, output: str, arithmetic: Arithmetic) -> dict[str, str]:
        """name -> dtype of the tensors in between, of those that an output is made from, that may leave their range."""
        found = self.evaluation(arithmetic).leaving
        output = self.names.get(output, output)
        near = upstream(self.layers, output) - {output} if found else set()
        return {tensor: dtype for tensor, dtype in found.items() if tensor in near}


@dataclass(frozen=True, eq=False)
class Refused:
    """A case that is not valid."""

    name: str
    mark: Mark
    error: SpecError


@dataclass(frozen=True, eq=False)
class Experiment:
    """An experiment file for one target: its head and its cases. base: the file without its cases, None if the file
    alone is no network. refused: the cases that are not valid, where these are not raised."""

    path: str
    sha256: str
    title: str
    about: str
    source: str
    cases: tuple[Case, ...]
    base: Case | None
    refused: tuple[Refused, ...] = ()
