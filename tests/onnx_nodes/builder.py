"""A network of trtexp layers, made one layer at a time; every layer is evaluated at once, so that shapes are known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from onnx_nodes.graph import ExcludedError
from trtexp.definition.network import DTYPES, Array, BuildOptions, Input, NetworkDefinition
from trtexp.definition.steps import references
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer, LayerError
from trtexp.layers.network import Evaluation, NodeError, evaluate, steps
from trtexp.layers.region import takes
from trtexp.numerics import F64, VALUE_DTYPES, Arithmetic, Bounded, Family, encode, known
from trtexp.numerics.budget import Budget

NAMES = {dtype: name for name, dtype in VALUE_DTYPES.items()}
MEMBERS = {name: member for name, (_, _, member) in DTYPES.items()}
#: Layers that have no value until the whole region stands.
REGIONS = (
    "condition", "conditional_output", "if_conditional", "iterator", "loop", "loop_output", "recurrence", "trip_limit",
)  # fmt: skip


def array_of(values: np.ndarray) -> Array:
    """A numpy array as TensorRT's types have it."""
    values = np.asarray(values)
    name = NAMES.get(values.dtype)
    if name is None:
        raise ExcludedError("dtype", str(values.dtype))
    try:
        return encode(values, name)
    except ValueError as error:
        raise ExcludedError("dtype", f"{name} without NaN") from error


class Builder:
    """The network so far. It stands in for the evaluator while layers are added, and lets that one judge at the end."""

    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}
        self.arrays: dict[str, Array] = {}
        self.feeds: dict[str, Array] = {}
        self.known: dict[str, Bounded] = {}
        self.varying: set[str] = set()  # tensors that change from one iteration of a loop to the next
        self.arithmetic = Arithmetic()
        self.budget = Budget()
        self.made = 0
        self.open: set[str] = set()  # loops and conditionals that are being made

    @property
    def weights(self) -> Mapping[str, Bounded]:
        return {name: known(array) for name, array in self.arrays.items()}

    def value(self, tensor: str) -> Bounded:
        """What is known of a tensor so far; within a loop that of its first iteration."""
        return self.known[tensor]

    def inside(self, known: Mapping[str, Bounded], varying: frozenset[str]) -> Builder:
        raise NotImplementedError

    def refused_by(self, layer: str, family: Family, error: LayerError) -> None:
        """What some releases refuse is no matter here."""

    def shape(self, tensor: str) -> tuple[int, ...]:
        return self.known[tensor].shape

    def rank(self, tensor: str) -> int:
        return len(self.known[tensor].shape)

    def dtype(self, tensor: str) -> str:
        return self.known[tensor].dtype

    def numbers(self, tensor: str) -> list[int]:
        """Whole numbers that have to be there when the network is built."""
        return [int(v) for v in self.values(tensor).reshape(-1)]

    def number(self, tensor: str) -> float:
        """A number that has to be there when the network is built."""
        return float(self.values(tensor).reshape(()))

    def values(self, tensor: str) -> F64:
        """What has to be known when the network is built, and so may not depend on an iteration."""
        if tensor in self.varying:
            raise ExcludedError("option", "a number for the build that changes with the iteration")
        return self.known[tensor].ref

    def feed(self, name: str, values: np.ndarray) -> str:
        """A network input."""
        self.feeds[name] = array_of(values)
        self.known[name] = known(self.feeds[name])
        return name

    def array(self, values: Any, dtype: str) -> str:
        """A weights array."""
        name = f"w{len(self.arrays)}"
        self.arrays[name] = encode(np.asarray(values), dtype)
        return name

    def array_from(self, tensor: str) -> str:
        """The values of a tensor as weights: what a layer takes at build time only."""
        return self.array(self.values(tensor), self.dtype(tensor))

    def constant(self, values: Any, dtype: str | None = None) -> str:
        """A constant layer."""
        values = np.asarray(values)
        name = dtype or array_of(values).dtype
        return self.add("constant", shape=list(values.shape), weights=self.array(values, name))

    def scalar(self, value: float, like: str) -> str:
        """A constant of one element, with the rank and dtype of a tensor."""
        return self.constant(np.full([1] * self.rank(like), value), self.dtype(like))

    def fixed(self, tensor: str) -> str:
        """A tensor as a constant."""
        return self.constant(self.values(tensor), self.dtype(tensor))

    def add(self, word: str, /, set: Mapping[str, Any] | None = None, **arguments: Any) -> str:
        """A layer, by its word and the names of its arguments; its first output."""
        self.made += 1
        name = f"{word}_{self.made}"
        given = {k: v for k, v in arguments.items() if v is not None}
        layer = LAYERS[word].model_validate({**given, "set": dict(set)} if set else given)
        self.layers[name] = layer
        if word in ("loop", "if_conditional"):
            self.open.add(name)
        if word in ("recurrence", "iterator") or self.varying.intersection(takes(layer)):
            self.varying.update(layer.output_tensors(name))
        if word not in REGIONS:
            with np.errstate(all="ignore"):
                made = layer.pull(name, self)
            self.known.update(zip(layer.output_tensors(name), made, strict=True))
        return name

    def codes(self, tensor: str) -> str | None:
        """The dtype of the codes that a tensor gives as numbers."""
        makers = (layer for name, layer in self.layers.items() if tensor in layer.output_tensors(name))
        undone = next((layer.undoes() for layer in makers), None)
        return None if undone is None else self.value(undone).dtype

    def rewire(self, name: str, inputs: Mapping[int, str]) -> None:
        """set_input of a layer that is already there."""
        self.layers[name] = self.layers[name].model_copy(update={"set_input": dict(inputs)})

    def close(self, region: str) -> None:
        """A loop or a conditional stands: its outputs are computed, beside what is known and what is still open."""
        self.open.discard(region)
        ready = {n: layer for n, layer in self.layers.items() if n not in self.open and owner(layer) not in self.open}
        self.known.update(evaluate(ready, self.known, self.weights, self.arithmetic).tensors)
        if not self.open:
            self.varying.clear()

    def evaluation(self) -> Evaluation:
        """The project's own evaluator on the whole network."""
        tensors = {name: known(array) for name, array in self.feeds.items()}
        return evaluate(self.layers, tensors, self.weights, self.arithmetic)

    def prune(self, wanted: Sequence[str], since: int = 0) -> None:
        """Take away the layers, from the one at `since` on, that nothing needs: what was asked for its shape only."""
        while idle := self.idle(wanted, list(self.layers)[since:]):
            for name in idle:
                del self.layers[name]

    def idle(self, wanted: Sequence[str], among: Sequence[str]) -> list[str]:
        """Layers whose outputs nothing takes, and the parts of loops and conditionals without an output."""
        used = {*wanted, *(tensor for layer in self.layers.values() for tensor in takes(layer))}
        exits = ("loop_output", "conditional_output")
        left = self.open | {owner(layer) for layer in self.layers.values() if layer.word in exits}
        found = []
        for name in among:
            layer = self.layers[name]
            made, of = layer.output_tensors(name), owner(layer) or name
            region = layer.owner is not None or layer.word in ("loop", "if_conditional")
            if (region and of not in left) or (made and not used.intersection(made)):
                found.append(name)
        return found

    def definition(self, outputs: Sequence[str]) -> NetworkDefinition:
        """The network as plain data, with the inputs that it uses."""
        flow = tuple(steps(self.layers))
        used = {ref.name for step in flow for ref in references(step)} | {*outputs}
        return NetworkDefinition(
            inputs=tuple(Input(n, a.dtype, a.shape) for n, a in self.feeds.items() if n in used),
            weights={name: array for name, array in self.arrays.items() if name in used},
            steps=flow,
            outputs=tuple(outputs),
            options=BuildOptions(strongly_typed=True),
        )

    # What nearly every operator needs.

    def unary(self, op: str, x: str) -> str:
        return self.add("unary", input=x, op=op)

    def activation(self, kind: str, x: str, **parameters: float) -> str:
        return self.add("activation", input=x, type=kind, set=parameters)

    def elementwise(self, op: str, *tensors: str) -> str:
        """An operation from left to right, on tensors of any rank."""
        first, *rest = self.aligned(*tensors)
        for other in rest:
            first = self.add("elementwise", input1=first, input2=other, op=op)
        return first

    def aligned(self, *tensors: str) -> list[str]:
        """Tensors of one rank: dimensions of 1 in front of the shorter shapes."""
        rank = max(self.rank(tensor) for tensor in tensors)
        return [self.reshape(t, [*[1] * (rank - self.rank(t)), *self.shape(t)]) for t in tensors]

    def reshape(self, x: str, shape: Sequence[int]) -> str:
        """A shuffle, or nothing if that is the shape already."""
        if tuple(shape) == self.shape(x):
            return x
        return self.add("shuffle", input=x, set={"reshape_dims": list(shape), "zero_is_placeholder": False})

    def transpose(self, x: str, order: Sequence[int]) -> str:
        return self.add("shuffle", input=x, set={"first_transpose": list(order)})

    def expand(self, x: str, shape: Sequence[int]) -> str:
        """A slice with stride 0 along the axes of 1, as TensorRT's parser does it."""
        x = self.reshape(x, [*[1] * (len(shape) - self.rank(x)), *self.shape(x)])
        if tuple(shape) == self.shape(x):
            return x
        stride = [int(n != 1) for n in self.shape(x)]
        return self.add("slice", input=x, start=[0] * len(shape), shape=list(shape), stride=stride)

    def part(self, x: str, axis: int, start: int, count: int, stride: int = 1) -> str:
        """A slice along one axis."""
        rank, shape = self.rank(x), list(self.shape(x))
        axis %= rank
        begin, step = [0] * rank, [1] * rank
        begin[axis], step[axis], shape[axis] = start, stride, count
        return self.add("slice", input=x, start=begin, shape=shape, stride=step)

    def cast(self, x: str, dtype: str) -> str:
        return x if dtype == self.dtype(x) else self.add("cast", input=x, to_type=MEMBERS[dtype])

    def concatenated(self, tensors: Sequence[str], axis: int) -> str:
        return self.add("concatenation", inputs=list(tensors), set={"axis": axis % self.rank(tensors[0])})

    def reduced(self, op: str, x: str, axes: Sequence[int], keep: bool = True) -> str:
        mask = sum(1 << (axis % self.rank(x)) for axis in axes)
        return self.add("reduce", input=x, op=op, axes=mask, keep_dims=keep)

    def matmul(self, a: str, b: str, ops: tuple[str, str] = ("NONE", "NONE")) -> str:
        return self.add("matrix_multiply", input0=a, op0=ops[0], input1=b, op1=ops[1])

    def count(self, shape: Sequence[int]) -> int:
        return math.prod(shape)


def owner(layer: Layer) -> str | None:
    """The loop or the conditional that a layer belongs to."""
    return None if layer.owner is None else getattr(layer, layer.owner)


def refusal(layer: Layer, error: LayerError | NodeError) -> ExcludedError:
    """A layer's refusal as a reason with its label."""
    return ExcludedError("refused", f"{layer.word} {str(error).rpartition('[')[2].rstrip(']')}")
