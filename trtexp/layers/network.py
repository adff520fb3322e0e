"""A network of layers: lowered to the steps of a definition, and evaluated in float64."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trtexp.definition.steps import Call, Ref, Step
from trtexp.layers.base import Layer, LayerError
from trtexp.numerics import Arithmetic, Bounded, kept, leaves
from trtexp.numerics.budget import OF_A_STEP, Budget, OverBudget


class NodeError(ValueError):
    """A fault of one layer: its name, the place below it, and the message."""

    def __init__(self, layer: str, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.layer = layer
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        """How pickle makes it anew: an exception would give its text alone."""
        return NodeError, (self.layer, self.path, str(self))


@dataclass(frozen=True)
class Evaluation:
    """The reference of a network: every tensor by name, or how far it got.

    refusal: the constraint at which trtexp's own model stops, in a network with `check: false`; None if there is none.
    leaving: the tensors that may leave the range of their type, as real numbers; a typed world then differs from this.
    """

    tensors: Mapping[str, Bounded]
    refusal: NodeError | None = None
    leaving: tuple[str, ...] = ()


def _said(error: Exception) -> str:
    """What kept a reference from being computed."""
    match error:
        case OverBudget():
            return str(error)
        case MemoryError():
            return f"its reference does not fit into memory{f': {error}' if str(error) else ''}"
        case RecursionError():
            return "too many layers wait for one another"
    return f"its reference cannot be computed: {error or type(error).__name__}"


def steps(layers: Mapping[str, Layer]) -> Iterator[Step]:
    """The API calls of all layers, in order. A `set_input` to a tensor made later waits until it is there."""
    made = {tensor for name, layer in layers.items() for tensor in layer.output_tensors(name)}
    waiting: list[Call] = []
    for name, layer in layers.items():
        for step in layer.steps(name):
            if isinstance(step, Call) and step.method == "set_input" and _tensor(step) in made:
                waiting.append(step)
            else:
                yield step
        made -= set(layer.output_tensors(name))
        ready = [step for step in waiting if _tensor(step) not in made]
        yield from ready
        waiting = [step for step in waiting if _tensor(step) in made]


def _tensor(step: Call) -> str:
    ref = step.arguments["tensor"]
    assert isinstance(ref, Ref)
    return ref.name


def evaluate(
    layers: Mapping[str, Layer],
    tensors: Mapping[str, Bounded],
    weights: Mapping[str, Bounded],
    arithmetic: Arithmetic,
    budget: Budget | None = None,
) -> Evaluation:
    """Run the references of all layers, as far as the budget goes. Raises NodeError where a layer with `check` refuses
    its inputs, or cannot be computed."""
    values = Values(layers, weights, arithmetic, tensors, budget or Budget())
    with np.errstate(all="ignore"):  # infinities and NaNs are values like others
        try:
            for name, layer in layers.items():
                values.check(name, layer)
            hidden = {inner for layer in layers.values() for inner in layer.hides(layers)}
            for name, layer in layers.items():
                made = layer.output_tensors(name)
                if name not in hidden and (not made or not values.known.keys() >= set(made)):
                    values.make(name)
        except NodeError as error:
            if layers[error.layer].check:
                raise
            values.budget.over = False  # the others of the file may still be computed
            return Evaluation(values.known, error, tuple(values.leaving))
    return Evaluation(values.known, leaving=tuple(values.leaving))


class Values:
    """The tensors of one network by name; each is computed once, when it is asked for.

    Within an iteration of a loop the tensors that depend on it are computed anew; the others are those of `outer`.
    """

    def __init__(
        self,
        layers: Mapping[str, Layer],
        weights: Mapping[str, Bounded],
        arithmetic: Arithmetic,
        known: Mapping[str, Bounded],
        budget: Budget,
        outer: Values | None = None,
        varying: frozenset[str] = frozenset(),
    ) -> None:
        self.layers, self.weights, self.arithmetic, self.budget = layers, weights, arithmetic, budget
        self.known = dict(known)
        self.leaving: dict[str, None] = {} if outer is None else outer.leaving
        self._outer, self._varying = outer, varying
        self._makers = {tensor: name for name, layer in layers.items() for tensor in layer.output_tensors(name)}
        self._active: set[str] = set()

    def inside(self, known: Mapping[str, Bounded], varying: frozenset[str]) -> Values:
        return Values(self.layers, self.weights, self.arithmetic, known, self.budget, self, varying)

    def value(self, tensor: str) -> Bounded:
        if tensor not in self.known:
            name = self._makers.get(tensor)
            if name is None or (self._outer is not None and name not in self._varying):
                assert self._outer is not None, tensor
                return self._outer.value(tensor)
            self._make_ahead(name)
            self.make(name)
        return self.known[tensor]

    def _make_ahead(self, last: str) -> None:
        """Compute what a layer needs, the first things first, so that a long chain is no deep recursion. Layers that
        choose what they ask for are left to do so."""
        waiting, seen = [last], {last}
        while waiting:
            layer = self.layers[waiting[-1]]
            tensors = (t for _, t in layer.input_tensors().values()) if type(layer).pull is Layer.pull else ()
            makers = (self._makers.get(tensor) for tensor in tensors if tensor not in self.known)
            own = (m for m in makers if m is not None and (self._outer is None or m in self._varying))
            ahead = [maker for maker in own if maker not in seen | self._active]
            seen |= set(ahead)
            waiting += ahead
            if not ahead and (name := waiting.pop()) != last:
                self.make(name)

    def make(self, name: str) -> None:
        """Compute the outputs of a layer, or only check its inputs where it has no output."""
        layer = self.layers[name]
        if name in self._active:
            raise NodeError(name, (), "it needs its own result: a cycle that no recurrence breaks")
        self._active.add(name)
        try:
            made = layer.pull(name, self)
            self.budget.keep(sum(y.ref.size for y in made), max(1, len(made)))
        except NodeError:
            raise
        except LayerError as error:
            raise NodeError(name, error.path, str(error)) from error
        except (MemoryError, RecursionError, ArithmeticError, ValueError) as error:
            raise NodeError(name, (), _said(error)) from error
        finally:
            self._active.discard(name)
        tensors = layer.output_tensors(name)
        self.leaving.update((tensor, None) for tensor, y in zip(tensors, made, strict=True) if leaves(y).any())
        made = tuple(kept(y) for y in made) if self.arithmetic.typed else made
        self.known.update(zip(tensors, made, strict=True))

    def check(self, name: str, layer: Layer) -> None:
        """Refuse inputs that the layer does not have, and what is wrong with the layers around it."""
        try:
            for index in layer.set_input:
                most = layer.most_inputs()
                if not 0 <= index < most:
                    message = f"input {index} given; {layer.method} has {most or 'no'} inputs, from 0"
                    raise LayerError(("set_input", index), message)
            if type(layer).check_network is not Layer.check_network:
                self.budget.spend("products", OF_A_STEP * len(self.layers))  # it looks at all of them
            layer.check_network(name, self.layers)
        except LayerError as error:
            raise NodeError(name, error.path, str(error)) from error
        except OverBudget as error:
            raise NodeError(name, (), str(error)) from error
