"""add_loop and the layers of a loop: trip limit, recurrence, iterator, loop output. Source: NvInfer.h, ILoop."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal, TypeVar

import numpy as np

from trtexp.layers.base import Attributes, Kind, Layer, LayerError, Object, Settable, Tensor, Tensors
from trtexp.layers.network import NodeError
from trtexp.layers.region import between
from trtexp.numerics import Bounded, exactly, moved, undetermined
from trtexp.numerics.budget import Work

TripLimitKind = Annotated[Literal["COUNT", "WHILE"], Kind("TripLimit")]
LoopOutputKind = Annotated[Literal["LAST_VALUE", "CONCATENATE", "REVERSE"], Kind("LoopOutput")]
MOST_ITERATIONS = 1000
REHEARSAL = -1  # the number of an iteration that is looked at and not run: iterators give zeros
LAST_AXIS = 6  # that a loop output may be told, whatever its kind
OfLoop = TypeVar("OfLoop", bound="Inner")


SCAFFOLD = """inputs: {x: {shape: [3, 2], arange: {start: 1}}}
weights: {three: {shape: [], full: 3, dtype: int32}, zero: {shape: [2], full: 0}}
network:
  n: {constant: {shape: [], weights: three}}
  start: {constant: {shape: [2], weights: zero}}
  loop: {loop: {}}
  limit: {trip_limit: {loop: loop, tensor: n, kind: COUNT}}
  row: {iterator: {loop: loop, tensor: x}}
  sum: {recurrence: {loop: loop, initial_value: start}, set_input: {1: more}}
  more: {elementwise: {input1: sum, input2: row, op: SUM}}
  y: {loop_output: {loop: loop, tensor: sum, kind: LAST_VALUE}}"""


class Loop(Layer):
    """A loop, to which the other layers of this file belong; it makes no tensor.

    In RTX a body that is never run holds its constraints, too (1.7.1).
    C1: it has one trip limit of kind COUNT, or one of kind WHILE, or one of each. C5: what an iteration makes leaves
    the loop by a loop_output. C11: it ends, after 1,000 iterations at most.
    """

    method, interface = "add_loop", "ILoop"
    scaffold = SCAFFOLD
    output_names = ()

    set: Settable = Settable()  # type: ignore[assignment]
    """Nothing: a loop is no layer, and has no attributes."""

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        kinds = [limit.kind for limit in _of(layers, name, TripLimit).values()]
        if not kinds or len(set(kinds)) != len(kinds):
            given = " and ".join(kinds) or "none"
            raise LayerError((self.word,), f"trip limits given: {given}; give one trip_limit of each kind at most [C1]")

    def check_outputs(self, name: str, layers: Mapping[str, Layer], outputs: Collection[str]) -> None:
        inside = body(layers, name)
        for inner in layers:
            if inner in inside and not set(outputs).isdisjoint(layers[inner].output_tensors(inner)):
                message = f"its tensor is used outside {name}; give it to a loop_output [C5]"
                raise NodeError(inner, (layers[inner].word,), message)

    def hides(self, layers: Mapping[str, Layer]) -> frozenset[str]:
        name = next(n for n, layer in layers.items() if layer is self)
        return body(layers, name)


class Inner(Layer):
    """A layer that belongs to a loop, which its argument `loop` names.

    C2: `loop` is the name of a loop layer further up.
    """

    scaffold = SCAFFOLD
    owner = "loop"

    loop: Object
    """The loop that it belongs to."""

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        above = list(layers)[: list(layers).index(name)]
        if self.loop not in above or not isinstance(layers[self.loop], Loop):
            raise LayerError((self.word, "loop"), f"{self.loop!r} is no loop further up [C2]")


class TripLimit(Inner):
    """When the loop ends: after `tensor` iterations (COUNT) or once `tensor` is false, before the iteration (WHILE).

    C10: `tensor` is a scalar, int32 or int64 for COUNT, bool for WHILE.
    """

    method, interface = "add_trip_limit", "ITripLimitLayer"
    output_names = ()

    tensor: Tensor
    kind: TripLimitKind
    """COUNT or WHILE."""

    def check_inputs(self, tensor: Bounded) -> None:
        wanted = ("int32", "int64") if self.kind == "COUNT" else ("bool",)
        if tensor.shape or tensor.dtype not in wanted:
            given = f"{tensor.dtype} {list(tensor.shape)}"
            self.refuse("tensor", f"{given} given for {self.kind}; give a scalar of {wanted[0]}", "C10")


class Recurrence(Inner):
    """A value carried from one iteration to the next: `initial_value` first, then what input 1 was.

    C3: input 1 is set. C12: it has the shape and the dtype of initial_value.
    """

    method, interface = "add_recurrence", "IRecurrenceLayer"
    operands = ("initial_value", "next_value")

    initial_value: Tensor

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        super().check_network(name, layers)
        if 1 not in self.set_input:
            raise LayerError((self.word,), "no next value; give set_input: {1: tensor} [C3]")

    def following(self, name: str, iteration: Tensors) -> Bounded:
        """The value of the next iteration. Raises NodeError."""
        now, then = iteration.value(name), iteration.value(self.set_input[1])
        if (now.shape, now.dtype) != (then.shape, then.dtype):
            shown = f"{then.dtype} {list(then.shape)} after {now.dtype} {list(now.shape)}"
            raise NodeError(name, ("set_input", 1), f"{shown}; a recurrence keeps shape and dtype [C12]")
        return then


class IteratorAttributes(Attributes):
    """Attributes of an iterator."""

    axis: int = 0
    """The axis that is walked along."""
    reverse: bool = False
    """From the end."""


class Iterator(Inner):
    """One slice of a tensor per iteration: x (…, n, …) -> the i-th slice without that axis.

    C7: `axis` lies in x. C9: x has a slice for every iteration.
    """

    method, interface = "add_iterator", "IIteratorLayer"

    tensor: Tensor
    axis: int = 0
    reverse: bool = False
    set: IteratorAttributes = IteratorAttributes()

    def pull(self, name: str, tensors: Tensors) -> tuple[Bounded, ...]:
        x, i = tensors.value(self.input_tensors()[0][1]), int(tensors.value(self.loop).ref)
        axis = self.final.axis
        if not 0 <= axis < len(x.shape):
            self.refuse("axis", f"{axis} given for {list(x.shape)}; give 0 to {len(x.shape) - 1}", "C7")
        if i == REHEARSAL:
            return (moved(lambda part: np.zeros_like(part, shape=np.delete(part.shape, axis)), x),)
        if i >= x.shape[axis]:
            self.refuse("tensor", f"{list(x.shape)} has no slice {i} along axis {axis}", "C9")
        place = x.shape[axis] - 1 - i if self.final.reverse else i
        return (moved(lambda part: np.take(part, place, axis), x),)


class LoopOutputAttributes(Attributes):
    """Attributes of a loop output."""

    axis: int = 0
    """The axis along which iterations are put together."""


class LoopOutput(Inner):
    """What leaves the loop: the last value, or the values of all iterations along a new axis, forwards or backwards.

    Where the length is more than the iterations, CONCATENATE gives zeros behind them (measured on 8.6.0 and 10.16);
    what RTX and REVERSE give is not known. C4: CONCATENATE and REVERSE have the length as input 1. C6: LAST_VALUE takes
    a recurrence of this loop and gives its value after the last iteration. C7: `axis` lies in the output, or
    for LAST_VALUE from 0 to 6, and in RTX to the rank of the tensor (1.7.1).
    """

    method, interface = "add_loop_output", "ILoopOutputLayer"
    operands = ("tensor", "length")

    tensor: Tensor
    kind: LoopOutputKind
    """LAST_VALUE, CONCATENATE or REVERSE."""
    axis: int = 0
    set: LoopOutputAttributes = LoopOutputAttributes()

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        super().check_network(name, layers)
        if (self.kind != "LAST_VALUE") != (1 in self.set_input):
            raise LayerError((self.word, "kind"), f"{self.kind} and set_input: {{1: length}} do not fit together [C4]")
        if self.kind == "LAST_VALUE" and self.tensor not in _of(layers, self.loop, Recurrence):
            raise LayerError((self.word, "tensor"), f"{self.tensor!r} is no recurrence of {self.loop} [C6]")

    def pull(self, name: str, tensors: Tensors) -> tuple[Bounded, ...]:
        iterations = tensors.once(self.loop, lambda: run(self.loop, tensors))
        if self.kind == "LAST_VALUE":
            last = iterations[-1].value(self.tensor)
            most = len(last.shape) if tensors.arithmetic.family == "tensorrt-rtx" else LAST_AXIS
            if not 0 <= self.final.axis <= min(most, LAST_AXIS):
                self.refuse("axis", f"{self.final.axis} given, though it has no use; give 0 to {most}", "C7")
            return (last,)
        length, each = _whole(tensors.value(self.set_input[1]), "its length"), iterations[:-1]
        first = iterations[0].value(self.tensor)
        axis, rank = self.final.axis, len(first.shape)
        if not 0 <= axis <= rank:
            self.refuse("axis", f"{axis} given; give 0 to {rank}", "C7")
        values = [iteration.value(self.tensor) for iteration in each[:length]]
        tensors.budget.begin(Work(length * max(1, first.ref.size)))
        if self.kind == "REVERSE":
            values.reverse()
        if length <= len(each):
            return (stacked(values, first, axis),)
        values += [moved(np.zeros_like, first)] * (length - len(each))
        known = self.kind == "CONCATENATE" and tensors.arithmetic.family in ("tensorrt<10", "tensorrt>=10")
        beyond = np.arange(length) >= (length if known else len(each) if self.kind == "CONCATENATE" else 0)
        made = stacked(values, first, axis)
        shape = [length if a == axis else 1 for a in range(len(made.shape))]
        return (undetermined(made, np.broadcast_to(beyond.reshape(shape), made.shape)),)


def _whole(x: Bounded, what: str) -> int:
    """A number of iterations. Raises LayerError where it can be none."""
    if x.ref.size != 1 or not (x.ref >= 0).all():
        raise LayerError((), f"{what} is {x.dtype} {list(x.shape)}; give a scalar of 0 or more")
    return int(x.ref.reshape(()))


def stacked(values: Sequence[Bounded], like: Bounded, axis: int) -> Bounded:
    """Tensors along a new axis; `like` has the shape and the dtype of each, also where there is none."""
    if values:
        return moved(lambda *parts: np.stack(parts, axis), *values)
    return moved(lambda part: np.expand_dims(part, axis).take(range(0), axis), like)


def _of(layers: Mapping[str, Layer], loop: str, kind: type[OfLoop]) -> dict[str, OfLoop]:
    return {name: layer for name, layer in layers.items() if isinstance(layer, kind) and layer.loop == loop}


def body(layers: Mapping[str, Layer], loop: str) -> frozenset[str]:
    """The layers whose values change with the iteration: all behind recurrences and iterators, up to the outputs."""
    entries = frozenset(_of(layers, loop, Recurrence)) | frozenset(_of(layers, loop, Iterator))
    return between(layers, entries, frozenset(_of(layers, loop, LoopOutput)))


def run(loop: str, tensors: Tensors) -> list[Tensors]:
    """The values of each iteration, and at the end those after the last one, in which only recurrences have values."""
    layers = tensors.layers
    varying = body(layers, loop)
    ends = {limit.kind: limit.tensor for limit in _of(layers, loop, TripLimit).values()}
    count = _whole(tensors.value(ends["COUNT"]), f"the count of {loop}") if "COUNT" in ends else MOST_ITERATIONS
    recurrences = _of(layers, loop, Recurrence)
    carried = {n: tensors.value(recurrence.input_tensors()[0][1]) for n, recurrence in recurrences.items()}
    iterations: list[Tensors] = []
    for i in range(count + 1):
        iteration = tensors.inside(carried | {loop: exactly(np.array(i), "int32")}, varying)
        iterations.append(iteration)
        if "WHILE" in ends and not iteration.value(ends["WHILE"]).ref.all():
            return iterations
        if i < count:
            carried = {n: recurrence.following(n, iteration) for n, recurrence in recurrences.items()}
    if count == 0 and tensors.arithmetic.family == "tensorrt-rtx":
        rehearsal = tensors.inside(carried | {loop: exactly(np.array(REHEARSAL), "int32")}, varying)
        for n, recurrence in recurrences.items():
            recurrence.following(n, rehearsal)
    if "COUNT" not in ends:
        raise LayerError((), f"{loop} has not ended after {MOST_ITERATIONS} iterations [C11]")
    return iterations
