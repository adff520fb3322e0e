"""A network of layers: lowered to the steps of a definition, and evaluated in float64."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trtexp.definition.steps import Call, Ref, Step
from trtexp.layers.base import Layer, LayerError
from trtexp.numerics import Arithmetic, Bounded, Family, kept, leaves
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


class OpenShape(NodeError):
    """A tensor of which nobody knows how many elements it has; no fault, but nothing can be made of it."""


@dataclass(frozen=True)
class Evaluation:
    """The reference of a network: every tensor by name that does not depend on a layer that refuses its inputs, nor on
    a tensor of which nobody knows how many elements it has.

    refusals: the constraints at which trtexp's own model stops, one of each layer that does not hold its own.
    leaving: name -> dtype of the tensors in between that may leave the range of their type, as real numbers; a typed
    world then differs from this one. unmodelled: tensors whose numbers an attribute changes in a way that is not known.
    elsewhere: what families of releases refuse, where no release is known.
    """

    tensors: Mapping[str, Bounded]
    refusals: tuple[NodeError, ...] = ()
    leaving: Mapping[str, str] = field(default_factory=dict)
    unmodelled: frozenset[str] = frozenset()
    elsewhere: Mapping[Family, Sequence[NodeError]] = field(default_factory=dict)

    @property
    def refusal(self) -> NodeError | None:
        """The first of the refusals."""
        return next(iter(self.refusals), None)


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
    made = partly_evaluate(layers, tensors, weights, arithmetic, budget)
    for error in made.refusals:
        if layers[error.layer].check:
            raise error
    return made


def partly_evaluate(
    layers: Mapping[str, Layer],
    tensors: Mapping[str, Bounded],
    weights: Mapping[str, Bounded],
    arithmetic: Arithmetic,
    budget: Budget | None = None,
) -> Evaluation:
    """Run the references of all layers that can be run: what refuses its inputs, or cannot be computed, costs what
    depends on it. budget: what they may cost; if it is left out, that of a file."""
    values = Values(layers, weights, arithmetic, tensors, budget or Budget())
    with np.errstate(all="ignore"):  # infinities and NaNs are values like others
        found = list(values.check())
        if not any(layers[error.layer].check for error in found):
            found += values.make_all()
    refusals = {(error.layer, error.path, str(error)): error for error in found}
    values.budget.over &= any(layers[error.layer].check for error in found)  # else other cases may still be computed
    tensors = {name: tensor for name, tensor in values.known.items() if not tensor.open}
    return Evaluation(tensors, tuple(refusals.values()), values.leaving, elsewhere=values.elsewhere)


def upstream(layers: Mapping[str, Layer], tensor: str) -> set[str]:
    """The tensors that a tensor is made from, and itself; those of a loop or of a conditional if it leaves one."""
    makers = {made: name for name, layer in layers.items() for made in layer.output_tensors(name)}
    found: set[str] = set()
    waiting = [tensor]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        if one in makers:
            layer = layers[makers[one]]
            near = [layer, *(other for other in layers.values() if layer.owner and _owner(other) == _owner(layer))]
            waiting += [taken for each in near for _, taken in each.input_tensors().values()]
    return found


def _owner(layer: Layer) -> str | None:
    """The loop or the conditional that a layer belongs to."""
    return None if layer.owner is None else str(getattr(layer, layer.owner))


class Values:
    """The tensors of one network by name; each is computed once, when it is asked for.

    Within an iteration of a loop the tensors that depend on it are computed anew; the others are those of `outer`.
    failed: the layers that have no values, each with the refusal that it depends on.
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
        self.failed: dict[str, NodeError] = {}
        self.leaving: dict[str, str] = {} if outer is None else outer.leaving
        self.elsewhere: dict[Family, list[NodeError]] = {} if outer is None else outer.elsewhere
        self._outer, self._varying = outer, varying
        self._makers = {tensor: name for name, layer in layers.items() for tensor in layer.output_tensors(name)}
        self._taken = {tensor for layer in layers.values() for _, tensor in layer.input_tensors().values()}
        self._active: set[str] = set()

    def inside(self, known: Mapping[str, Bounded], varying: frozenset[str]) -> Values:
        return Values(self.layers, self.weights, self.arithmetic, known, self.budget, self, varying)

    def value(self, tensor: str) -> Bounded:
        if tensor not in self.known:
            name = self._makers.get(tensor)
            if name is None or (self._outer is not None and name not in self._varying):
                if self._outer is None:
                    raise LayerError((), f"{tensor} has a value in an iteration alone, and this is asked for outside")
                return self._outer.value(tensor)
            self._make_ahead(name)
            self.make(name)
        if self.known[tensor].open:
            raise OpenShape(self._makers[tensor], (), f"nobody knows how many elements {tensor} has")
        return self.known[tensor]

    def _make_ahead(self, last: str) -> None:
        """Compute what a layer needs, the first things first, so that a long chain is no deep recursion. Layers that
        choose what they ask for are left to do so. Raises NodeError."""
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

    def codes(self, tensor: str) -> str | None:
        maker = self._makers.get(tensor)
        undone = None if maker is None else self.layers[maker].undoes()
        return None if undone is None else self.value(undone).dtype

    def refused_by(self, layer: str, family: Family, error: LayerError) -> None:
        told = self.elsewhere.setdefault(family, [])
        if layer not in (each.layer for each in told):  # a loop asks again in every iteration
            told.append(NodeError(layer, error.path, str(error)))

    def make_all(self) -> Iterator[NodeError]:
        """Compute all tensors that have one value; the refusals of those that have none."""
        sound = [layer for name, layer in self.layers.items() if name not in self.failed]
        hidden = {inner for layer in sound for inner in layer.hides(self.layers)}
        for name, layer in self.layers.items():
            made = layer.output_tensors(name)
            if name not in hidden and name not in self.failed and (not made or not self.known.keys() >= set(made)):
                try:
                    self.make(name)
                except OpenShape:
                    continue
                except NodeError as error:
                    yield error

    def make(self, name: str) -> None:
        """Compute the outputs of a layer, or only check its inputs where it has no output. Raises NodeError."""
        layer = self.layers[name]
        if name in self._active:
            raise NodeError(name, (), "it needs its own result: a cycle that no recurrence breaks")
        self._active.add(name)
        try:
            failed = self.failed.get(name) or self.failed.get(_owner(layer) or "")
            if failed is not None:
                raise failed
            made = layer.pull(name, self)
            self.budget.keep(sum(y.ref.size for y in made), max(1, len(made)))
        except NodeError as error:
            self.failed[name] = error
            raise
        except LayerError as error:
            self._fail(name, NodeError(name, error.path, str(error)), bool(layer.output_tensors(name)))
            raise self.failed[name] from error
        except (MemoryError, RecursionError, ArithmeticError, ValueError) as error:
            self._fail(name, NodeError(name, (), _said(error)), bool(layer.output_tensors(name)))
            raise self.failed[name] from error
        finally:
            self._active.discard(name)
        tensors = layer.output_tensors(name)
        between = [(t, y) for t, y in zip(tensors, made, strict=True) if t in self._taken and leaves(y).any()]
        self.leaving.update((tensor, y.dtype) for tensor, y in between)
        made = tuple(kept(y) for y in made) if self.arithmetic.typed else made
        self.known.update(zip(tensors, made, strict=True))

    def check(self) -> Iterator[NodeError]:
        """The refusals of inputs that a layer does not have, and of what is wrong with the layers around it.

        What stands within a loop or a conditional takes that along, since it has no sense without it.
        """
        for name, layer in self.layers.items():
            error = _refused(name, layer, self.layers, self.budget)
            if error is None:
                continue
            owner = self.layers.get(_owner(layer) or "")
            within = owner is not None and name in owner.hides(self.layers)
            self._fail(name, error, bool(layer.output_tensors(name)) and not within)
            self.failed.setdefault(error.layer, error)
            yield error

    def _fail(self, name: str, error: NodeError, apart: bool) -> None:
        """Keep why a layer has no values. apart: the loop or the conditional around it may have some without it."""
        self.failed[name] = error
        owner = _owner(self.layers[name])
        if owner is not None and not apart:
            self.failed.setdefault(owner, error)


def _refused(name: str, layer: Layer, layers: Mapping[str, Layer], budget: Budget) -> NodeError | None:
    try:
        for index in layer.set_input:
            most = layer.most_inputs()
            if not 0 <= index < most:
                message = f"input {index} given; {layer.method} has {most or 'no'} inputs, from 0"
                raise LayerError(("set_input", index), message)
        if type(layer).check_network is not Layer.check_network:
            budget.spend("products", OF_A_STEP * len(layers))  # it looks at all of them
        layer.check_numbers()
        layer.check_network(name, layers)
    except LayerError as error:
        return NodeError(name, error.path, str(error))
    except NodeError as error:
        return error
    except OverBudget as error:
        return NodeError(name, (), str(error))
    return None
