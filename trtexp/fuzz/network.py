"""A generated network: plain data as an experiment has it, and what trtexp's own models say of it."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trtexp.definition.network import Array, Input, NetworkDefinition
from trtexp.definition.steps import Call, Ref, Step
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer, LayerError
from trtexp.layers.network import Evaluation, NodeError, partly_evaluate, steps
from trtexp.numerics import Arithmetic, Family
from trtexp.numerics.budget import Budget, Limits
from trtexp.spec.make import Made, Making, make
from trtexp.spec.models import Build
from trtexp.spec.released import released
from trtexp.spec.tensors import InputModel, TensorError

#: An experiment's `inputs`, `weights`, `network`, `outputs` and `build` as plain data.
Data = dict[str, Any]
#: What the reference of one network may come to; larger ones are not judged.
LIMITS = Limits(elements=2**16, products=2**20)
LABEL = re.compile(r"\[([A-Z]\d+)\]$")


class Unmade(ValueError):
    """Data that are no network: a model takes another type, or a number does not fit."""


@dataclass(frozen=True)
class Answer:
    """What trtexp says of a network. refusal: the message of the first constraint that does not hold, empty if all do;
    layer: whose; label: of the constraint, empty where the reference itself failed. outputs: name -> (dtype, shape).
    too_large: the reference was not computed, so that nothing is known. values: what it gives, in words.
    """

    refusal: str = ""
    layer: str = ""
    label: str = ""
    outputs: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    too_large: bool = False
    values: str = ""


@dataclass(frozen=True, eq=False)
class Network:
    """A network that is ready to be asked about."""

    layers: dict[str, Layer]
    inputs: Mapping[str, Made]
    weights: Mapping[str, Made]
    definition: NetworkDefinition

    @property
    def feeds(self) -> dict[str, Array]:
        """The inputs as the device gets them."""
        return {name: made.array for name, made in self.inputs.items()}

    def answer(self, family: Family | None) -> Answer:
        """What trtexp's models say of it for a family of releases."""
        known = {name: made.known for name, made in self.inputs.items()}
        arrays = {name: made.known for name, made in self.weights.items()}
        arithmetic = Arithmetic(family=family)
        budget = Budget(LIMITS)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # numpy's, of means of nothing
                made = partly_evaluate(self.layers, known, arrays, arithmetic, budget)
                found = released(made, self.layers, self.definition, frozenset(), family)
        except Exception as error:  # a fault of a model is what is looked for
            return Answer(f"{type(error).__name__}: {error}", next(reversed(self.layers)))
        return answered(found, self.definition, bool(budget.refused))


def answered(evaluation: Evaluation, definition: NetworkDefinition, too_large: bool = False) -> Answer:
    """An evaluation as an answer."""
    outputs = tuple(
        (name, tensor.dtype, tensor.shape)
        for name in definition.outputs
        if (tensor := evaluation.tensors.get(name)) is not None
    )
    refusal = evaluation.refusal
    if refusal is None:
        return Answer(outputs=outputs, too_large=too_large)
    label = LABEL.search(str(refusal))
    return Answer(str(refusal), refusal.layer, label[1] if label else "", outputs, too_large)


def network(data: Data) -> Network:
    """Make the network of the data. Raises Unmade."""
    inputs = {name: _tensor(json.dumps(given)) for name, given in data.get("inputs", {}).items()}
    weights = {name: _tensor(json.dumps(given)) for name, given in data.get("weights", {}).items()}
    layers = {name: _layer(entry) for name, entry in data["network"].items()}
    try:
        flow = tuple(steps(layers))
        made = {tensor for name, layer in layers.items() for tensor in layer.output_tensors(name)}
        last = next(reversed(layers))
        outputs = tuple(data.get("outputs") or layers[last].output_tensors(last))
        if not made.issuperset(outputs):
            raise Unmade("an output that no layer makes")
        if not set(_taken(flow)) <= made | inputs.keys():
            raise Unmade("a tensor that is neither an input nor made by a layer")
    except (NodeError, LayerError, AttributeError, TypeError) as error:
        raise Unmade(str(error)) from error
    used = {array for layer in layers.values() for _, _, array in layer.weight_arrays()}
    definition = NetworkDefinition(
        inputs=tuple(Input(name, made.array.dtype, made.declared or made.array.shape) for name, made in inputs.items()),
        weights={name: made.array for name, made in weights.items() if name in used},
        steps=flow,
        outputs=outputs,
        options=Build.model_validate(build_options(data)).options(),
    )
    return Network(layers, inputs, weights, definition)


def _taken(flow: Iterable[Step]) -> Iterator[str]:
    """The tensors that calls name, those of arguments that `set_input` replaces later among them."""
    for step in flow:
        for value in step.arguments.values() if isinstance(step, Call) else ():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, Ref) and each.kind == "tensor":
                    yield each.name


def declared(definition: NetworkDefinition) -> frozenset[str]:
    """The inputs with a size that only the run tells."""
    return frozenset(each.name for each in definition.inputs if -1 in each.shape)


def build_options(data: Data) -> Data:
    """The `build` of an experiment, with a profile where inputs are declared for several shapes: their own alone."""
    dynamic = {name: given["shape"] for name, given in data.get("inputs", {}).items() if "declared" in given}
    ranges = {name: {"min": shape, "opt": shape, "max": shape} for name, shape in dynamic.items()}
    return data.get("build", {}) | ({"profiles": [ranges]} if ranges else {})


def word(entry: Mapping[str, Any]) -> str:
    """The layer of an entry of the network: its `add_…` method without `add_`."""
    return next(key for key in entry if key in LAYERS)


def _layer(entry: Mapping[str, Any]) -> Layer:
    method = word(entry)
    beside = {key: value for key, value in entry.items() if key != method}
    try:
        return LAYERS[method].model_validate(beside | entry[method])
    except ValidationError as error:
        raise Unmade(str(error)) from error


@lru_cache(maxsize=4096)
def _tensor(text: str) -> Made:
    """A tensor by its data, which many networks share."""
    try:
        model = InputModel.model_validate(json.loads(text))
        made = make(model, model.dtype, Making({}, Path(), Budget(LIMITS)))
    except (ValidationError, TensorError) as error:
        raise Unmade(str(error)) from error
    if model.declared is None:
        return made
    return Made(made.decimals, made.array, declared=tuple(model.declared))
