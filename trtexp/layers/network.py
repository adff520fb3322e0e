"""A network of layers: lowered to the steps of a definition, and evaluated in float64."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trtexp.definition.steps import Call, Ref, Step
from trtexp.layers.base import Layer
from trtexp.layers.values import NodeError as NodeError
from trtexp.layers.values import Values as Values
from trtexp.layers.values import owner_of
from trtexp.numerics import Arithmetic, Bounded, Family
from trtexp.numerics.budget import Budget


@dataclass(frozen=True)
class Evaluation:
    """The reference of a network: every tensor by name that does not depend on a layer that refuses its inputs, nor on
    a tensor of which nobody knows how many elements it has.

    refusals: the constraints at which trtexp's own model stops, one of each layer that does not hold its own.
    leaving: name -> dtype of the tensors in between that may leave the range of their type, as real numbers; a typed
    world then differs from this one. unmodelled: tensors whose numbers an attribute changes in a way that is not known.
    elsewhere: what families of releases refuse, where no release is known. given_up: of a network with very many values
    the tensors of which only type and shape are kept.
    """

    tensors: Mapping[str, Bounded]
    refusals: tuple[NodeError, ...] = ()
    leaving: Mapping[str, str] = field(default_factory=dict)
    unmodelled: frozenset[str] = frozenset()
    elsewhere: Mapping[Family, Sequence[NodeError]] = field(default_factory=dict)
    given_up: frozenset[str] = frozenset()

    @property
    def refusal(self) -> NodeError | None:
        """The first of the refusals."""
        return next(iter(self.refusals), None)


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
    wanted: Collection[str] | None = None,
) -> Evaluation:
    """Run the references of all layers that can be run: what refuses its inputs, or cannot be computed, costs what
    depends on it. budget: what they may cost; if it is left out, that of a file. wanted: the tensors that are kept
    where a network has so many values that large ones are given up; None for all."""
    values = Values(layers, weights, arithmetic, tensors, budget or Budget())
    with np.errstate(all="ignore"):  # infinities and NaNs are values like others
        found = list(values.check())
        if not any(layers[error.layer].check for error in found):
            found += values.make_all(wanted)
    refusals = {(error.layer, error.path, str(error)): error for error in found}
    values.budget.over &= any(layers[error.layer].check for error in found)  # else other cases may still be computed
    tensors = {name: tensor for name, tensor in values.known.items() if not tensor.open}
    return Evaluation(
        tensors,
        tuple(refusals.values()),
        values.leaving,
        elsewhere=values.elsewhere,
        given_up=frozenset(values.given_up),
    )


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
            near = [layer, *(other for other in layers.values() if layer.owner and owner_of(other) == owner_of(layer))]
            waiting += [taken for each in near for _, taken in each.input_tensors().values()]
    return found
