"""What the tensors of an imported network hold: computed by the references, from its inputs or from what is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from trtexp.definition.network import Array, Input
from trtexp.layers.base import LayerError
from trtexp.layers.network import NodeError, Values
from trtexp.models.cut import ValueOf
from trtexp.models.importing import NotImported
from trtexp.models.network import Network
from trtexp.numerics import UNIT, Arithmetic, Family, encode, known
from trtexp.numerics.budget import Budget, Limits
from trtexp.spec.make import Making, make
from trtexp.spec.tensors import Generator

UNBOUND = Limits(elements=10**15, products=10**15, values=10**12)  # whoever imports a model wants all of it


def drawn(given: Input, seed: int) -> dict[str, Any]:
    """The values of an input that nobody gave, by a seed, as YAML has them; whole numbers are 0 and 1, which most
    models take."""
    return {"random": {"seed": seed, **({"normal": [0, 1]} if given.dtype in UNIT else {"integers": [0, 1]})}}


def fed(network: Network, inputs: Mapping[str, Input], values: Mapping[str, Array]) -> dict[str, Array]:
    """The inputs' values: those that are given, the others as the experiment draws them."""
    making, found = Making({}, Path(), Budget(UNBOUND)), dict(values)
    for seed, name in enumerate(network.inputs):
        if name not in found:
            model = Generator.model_validate({"shape": list(inputs[name].shape), **drawn(inputs[name], seed)})
            found[name] = make(model, inputs[name].dtype, making).array
    return found


def computed(network: Network, tensors: Mapping[str, Array], family: Family | None) -> ValueOf:
    """Gives each tensor by its name here, rounded to its type. tensors: what is known. Raises NotImported where a
    reference refuses its inputs."""
    weights = {name: known(array) for name, array in network.weights.items()}
    found = {name: known(array) for name, array in tensors.items()}
    values = Values(network.layers, weights, Arithmetic(family=family), found, Budget(UNBOUND))

    def value(tensor: str) -> Array:
        if tensor in tensors:
            return tensors[tensor]
        try:
            with np.errstate(all="ignore"):
                made = values.value(tensor)
        except NodeError as error:
            raise NotImported(f"{error.layer}: its inputs cannot be computed: {error}") from error
        except LayerError as error:
            raise NotImported(f"{tensor} cannot be computed: {error}") from error
        return encode(made.ref, made.dtype)

    return value
