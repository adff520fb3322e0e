"""add_loop and the layers of a loop: trip limit, recurrence, iterator, loop output. Source: NvInfer.h, ILoop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np

from trtexp.layers.base import Attributes, Kind, Layer, LayerError, Object, Tensor, Tensors
from trtexp.numerics import Bounded, moved

TripLimitKind = Annotated[Literal["COUNT", "WHILE"], Kind("TripLimit")]
LoopOutputKind = Annotated[Literal["LAST_VALUE", "CONCATENATE", "REVERSE"], Kind("LoopOutput")]
MOST_ITERATIONS = 10_000


class Loop(Layer):
    """A loop, to which the other layers of this file belong; it makes no tensor.

    C1: it has one trip limit of kind COUNT, or one of kind WHILE, or one of each.
    """

    method: ClassVar[str] = "add_loop"
    interface: ClassVar[str] = "ILoop"
    most_inputs: ClassVar[int] = 0
    output_names: ClassVar[tuple[str, ...]] = ()

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        kinds = [limit.kind for limit in limits(layers, name)]
        if not kinds or len(set(kinds)) != len(kinds):
            given = " and ".join(kinds) or "none"
            raise LayerError((self.key,), f"trip limits given: {given}; give one trip_limit of each kind at most [C1]")

    def hides(self, layers: Mapping[str, Layer]) -> frozenset[str]:
        name = next(n for n, layer in layers.items() if layer is self)
        return body(layers, name)


class Inner(Layer):
    """A layer that belongs to a loop, which its argument `loop` names.

    C2: `loop` is the name of a loop layer further up.
    """

    owner: ClassVar[str | None] = "loop"

    loop: Object
    """The loop that it belongs to."""

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        above = list(layers)[: list(layers).index(name)]
        if self.loop not in above or not isinstance(layers[self.loop], Loop):
            raise LayerError((self.key, "loop"), f"{self.loop!r} is no loop further up [C2]")


class TripLimit(Inner):
    """When the loop ends: after `tensor` iterations (COUNT, int32 scalar) or once `tensor` is false (WHILE, bool)."""

    method: ClassVar[str] = "add_trip_limit"
    interface: ClassVar[str] = "ITripLimitLayer"
    output_names: ClassVar[tuple[str, ...]] = ()

    tensor: Tensor
    kind: TripLimitKind
    """COUNT or WHILE."""


class Recurrence(Inner):
    """A value carried from one iteration to the next: `initial_value` first, then what input 1 was.

    C3: input 1 is set.
    """

    method: ClassVar[str] = "add_recurrence"
    interface: ClassVar[str] = "IRecurrenceLayer"
    most_inputs: ClassVar[int] = 2

    initial_value: Tensor

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        super().check_network(name, layers)
        if 1 not in self.set_input:
            raise LayerError((self.key,), "no next value; give set_input: {1: tensor} [C3]")


class IteratorAttributes(Attributes):
    """Attributes of an iterator."""

    axis: int | None = None
    """The axis that is walked along. Default 0."""
    reverse: bool | None = None
    """From the end. Default false."""


class Iterator(Inner):
    """One slice of a tensor per iteration: x (…, n, …) -> the i-th slice without that axis."""

    method: ClassVar[str] = "add_iterator"
    interface: ClassVar[str] = "IIteratorLayer"

    tensor: Tensor
    axis: int = 0
    """The axis that is walked along."""
    reverse: bool = False
    """From the end."""
    set: IteratorAttributes = IteratorAttributes()

    def slice(self, x: Bounded, i: int) -> Bounded:
        """The slice of iteration i."""
        axis = self.state().get("axis", 0)
        place = x.shape[axis] - 1 - i if self.state().get("reverse", False) else i
        return moved(lambda part: np.take(part, place, axis), x)


class LoopOutputAttributes(Attributes):
    """Attributes of a loop output."""

    axis: int | None = None
    """The axis along which iterations are put together. Default 0."""


class LoopOutput(Inner):
    """What leaves the loop: the last value, or the values of all iterations along a new axis, forwards or backwards.

    C4: CONCATENATE and REVERSE have the length as input 1. LAST_VALUE takes the recurrence's value after the last
    iteration.
    """

    method: ClassVar[str] = "add_loop_output"
    interface: ClassVar[str] = "ILoopOutputLayer"
    most_inputs: ClassVar[int] = 2

    tensor: Tensor
    kind: LoopOutputKind
    """LAST_VALUE, CONCATENATE or REVERSE."""
    axis: int = 0
    """The axis along which iterations are put together."""
    set: LoopOutputAttributes = LoopOutputAttributes()

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        super().check_network(name, layers)
        if (self.kind != "LAST_VALUE") != (1 in self.set_input):
            raise LayerError((self.key, "kind"), f"{self.kind} and set_input: {{1: length}} do not fit together [C4]")

    def pull(self, name: str, tensors: Tensors) -> tuple[Bounded, ...]:
        iterations = list(run(self.loop, tensors))
        if self.kind == "LAST_VALUE":
            return (iterations[-1].value(self.tensor),)
        length = int(tensors.value(self.set_input[1]).ref)
        values = [iteration.value(self.tensor) for iteration in iterations[:-1]][:length]
        if self.kind == "REVERSE":
            values.reverse()
        axis = self.state().get("axis", 0)
        return (moved(lambda *parts: np.stack(parts, axis), *values),)


def _of(layers: Mapping[str, Layer], loop: str, kind: type[Inner]) -> dict[str, Inner]:
    return {name: layer for name, layer in layers.items() if isinstance(layer, kind) and layer.loop == loop}


def limits(layers: Mapping[str, Layer], loop: str) -> list[TripLimit]:
    """The trip limits of a loop."""
    return [layer for layer in layers.values() if isinstance(layer, TripLimit) and layer.loop == loop]


def body(layers: Mapping[str, Layer], loop: str) -> frozenset[str]:
    """The layers whose values change with the iteration: all behind recurrences and iterators, up to the outputs."""
    found = set(_of(layers, loop, Recurrence)) | set(_of(layers, loop, Iterator))
    outputs = set(_of(layers, loop, LoopOutput))
    while True:
        tensors = {tensor for name in found for tensor in layers[name].output_tensors(name)}
        more = {
            name
            for name, layer in layers.items()
            if name not in found | outputs and any(t in tensors for _, t in layer.input_tensors().values())
        }
        if not more:
            return frozenset(found)
        found |= more


def run(loop: str, tensors: Tensors) -> list[Tensors]:
    """The values of each iteration, and at the end those after the last one, in which only recurrences have values."""
    layers = tensors.layers
    varying = body(layers, loop)
    ends = {limit.kind: limit.tensor for limit in limits(layers, loop)}
    count = int(tensors.value(ends["COUNT"]).ref) if "COUNT" in ends else MOST_ITERATIONS
    carried = {n: tensors.value(layer.input_tensors()[0][1]) for n, layer in _of(layers, loop, Recurrence).items()}
    iterations: list[Tensors] = []
    for i in range(count + 1):
        known = dict(carried)
        for name, layer in _of(layers, loop, Iterator).items():
            source = tensors.value(layer.input_tensors()[0][1])
            if isinstance(layer, Iterator) and i < source.shape[layer.state().get("axis", 0)]:
                known[name] = layer.slice(source, i)
        iteration = tensors.inside(known, varying)
        iterations.append(iteration)
        if i == count or ("WHILE" in ends and not iteration.value(ends["WHILE"]).ref.all()):
            break
        carried = {n: iteration.value(layers[n].set_input[1]) for n in carried}
    return iterations
