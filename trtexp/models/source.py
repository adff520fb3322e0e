"""What is imported: an ONNX model, checked as far as it tells of itself, and what its inputs are to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from trtexp.definition.network import Array, BuildOptions, Input, NetworkDefinition
from trtexp.definition.readback import ReadNetwork
from trtexp.definition.steps import Parse
from trtexp.models.importing import NotImported
from trtexp.models.values import UNBOUND
from trtexp.numerics import UNIT, Family, decode
from trtexp.numerics.budget import Budget
from trtexp.spec.errors import nearest
from trtexp.spec.onnx_model import Form, NoModel, read


@dataclass(frozen=True)
class Given:
    """What the user says of inputs, by name: a shape, or the values."""

    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    values: Mapping[str, Array] = field(default_factory=dict)

    def shape(self, name: str) -> tuple[int, ...] | None:
        return self.values[name].shape if name in self.values else self.shapes.get(name)


def model(data: bytes, shown: str, given: Given, family: Family | None) -> tuple[NetworkDefinition, dict[str, Input]]:
    """The definition that has the parser make a network of a model, its open dimensions as they are; and the inputs as
    they will be. shown: the file, in messages; family: of the release that parses it, None before that is known.
    Raises NotImported with all that is wrong with what was given."""
    try:
        graph = read(data, Budget(UNBOUND))
    except NoModel as error:
        raise NotImported(f"{shown} {error}") from error
    inputs = asked(graph.inputs, shown, given, family)
    declared = (Input(name, i.dtype, graph.inputs[name].shape or i.shape) for name, i in inputs.items())
    outputs = tuple(graph.outputs)
    array = Array("uint8", (len(data),), np.frombuffer(data, np.uint8))
    step = Parse(shown, tuple(inputs), outputs)
    return NetworkDefinition(tuple(declared), {shown: array}, (step,), outputs, BuildOptions()), inputs


def asked(forms: Mapping[str, Form], shown: str, given: Given, family: Family | None) -> dict[str, Input]:
    """The inputs as they will be. Raises NotImported with all that is wrong with what was given."""
    faults = [
        f"--{option} {name}=…: no input {name!r} in {shown}; {nearest(name, forms)}"
        for option, names in (("shape", given.shapes), ("input", given.values))
        for name in names
        if name not in forms
    ]
    inputs: dict[str, Input] = {}
    for name, form in forms.items():
        dtype = _dtype(form, family)
        if dtype is None:
            faults.append(f"{shown}: the input {name!r} has a type that no input of TensorRT has, as strings are")
        elif fault := _fault(name, form, form.dtypes if family is None else (dtype,), given):
            faults.append(fault)
        else:
            inputs[name] = Input(name, dtype, given.shape(name) or form.shape or ())
    if faults:
        raise NotImported("\n".join(faults))
    return inputs


def forms(read: ReadNetwork) -> dict[str, Form]:
    """The inputs of a network that is there already."""
    return {tensor.name: Form((tensor.dtype,), tensor.shape) for tensor in read.inputs}


def _dtype(form: Form, family: Family | None) -> str | None:
    """The type that a family of releases gives an input: 8.x takes int64 for int32."""
    return next(reversed(form.dtypes) if family == "tensorrt<10" else iter(form.dtypes), None)


def _fault(name: str, form: Form, dtypes: tuple[str, ...], given: Given) -> str | None:
    """What is wrong with what was given of an input, if anything is. dtypes: those that it may have."""
    shape, values = given.shape(name), given.values.get(name)
    option = f"--{'shape' if values is None else 'input'} {name}=…"
    if shape is None:
        if form.shape is not None and -1 not in form.shape:
            return None
        known = "any shape" if form.shape is None else "x".join("?" if n < 0 else str(n) for n in form.shape)
        example = "1x3x224x224" if form.shape is None else "x".join(str(max(n, 1)) for n in form.shape)
        return f"{name} is {known} in the model: give its dimensions, as in --shape {name}={example}"
    if not form.takes(shape):
        return f"{option}: {list(shape)} given; the model takes {list(form.shape or ())}, -1 being any"
    if values is None:
        return None
    if values.dtype not in dtypes:
        return f"{option}: the file holds {values.dtype}; the model takes {dtypes[0]}"
    if values.dtype in UNIT and (count := int(np.isnan(decode(values).astype(np.float32)).sum())):
        return f"{option}: {count} of {values.size} elements are NaN, and so is all that comes of them; give numbers"
    return None
