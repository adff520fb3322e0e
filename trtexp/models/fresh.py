"""What layers tell that their constructors alone have made: TensorRT's own defaults, asked of any release."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np

from trtexp.definition.network import DTYPES, Array, BuildOptions, Input, NetworkDefinition
from trtexp.definition.readback import ReadLayer, ReadNetwork, ReadTensor
from trtexp.definition.steps import Call, Step, references, step_to_json
from trtexp.engine.outcome import Outcome
from trtexp.layers import LAYERS
from trtexp.layers.reading import NO_WEIGHTS, Naming, arguments, inputs_of, made

#: Defines networks and reads them back, as `Definer.read` does.
ReadBack = Callable[[Sequence[NetworkDefinition]], Sequence[Outcome]]


def fresh(read_back: ReadBack, read: ReadNetwork) -> dict[str, ReadLayer | None]:
    """Layer by its name -> the same one made by its constructor alone, with inputs of the same types and shapes in the
    place of its own. None where TensorRT refuses that.

    Layers that are made alike are made once, and those of a kind in one network. Raises Unread.
    """
    scratch = _Scratch(read)
    plans: dict[str, _Plan] = {}
    for layer in read.layers:
        plans.setdefault(layer.kind, _Plan(scratch)).add(layer)
    found: dict[str, ReadLayer | None] = {}
    outcomes = read_back([plan.definition() for plan in plans.values()])
    for plan, outcome in zip(plans.values(), outcomes, strict=True):
        told = {layer.name: layer for layer in outcome.network.layers} if outcome.network else {}
        found |= {name: told.get(place) for name, place in plan.places.items()}
    return found


class _Scratch:
    """Names in networks that are made for this: an input for each type and shape, and weights without elements."""

    def __init__(self, read: ReadNetwork) -> None:
        self.read = read
        self.inputs: dict[str, Input] = {}
        by_form: dict[tuple[str, tuple[int, ...]], str] = {}
        tensors = {}
        for name, tensor in read.tensors.items():
            form = (tensor.dtype, tensor.shape or ())
            tensors[name] = by_form.setdefault(form, f"x{len(by_form)}")
            self.inputs[tensors[name]] = Input(tensors[name], *form)
        weights = {digest: f"none_{array.dtype}" for digest, array in read.weights.items()}
        owners = {key: kind for key, (kind, _) in read.owners.items()}
        self.naming = Naming(tensors, weights | {NO_WEIGHTS: "none_float32"}, owners)

    def weights(self, name: str) -> Array:
        return Array(dtype := name.removeprefix("none_"), (0,), np.zeros(0, DTYPES[dtype][0]))

    def inputs_of(self, layer: ReadLayer) -> list[ReadTensor | None]:
        return inputs_of(layer, self.read.tensors)


class _Plan:
    """The layers of one kind. places: layer by its name -> the name of the one that is made in its place."""

    def __init__(self, scratch: _Scratch) -> None:
        self.scratch = scratch
        self.places: dict[str, str] = {}
        self._alike: dict[str, str] = {}
        self._steps: list[Step] = []

    def add(self, layer: ReadLayer) -> None:
        given = arguments(layer, self.scratch.inputs_of(layer), self.scratch.naming)
        given.pop("set_input", None)
        model = made(layer, given)
        place = f"l{len(self._alike)}"
        flow = list(model.steps(place))
        (call,) = (step for step in flow if isinstance(step, Call) and step.makes == place)
        key = json.dumps(step_to_json(call)["arguments"])
        self.places[layer.name] = self._alike.setdefault(key, place)
        if self.places[layer.name] != place:
            return
        if layer.owner is not None:
            owner = self.scratch.naming.owners[layer.owner]
            if not any(isinstance(step, Call) and step.makes == owner for step in self._steps):
                self._steps += LAYERS[owner]().steps(owner)
        self._steps += flow

    def definition(self) -> NetworkDefinition:
        used = {(ref.kind, ref.name) for step in self._steps for ref in references(step)}
        inputs = tuple(given for name, given in self.scratch.inputs.items() if ("tensor", name) in used)
        weights = {name: self.scratch.weights(name) for kind, name in used if kind == "weights"}
        return NetworkDefinition(inputs, weights, tuple(self._steps), (), BuildOptions())
