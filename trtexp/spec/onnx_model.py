"""What an ONNX file says of its inputs and outputs, read without the package onnx: a case and its hash are the same
with and without it. Numbers of fields are those of onnx.proto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trtexp.definition.names import LONGEST, is_tensor_of_model
from trtexp.numerics.budget import Budget, OverBudget

#: TensorProto.DataType -> dtype; what is not listed, no tensor of an experiment can be.
DTYPE_OF_ELEMENT = {
    1: "float32",
    2: "uint8",
    3: "int8",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    16: "bfloat16",
    17: "float8e4m3",
    22: "int4",
    23: "float4e2m1",
    24: "float8e8m0",
}
DOUBLE = 11
_NAMES = f"an input or output has a name of at most {LONGEST} letters, digits and . _ / : ; @ # + -"
_BATCH = 1000  # fields that are paid for at once
_EXTERNAL = 1  # TensorProto.DataLocation
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5  # wire types


class NoModel(ValueError):
    """Bytes that are no ONNX model, or one that cannot be used: the message says why."""


class Apart(NoModel):
    """A model that keeps data in files beside it."""


@dataclass(frozen=True)
class Form:
    """What the model says of an input or output. dtypes: those that TensorRT may give it, the model's own first: 8.x
    takes int64 for int32, and all releases float64 for float32. shape: -1 where a dimension is open, None if all is."""

    dtypes: tuple[str, ...]
    shape: tuple[int, ...] | None

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Whether the shape is one of the model's; -1 in it takes a dimension that the model leaves open."""
        own = self.shape
        return own is None or (len(own) == len(shape) and all(n in (-1, m) for n, m in zip(own, shape, strict=True)))


@dataclass(frozen=True)
class Graph:
    """The inputs, without those that an initializer gives, and the outputs, by name and in order."""

    inputs: dict[str, Form]
    outputs: dict[str, Form]


def read(data: bytes, budget: Budget) -> Graph:
    """budget: each field of the model costs one of its values. Raises NoModel, OverBudget."""
    reader = _Reader(budget)
    try:
        model = reader.message(data)
        graphs = model.get(7, [])
        if not model.get(1) or len(graphs) != 1:  # ir_version and graph
            raise ValueError
        graph = reader.message(graphs[0])
        initializers = {_text(reader.message(tensor), 8) for tensor in graph.get(5, [])}
        inputs, outputs = dict(reader.forms(graph.get(11, []))), dict(reader.forms(graph.get(12, [])))
        nodes = [*graph.get(1, []), *(node for f in model.get(25, []) for node in reader.message(f).get(7, []))]
        external = next(reader.external(nodes, graph.get(5, []), graph.get(15, [])), None)
    except OverBudget:
        raise
    except (ValueError, IndexError, AttributeError, TypeError, RecursionError) as error:
        raise NoModel("is no ONNX model") from error
    if external is not None:
        raise Apart(f"keeps the data of {external!r} in another file; save the model with its data inside")
    if not outputs:
        raise NoModel("is an ONNX model without outputs")
    for name in (*inputs, *outputs):
        if not is_tensor_of_model(name):
            raise NoModel(f"has a tensor {name[:LONGEST]!r}; {_NAMES}")
    return Graph({name: form for name, form in inputs.items() if name not in initializers}, outputs)


class _Reader:
    """Messages of protocol buffers, field by field, as long as the budget lasts. Raises ValueError, IndexError."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def forms(self, values: list[Any]) -> Iterator[tuple[str, Form]]:
        """What is said of inputs or outputs."""
        for value in map(self.message, values):
            tensor = self.message(_last(self.message(_last(value, 2, b"")), 1, b""))  # type, tensor_type
            element = _last(tensor, 1, 0)
            own = DTYPE_OF_ELEMENT.get(element)
            dtypes = ((own,) if own else ()) + {"int64": ("int32",)}.get(own or "", ())
            dims = [self.message(dim) for dim in self.message(_last(tensor, 2, b"")).get(1, [])]
            shape = tuple(_last(dim, 1, -1) for dim in dims) if 2 in tensor else None
            yield _text(value, 1), Form(("float32",) if element == DOUBLE else dtypes, shape)

    def external(self, nodes: list[Any], tensors: list[Any], sparse: list[Any]) -> Iterator[str]:
        """The tensors, those of nodes and of the graphs in them included, whose data lies elsewhere."""
        attributes = [self.message(attribute) for node in nodes for attribute in self.message(node).get(5, [])]
        inner = [self.message(graph) for attribute in attributes for graph in _fields(attribute, 6, 11)]
        sparse = [*sparse, *(tensor for attribute in attributes for tensor in _fields(attribute, 22, 23))]
        tensors = [*tensors, *(tensor for attribute in attributes for tensor in _fields(attribute, 5, 10))]
        tensors += [part for tensor in sparse for part in _fields(self.message(tensor), 1, 2)]
        for tensor in map(self.message, tensors):
            if _last(tensor, 14, 0) == _EXTERNAL or 13 in tensor:
                yield _text(tensor, 8)
        for graph in inner:
            yield from self.external(graph.get(1, []), graph.get(5, []), graph.get(15, []))

    def message(self, data: bytes | memoryview) -> dict[int, list[Any]]:
        """number -> what stands there: whole numbers, and views of all else."""
        view, at, unpaid, fields = memoryview(data), 0, 0, dict[int, list[Any]]()
        while at < len(view):
            unpaid += 1
            if unpaid == _BATCH:
                self._budget.spend("values", unpaid)
                unpaid = 0
            key, at = _varint(view, at)
            number, wire = key >> 3, key & 7
            if wire == _VARINT:
                value, at = _varint(view, at)
                fields.setdefault(number, []).append(value)
                continue
            if wire == _BYTES:
                size, at = _varint(view, at)
            else:
                size = {_EIGHT: 8, _FOUR: 4}.get(wire, -1)
            if not number or not 0 <= size <= len(view) - at:
                raise ValueError("no protocol buffer")
            fields.setdefault(number, []).append(view[at : at + size])
            at += size
        self._budget.spend("values", unpaid)
        return fields


def _fields(message: dict[int, list[Any]], *numbers: int) -> list[Any]:
    return [value for number in numbers for value in message.get(number, [])]


def _text(message: dict[int, list[Any]], number: int) -> str:
    return str(bytes(_last(message, number, b"")), "utf-8")


def _last(message: dict[int, list[Any]], number: int, default: Any) -> Any:
    """A field that comes once: the last one counts."""
    return message[number][-1] if number in message else default


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    """A number, signed as int64, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value - (1 << 64) if value >= 1 << 63 else value, at
    raise ValueError("no protocol buffer")
