"""A network of layers: lowered to the steps of a definition, and evaluated in float64."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trtexp.definition import Call, Ref, Step
from trtexp.layers.base import Layer, LayerError
from trtexp.numerics import Arithmetic, Bounded


class NodeError(ValueError):
    """A fault of one layer: its name, the place below it, and the message."""

    def __init__(self, layer: str, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.layer = layer
        self.path = path


@dataclass(frozen=True)
class Evaluation:
    """The reference of a network: every tensor by name, or how far it got.

    refusal: the constraint at which trtexp's own model stops, in a network with `check: false`; None if there is none.
    """

    tensors: Mapping[str, Bounded]
    refusal: NodeError | None = None


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
) -> Evaluation:
    """Run the references one after the other. Raises NodeError where a layer with `check` refuses its inputs."""
    with np.errstate(all="ignore"):  # infinities and NaNs are values like others
        return _evaluate(layers, tensors, weights, arithmetic)


def _evaluate(
    layers: Mapping[str, Layer],
    tensors: Mapping[str, Bounded],
    weights: Mapping[str, Bounded],
    arithmetic: Arithmetic,
) -> Evaluation:
    known = dict(tensors)
    for name, layer in layers.items():
        wanted = layer.input_tensors()
        arrays = {attribute: weights[array] for _, attribute, array in layer.weight_arrays()}
        try:
            _check_wiring(layer, known)
            inputs = [known[wanted[i][1]] if i in wanted else None for i in range(max(wanted, default=-1) + 1)]
            layer.check_inputs(inputs, arrays)  # type: ignore[arg-type]  # a gap is an optional input
        except LayerError as error:
            refusal = NodeError(name, error.path, str(error))
            if layer.check:
                raise refusal from error
            return Evaluation(known, refusal)
        results = layer.evaluate(inputs, arrays, arithmetic)  # type: ignore[arg-type]
        known.update(zip(layer.output_tensors(name), results, strict=True))
    return Evaluation(known)


def _check_wiring(layer: Layer, known: Mapping[str, Bounded]) -> None:
    """Refuse inputs that the layer does not have, and tensors that only layers further down make."""
    for index in layer.set_input:
        if not 0 <= index < layer.most_inputs:
            message = f"input {index} given; {layer.method} has {layer.most_inputs or 'no'} inputs, counted from 0"
            raise LayerError(("set_input", index), message)
    for place, tensor in layer.input_tensors().values():
        if tensor not in known:
            raise LayerError(place, f"{tensor!r} is made further down, so that it has no value here; move its layer up")
