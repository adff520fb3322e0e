"""add_if_conditional and its layers: condition, inputs, outputs. Source: NvInfer.h, IIfConditional."""

from __future__ import annotations

from collections.abc import Mapping

from trtexp.layers.base import Layer, LayerError, Object, Settable, Tensor, Tensors
from trtexp.layers.network import NodeError
from trtexp.layers.region import before, between, check_exits
from trtexp.numerics import Bounded

SCAFFOLD = """inputs: {x: {shape: [3], arange: {start: 1}}, flag: {shape: [], full: true, dtype: bool}}
network:
  if: {if_conditional: {}}
  choice: {condition: {conditional: if, condition: flag}}
  inside: {conditional_input: {conditional: if, input: x}}
  double: {elementwise: {input1: inside, input2: inside, op: SUM}}
  y: {conditional_output: {conditional: if, true_subgraph_output: double, false_subgraph_output: x}}"""


class IfConditional(Layer):
    """A choice between two branches, to which the other layers of this file belong; it makes no tensor.

    C1: it has one condition and at least one output. C5: a layer belongs to one branch. C6: what a branch makes leaves
    it by an output.
    """

    method, interface = "add_if_conditional", "IIfConditional"
    scaffold = SCAFFOLD
    output_names = ()

    set: Settable = Settable()  # type: ignore[assignment]
    """Nothing: a conditional is no layer, and has no attributes."""

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        conditions, outputs = of(layers, name, Condition), of(layers, name, ConditionalOutput)
        if len(conditions) != 1 or not outputs:
            given = f"{len(conditions)} conditions and {len(outputs)} outputs"
            raise LayerError((self.word,), f"{given} given; give one condition, and one output or more [C1]")
        inside = branches(layers, name)
        message = f"its tensor is used outside {name}, or not at all; give it to a conditional_output [C6]"
        check_exits(layers, inside, frozenset(outputs), message)
        shared = inside - frozenset(of(layers, name, ConditionalInput))
        for i in (0, 1):
            shared &= before(layers, inside, {layer.input_tensors()[i][1] for layer in outputs.values()})
        for inner in layers:
            if inner in shared:
                raise NodeError(inner, (layers[inner].word,), "both branches use it; give each a layer of its own [C5]")

    def hides(self, layers: Mapping[str, Layer]) -> frozenset[str]:
        return branches(layers, next(n for n, layer in layers.items() if layer is self))


class Inner(Layer):
    """A layer that belongs to a conditional, which its argument `conditional` names.

    C2: `conditional` is the name of an if_conditional further up.
    """

    scaffold = SCAFFOLD
    owner = "conditional"

    conditional: Object
    """The conditional that it belongs to."""

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        above = list(layers)[: list(layers).index(name)]
        if self.conditional not in above or not isinstance(layers[self.conditional], IfConditional):
            raise LayerError((self.word, "conditional"), f"{self.conditional!r} is no if_conditional further up [C2]")


class Condition(Inner):
    """What decides: true takes the true branch, false the other one. C3: it is a bool scalar."""

    method = "set_condition"
    word = "condition"
    interface = "IConditionLayer"
    output_names = ()

    condition: Tensor
    """A bool scalar."""

    def check_inputs(self, condition: Bounded) -> None:
        if condition.dtype != "bool" or condition.shape:
            self.refuse("condition", f"{condition.dtype} {list(condition.shape)} given; give a bool scalar", "C3")


class ConditionalInput(Inner):
    """A tensor of the outside as both branches see it: x (any shape, any dtype) -> the same."""

    method = "add_input"
    word = "conditional_input"
    interface = "IIfConditionalInputLayer"

    input: Tensor

    def evaluate(self, x: Bounded) -> Bounded:
        return x


class ConditionalOutput(Inner):
    """The tensor of the branch that is taken: two of one rank and dtype -> one of them; the other is not computed.

    C4: both have one rank and one dtype.
    """

    method = "add_output"
    word = "conditional_output"
    interface = "IIfConditionalOutputLayer"

    true_subgraph_output: Tensor
    """What the branch for true makes."""
    false_subgraph_output: Tensor
    """What the branch for false makes."""

    def pull(self, name: str, tensors: Tensors) -> tuple[Bounded, ...]:
        (condition,) = of(tensors.layers, self.conditional, Condition).values()
        wanted = self.input_tensors()
        names = [wanted[1][1], wanted[0][1]]
        taken = bool(tensors.value(condition.input_tensors()[0][1]).ref)
        made = tensors.value(names[taken])
        try:
            other = tensors.value(names[not taken])
        except NodeError:  # the branch that is not taken may fail: nothing computes it
            return (made,)
        if (len(other.shape), other.dtype) != (len(made.shape), made.dtype):
            shown = f"{other.dtype} {list(other.shape)} beside {made.dtype} {list(made.shape)}"
            self.refuse("false_subgraph_output", f"{shown}; give one rank and dtype", "C4")
        return (made,)


def of(layers: Mapping[str, Layer], conditional: str, kind: type[Inner]) -> dict[str, Inner]:
    """The layers of one kind that belong to a conditional."""
    return {n: layer for n, layer in layers.items() if isinstance(layer, kind) and layer.conditional == conditional}


def branches(layers: Mapping[str, Layer], conditional: str) -> frozenset[str]:
    """The layers of both branches: all behind the inputs, up to the outputs."""
    entries = frozenset(of(layers, conditional, ConditionalInput))
    return between(layers, entries, frozenset(of(layers, conditional, ConditionalOutput)))
