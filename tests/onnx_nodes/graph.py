"""A node of an ONNX graph, and the table of what becomes of each operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

if TYPE_CHECKING:
    from onnx_nodes.builder import Builder


class ExcludedError(Exception):
    """A test that has no counterpart: one of the reasons below, and the point in question."""

    def __init__(self, reason: str, detail: str = "") -> None:
        assert reason in REASONS, reason
        self.reason = reason
        super().__init__(f"{reason} ({detail})" if detail else reason)


#: Every reason for which a test may be left out.
REASONS = {
    "dtype": "a type that TensorRT has not, or that trtexp's definitions have not",
    "operator": "an operator that is no layer of TensorRT, nor a chain of them in its own ONNX parser",
    "option": "an attribute of the operator that the layer has not",
    "random": "random numbers: there is no expected tensor",
    "refused": "a constraint of the layer, by its label",
    "training": "training: TensorRT infers",
    "not a tensor": "sequences, optionals, maps and strings",
    "differs": "TensorRT's definition is another one",
    "open": "most of the result has two legal values: ties, and boundaries that are met",
    "wide": "a chain in half precision or a quantized tensor: the bound is too wide to see a planted error",
}


@dataclass(frozen=True)
class Node:
    """One node: tensors of the network as inputs, None where one is left out; `wanted` names the outputs."""

    op: str
    inputs: tuple[str | None, ...]
    wanted: tuple[str, ...]
    attributes: Mapping[str, Any]
    opset: int
    scope: Mapping[str, str]  # the tensors that a subgraph of the node sees

    def get(self, name: str, default: Any = None) -> Any:
        return self.attributes.get(name, default)

    def given(self, index: int) -> str | None:
        """An optional input."""
        return self.inputs[index] if index < len(self.inputs) else None

    def __getitem__(self, index: int) -> str:
        tensor = self.given(index)
        assert tensor is not None, f"{self.op} without input {index}"
        return tensor


Converter = Callable[["Builder", Node], "str | Sequence[str]"]
CONVERTERS: dict[str, Converter] = {}


def converts(*ops: str) -> Callable[[Converter], Converter]:
    """Enter a function as the converter of some operators."""

    def enter(converter: Converter) -> Converter:
        for op in ops:
            assert op not in CONVERTERS, op
            CONVERTERS[op] = converter
        return converter

    return enter


def value_of(attribute: onnx.AttributeProto) -> Any:
    """An attribute as plain data; tensors as arrays, graphs as they are."""
    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, onnx.TensorProto):
        return onnx.numpy_helper.to_array(value)
    if attribute.type in (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS):
        return list(value)
    if attribute.type == onnx.AttributeProto.STRINGS:
        return [item.decode() for item in value]
    return value


def convert(builder: Builder, graph: onnx.GraphProto, scope: Mapping[str, str], opset: int) -> list[str]:
    """The graph's nodes as layers; the tensors of its outputs."""
    known = dict(scope)
    for initializer in graph.initializer:
        known[initializer.name] = builder.constant(onnx.numpy_helper.to_array(initializer))
    for node in graph.node:
        if node.op_type not in CONVERTERS:
            raise ExcludedError("operator", node.op_type)
        attributes = {a.name: value_of(a) for a in node.attribute}
        inputs = tuple(known[name] if name else None for name in node.input)
        made = CONVERTERS[node.op_type](
            builder, Node(node.op_type, inputs, tuple(node.output), attributes, opset, dict(known))
        )
        tensors = [made] if isinstance(made, str) else list(made)
        asked = [i for i, name in enumerate(node.output) if name]
        if asked and asked[-1] >= len(tensors):
            raise ExcludedError("option", f"output {asked[-1]} of {node.op_type}")
        known.update((name, tensor) for name, tensor in zip(node.output, tensors, strict=False) if name)
    return [known[output.name] for output in graph.output]


def opset_of(model: onnx.ModelProto) -> int:
    """The version of the default operator set."""
    return max((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0)


def numbers(values: Sequence[float] | np.ndarray) -> list[int]:
    """Whole numbers as a list of Python's own."""
    return [int(v) for v in np.asarray(values).reshape(-1)]
