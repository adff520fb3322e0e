"""What is blamed: a network of layers with its inputs, from a model or from a case of an experiment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from trtexp.definition.network import Array, BuildOptions, NetworkDefinition
from trtexp.layers.base import Layer, Origin
from trtexp.models.importing import Import
from trtexp.models.network import Network
from trtexp.models.values import fed
from trtexp.numerics import Bounded, Family, known
from trtexp.spec.case import Case


@dataclass(frozen=True, eq=False)
class Subject:
    """title: what it is called. feeds: the inputs' values. definition: of the same network, whose outputs may be any of
    its tensors. origins: what the model calls a layer. network: what was imported, if it was. tf32, half: whether the
    device may cut operands, and compute in half. gpu: its generation."""

    title: str
    layers: Mapping[str, Layer]
    weights: Mapping[str, Array]
    feeds: Mapping[str, Array]
    definition: NetworkDefinition = field(repr=False)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    network: Network | None = None
    family: Family | None = None
    gpu: str | None = None

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of a tensor here -> the name that other tools know it by: the model's own."""
        if self.network is not None:
            return dict(self.network.tensors)
        made = (tensor for name, layer in self.layers.items() for tensor in layer.output_tensors(name))
        known = {name: origin.tensor for name, origin in self.origins.items() if origin.tensor}
        return {name: known.get(name, name) for name in (*self.feeds, *made)}

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The layers whose tensors have no single value."""
        return frozenset(inner for layer in self.layers.values() for inner in layer.hides(self.layers))

    @cached_property
    def varying(self) -> frozenset[str]:
        """The tensors that depend on an input's values, in the order of the network; shapes of shapes do not."""
        found = dict.fromkeys(self.feeds)
        for name, layer in self.layers.items():
            takes = [tensor for _, tensor in layer.input_tensors().values()]
            owner = None if layer.owner is None else str(getattr(layer, layer.owner))
            if layer.word != "shape" and (owner in found or any(tensor in found for tensor in takes)):
                found.update(dict.fromkeys((*layer.output_tensors(name), *([owner] if owner else ()))))
        return frozenset(found)

    @cached_property
    def visible(self) -> tuple[str, ...]:
        """The tensors that a device can be asked for, in the order of the network: those that depend on an input."""
        return tuple(
            tensor
            for name, layer in self.layers.items()
            if name not in self.hidden and layer.word not in ("loop", "if_conditional")
            for tensor in layer.output_tensors(name)
            if tensor in self.varying
        )


class Decoded(Mapping[str, Bounded]):
    """Weights by name, decoded when they are asked for and not kept: float64 takes twice the room."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = weights

    def __getitem__(self, name: str) -> Bounded:
        return known(self._weights[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)


def of_import(made: Import, title: str, options: BuildOptions, family: Family | None, gpu: str | None) -> Subject:
    """An imported network; the inputs that nobody gave are drawn from a seed."""
    network = made.network
    definition = network.definition(options)
    shapes = {name: given.shape for name, given in made.inputs.items()}
    inputs = tuple(type(each)(each.name, each.dtype, shapes[each.name]) for each in definition.inputs)
    definition = NetworkDefinition(inputs, definition.weights, definition.steps, definition.outputs, options)
    feeds = fed(network, made.inputs, made.values)
    return Subject(title, network.layers, network.weights, feeds, definition, network.origins, network, family, gpu)


def of_case(case: Case, title: str) -> Subject:
    """The network of a case."""
    weights = {name: made.array for name, made in case.weights.items()}
    origins = {name: layer.origin for name, layer in case.layers.items() if layer.origin is not None}
    return Subject(title, case.layers, weights, case.feeds, case.definition, origins, family=case.family, gpu=case.gpu)
