"""An ONNX graph that is being written: nodes, initializers, and what is known of the network's tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from trtexp.definition.network import Array
from trtexp.layers.base import Layer
from trtexp.numerics import Bounded, decode, encode

TYPES = {
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "bfloat16": TensorProto.BFLOAT16,
    "float8e4m3": TensorProto.FLOAT8E4M3FN,
    "int64": TensorProto.INT64,
    "int32": TensorProto.INT32,
    "int8": TensorProto.INT8,
    "uint8": TensorProto.UINT8,
    "int4": TensorProto.INT4,
    "bool": TensorProto.BOOL,
}


class Inexpressible(ValueError):
    """What ONNX has no word for."""


class Writer:
    """The graph so far. tensors: every tensor of the network by name, as the reference has it."""

    def __init__(self, tensors: Mapping[str, Bounded], weights: Mapping[str, Array]) -> None:
        self.tensors, self.weights = tensors, weights
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def shape(self, tensor: str) -> tuple[int, ...]:
        """The shape of a tensor of the network."""
        return self.tensors[tensor].shape

    def dtype(self, tensor: str) -> str:
        """The dtype of a tensor of the network."""
        return self.tensors[tensor].dtype

    def node(self, op: str, inputs: Sequence[str], to: str | Sequence[str] | None = None, **attributes: Any) -> str:
        """A node; its first output, under a name of its own unless `to` gives one."""
        names = [to] if isinstance(to, str) else list(to or [self.fresh(op.lower())])
        given = {k: v for k, v in attributes.items() if v is not None}
        self.nodes.append(helper.make_node(op, list(inputs), names, name=names[0], **given))
        return names[0]

    def fresh(self, stem: str) -> str:
        """A name that nothing in the network has; names in YAML hold no colon."""
        return f"{stem}:{len(self.nodes) + len(self.initializers)}"

    def constant(self, values: Any, dtype: str, to: str | None = None) -> str:
        """An initializer."""
        return self.array(encode(np.asarray(values), dtype), to)

    def array(self, array: Array, to: str | None = None) -> str:
        """An initializer from an array's own bits."""
        name = to or self.fresh("constant")
        made = helper.make_tensor(name, element(array.dtype), array.shape, array.to_bytes(), raw=True)
        self.initializers.append(made)
        return name

    def shaped(self, name: str, shape: Sequence[int]) -> str:
        """A weights array as an initializer of a shape."""
        given = self.weights[name]
        return self.array(Array(given.dtype, tuple(shape), given.bits))

    def numbers(self, name: str) -> np.ndarray:
        """The values of a weights array."""
        return decode(self.weights[name])

    def ints(self, values: Sequence[int]) -> str:
        """A vector of int64."""
        return self.constant(np.array(values, np.int64).reshape(-1), "int64")

    def scalar(self, value: float, like: str) -> str:
        """A number of the type of a tensor."""
        return self.constant(np.array(value), self.dtype(like))

    def reshape(self, tensor: str, shape: Sequence[int], to: str | None = None) -> str:
        return self.node("Reshape", [tensor, self.ints(shape)], to, allowzero=int(0 in shape) or None)

    def transpose(self, tensor: str, order: Sequence[int], to: str | None = None) -> str:
        return self.node("Transpose", [tensor], to, perm=list(order))

    def convert(self, tensor: str, dtype: str, to: str | None = None) -> str:
        """A Cast."""
        name = to or self.fresh("cast")
        self.nodes.append(helper.make_node("Cast", [tensor], [name], name=name, to=element(dtype)))
        return name

    def cast(self, tensor: str, dtype: str) -> str:
        """A tensor of the network in another type, where it has not that one."""
        return tensor if self.dtype(tensor) == dtype else self.convert(tensor, dtype)

    def operands(self, layer: Layer, inputs: Sequence[str]) -> list[Any]:
        """The operands as a layer's own functions take them: None for each input that is missing."""
        given = {i: self.tensors[tensor] for i, tensor in enumerate(inputs) if tensor}
        return layer.operand_values(given, {})


Export = Callable[[Writer, Any, str, Sequence[str]], None]


class Exports(dict[str, Export]):
    """word -> what writes the layer: (writer, layer, the name of its first output, its inputs)."""

    def __call__(self, *words: str) -> Callable[[Export], Export]:
        """Enter a function for some layers."""

        def enter(export: Export) -> Export:
            self.update(dict.fromkeys(words, export))
            return export

        return enter


def element(dtype: str) -> int:
    """ONNX's number of a dtype."""
    if dtype not in TYPES:
        raise Inexpressible(f"{dtype} is no type of ONNX's operators")
    return int(TYPES[dtype])


def demand(layer: Layer, holds: bool, what: str) -> None:
    """Refuse a layer's setting that ONNX has no word for."""
    if not holds:
        raise Inexpressible(f"{layer.word}: {what}")
