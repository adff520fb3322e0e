"""A network that is given as an ONNX model, checked as far as the model itself tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trtexp.definition.network import Array
from trtexp.definition.steps import Parse
from trtexp.spec.checker import Checker
from trtexp.spec.errors import nearest
from trtexp.spec.files import read_named
from trtexp.spec.make import Made
from trtexp.spec.models import ExpectModel
from trtexp.spec.onnx_model import Graph, NoModel, read


@dataclass(frozen=True, eq=False)
class Model:
    """A model by the name that the file gives it: its bytes, and its inputs and outputs."""

    name: str
    data: Array
    graph: Graph

    def step(self, outputs: tuple[str, ...]) -> Parse:
        return Parse(self.name, tuple(self.graph.inputs), outputs)

    def forms(self) -> dict[str, tuple[str | None, tuple[int, ...] | None]]:
        """The dtype and shape of the outputs, as far as the model tells."""
        return {
            name: (next(iter(form.dtypes), None), form.shape if form.shape is None or -1 not in form.shape else None)
            for name, form in self.graph.outputs.items()
        }


def model(check: Checker, known: dict[str, Model]) -> Model | None:
    """The model of a case, None if its network is one of layers, or if it has a fault. known: those that were read."""
    name = check.value("onnx")
    if not isinstance(name, str):  # None, or what the head refuses
        return None
    if check.value("network"):
        check.fault(("onnx",), "onnx and network given; give one of them, null takes away the other", key=True)
    try:
        made = known.get(name) or _read(name, check)
    except NoModel as error:
        check.fault(("onnx",), f"{name} {error}")
        return None
    except ValueError as error:
        check.fault(("onnx",), str(error))
        return None
    except OSError as error:
        check.fault(("onnx",), f"{name} cannot be read: {error.strerror}")
        return None
    known[name] = made
    for output in made.graph.outputs.keys() & ExpectModel.model_fields.keys():
        check.fault(("onnx",), f"{name} has an output {output!r}, which is a reserved word; rename it in the model")
    return made


def _read(name: str, check: Checker) -> Model:
    """Raises NoModel, ValueError with the name in its message, OSError."""
    data = read_named(name, check.folder, check.budget.limits.bytes, check.budget)
    check.budget.spend("bytes", len(data))
    return Model(name, Array("uint8", (len(data),), np.frombuffer(data, np.uint8)), read(data, check.budget))


def inputs(check: Checker, given: Model, made: Mapping[str, Made]) -> None:
    """Every input of the model is given, as the model has it, and no other."""
    known, there = given.graph.inputs, check.group("inputs").keys
    alien = [name for name in there if name not in known]
    for name in alien:
        check.fault(("inputs", name), f"no input {name!r} in {given.name}; {nearest(str(name), known)}", key=True)
    lost = [name for name in known if name not in there]
    if lost and not alien:
        check.fault(("inputs" if there else "onnx",), f"{given.name} needs the input {lost[0]!r}", key=True)
    for name, tensor in made.items():
        form, shape = known.get(name), tensor.declared or tensor.array.shape
        if form is None:
            continue
        if tensor.array.dtype not in form.dtypes:
            own = form.dtypes[0] if form.dtypes else "a type that no input can have"
            check.fault(("inputs", name, "dtype"), f"{tensor.array.dtype} given; {given.name} takes {own}")
        if not form.takes(shape):
            key = "shape" if tensor.declared is None else "declared"
            check.fault(("inputs", name, key), f"{list(shape)} given; {given.name} takes {list(form.shape or ())}")
