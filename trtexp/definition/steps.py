"""The steps of a definition: calls, assignments, models to parse, the values in them, and their JSON form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Union


@dataclass(frozen=True)
class Ref:
    """A tensor, a weights array or an object (a layer, a loop, a conditional), by name."""

    kind: str  # "tensor", "weights" or "object"
    name: str


@dataclass(frozen=True)
class Member:
    """A member of one of TensorRT's enums, by name: `trt.PaddingMode.SAME_UPPER`."""

    enum: str
    name: str


@dataclass(frozen=True)
class Plugin:
    """A plugin, made by the creator of that type, version and namespace: a value that stands for a call.

    fields: (name, PluginFieldType member, numbers or a text) each. phase: a TensorRTPhase member for plugins of version
    3, None for others.
    """

    type: str
    version: str
    namespace: str
    name: str
    fields: tuple[tuple[str, str, tuple[int | float, ...] | str], ...]
    phase: str | None = None


Value = Union[None, bool, int, float, str, Ref, Member, Plugin, tuple["Value", ...]]

NETWORK = "network"  # the name of the INetworkDefinition among the objects

#: Arguments that came later than their method, with the value that the method had before. 11.x and RTX demand the
#: output_type of the first two.
DEFAULT_ARGUMENTS: dict[str, dict[str, Value]] = {
    "add_quantize": {"output_type": Member("DataType", "INT8")},
    "add_dequantize": {"output_type": Member("DataType", "FLOAT")},
    "add_fill": {"output_type": Member("DataType", "FLOAT")},
    "add_topk": {"indices_type": Member("DataType", "INT32")},
    "add_nms": {"indices_type": Member("DataType", "INT32")},
    "add_non_zero": {"indices_type": Member("DataType", "INT32")},
}


@dataclass(frozen=True)
class Call:
    """`object.method(arguments)`; `makes` names what comes back, `outputs` the tensors of that layer, in order."""

    object: str
    method: str
    arguments: Mapping[str, Value]
    makes: str | None = None
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assign:
    """`object.attribute = value`."""

    object: str
    attribute: str
    value: Value


@dataclass(frozen=True)
class Parse:
    """An ONNX model that TensorRT parses into the network. model: the weights array that holds its bytes; inputs: those
    of the network that the model brings; outputs: its tensors that are to be outputs, no others."""

    model: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


Step = Union[Call, Assign, Parse]


def references(of: Step | Value) -> Iterator[Ref]:
    """Every Ref inside a step, or inside an argument or attribute value."""
    if isinstance(of, Ref):
        yield of
    elif isinstance(of, Parse):
        yield Ref("weights", of.model)
    elif isinstance(of, Assign):
        yield from references(of.value)
    elif isinstance(of, (tuple, Call)):
        for item in of.arguments.values() if isinstance(of, Call) else of:
            yield from references(item)


def written(value: Value) -> str:
    """A value as it stands in a program, tensors and weights by their names."""
    if isinstance(value, Ref):
        return value.name
    if isinstance(value, Member):
        return f"{value.enum}.{value.name}"
    if isinstance(value, Plugin):
        return f"{value.type}({', '.join(f'{name}={data!r}' for name, _, data in value.fields)})"
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def value_to_json(value: Value) -> Any:
    if isinstance(value, Ref):
        return {"ref": value.kind, "name": value.name}
    if isinstance(value, Member):
        return {"enum": value.enum, "name": value.name}
    if isinstance(value, Plugin):
        fields = [[name, kind, value_to_json(data)] for name, kind, data in value.fields]
        return {"plugin": {**vars(value), "fields": fields}}
    if isinstance(value, tuple):
        return [value_to_json(v) for v in value]
    if isinstance(value, float):
        return {"float": value.hex()}
    return value


def value_from_json(data: Any) -> Value:
    if isinstance(data, list):
        return tuple(value_from_json(v) for v in data)
    if isinstance(data, dict):
        if "float" in data:
            return float.fromhex(data["float"])
        if "plugin" in data:
            fields = tuple(value_from_json(field) for field in data["plugin"]["fields"])
            return Plugin(**{**data["plugin"], "fields": fields})
        return Ref(data["ref"], data["name"]) if "ref" in data else Member(data["enum"], data["name"])
    return data


def step_to_json(step: Step) -> dict[str, Any]:
    """A step as plain data; floats are written in hexadecimal, so that none is rounded."""
    if isinstance(step, Assign):
        return {"object": step.object, "attribute": step.attribute, "value": value_to_json(step.value)}
    if isinstance(step, Parse):
        return {"parse": step.model, "inputs": list(step.inputs), "outputs": list(step.outputs)}
    return {
        "object": step.object,
        "method": step.method,
        "arguments": [[name, value_to_json(v)] for name, v in step.arguments.items()],
        "makes": step.makes,
        "outputs": list(step.outputs),
    }


def step_from_json(data: Mapping[str, Any]) -> Step:
    """Read what `step_to_json` wrote."""
    if "attribute" in data:
        return Assign(data["object"], data["attribute"], value_from_json(data["value"]))
    if "parse" in data:
        return Parse(data["parse"], tuple(data["inputs"]), tuple(data["outputs"]))
    arguments = {name: value_from_json(v) for name, v in data["arguments"]}
    return Call(data["object"], data["method"], arguments, data["makes"], tuple(data["outputs"]))
