"""INetworkDefinition -> ReadNetwork. No layer is known by name: whatever its class lets one read is read."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER, DTYPES, Array
from trtexp.definition.readback import ReadLayer, ReadNetwork, ReadTensor
from trtexp.definition.steps import Member, Ref, Value
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed
from trtexp.engine.log import python_warnings

#: Objects that layers belong to: property of the layer -> what it is.
OWNERS = {"loop": "loop", "conditional": "if_conditional"}
#: What is read apart, or says no more than the rest.
_APART = frozenset(("name", "metadata", "num_inputs", "num_outputs", "attention", *OWNERS))


def read_back(api: Api, network: Any) -> ReadNetwork:
    """What the network holds. Weights are copied, so that it need not be kept. Raises Failed where two layers
    or two tensors have one name, or weights cannot be read."""
    reader = _Reader(api, network)
    layers = tuple(reader.layers())
    marked = [network.get_output(i) for i in range(network.num_outputs)]
    outputs = tuple(tensor.name for tensor in marked)
    return ReadNetwork(tuple(reader.inputs), outputs, layers, reader.weights, reader.owners)


class _Reader:
    """kept: every object that was met, since pybind11 knows an object again only as long as it lives."""

    def __init__(self, api: Api, network: Any) -> None:
        self.api, self.network = api, network
        self.weights: dict[str, Array] = {}
        self.owners: dict[str, tuple[str, str]] = {}
        self._keys: dict[int, str] = {}
        self._makers: dict[str, int] = {}
        self._kept: list[Any] = []
        self.inputs = [self.tensor(network.get_input(i)) for i in range(network.num_inputs)]

    def layers(self) -> Iterator[ReadLayer]:
        """Every layer in the order of the network."""
        names = set[str]()
        for i in range(self.network.num_layers):
            layer = self.network.get_layer(i)
            kind = layer.type.name  # read before the class is known, which may have a `type` of its own
            layer.__class__ = _interface(self.api.trt, kind)
            if kind in ("ATTENTION_INPUT", "ATTENTION_OUTPUT"):  # both are of one object, which has all that there is
                if kind == "ATTENTION_INPUT":
                    continue
                kind, layer = "ATTENTION", layer.attention
            if layer.name in names:
                raise Failed(f"two layers are named {layer.name!r}; give each a name of its own")
            names.add(layer.name)
            inputs = [layer.get_input(k) for k in range(layer.num_inputs)]
            yield ReadLayer(
                kind,
                layer.name,
                getattr(layer, "metadata", ""),
                tuple(None if tensor is None else tensor.name for tensor in inputs),
                tuple(self.tensor(layer.get_output(k)) for k in range(layer.num_outputs)),
                self.owner(layer),
                dict(self.attributes(layer)),
            )

    def tensor(self, tensor: Any) -> ReadTensor:
        """A tensor where it is made."""
        self._kept.append(tensor)
        if self._makers.setdefault(tensor.name, id(tensor)) != id(tensor):
            raise Failed(f"two tensors are named {tensor.name!r}; give each a name of its own")
        shape, member = self.api.shape(tensor), tensor.dtype.name
        names = [self.api.dimension_name(tensor, i) for i in range(len(shape or ()))] if tensor.is_network_input else []
        return ReadTensor(
            tensor.name,
            DTYPE_OF_MEMBER.get(member, member),
            shape,
            bool(tensor.is_shape_tensor),
            tuple(names) if any(names) else (),
        )

    def owner(self, layer: Any) -> str | None:
        """The key of the loop, conditional or attention of a layer."""
        for attribute, kind in OWNERS.items():
            if hasattr(type(layer), attribute):
                owner = getattr(layer, attribute)
                self._kept.append(owner)
                key = self._keys.setdefault(id(owner), f"{kind}_{len(self._keys)}")
                self.owners[key] = (kind, getattr(owner, "name", ""))
                return key
        return None

    def attributes(self, layer: Any) -> Iterator[tuple[str, Value]]:
        """Those that have a value. A getter that throws has none."""
        unset = {name for name in ("precision",) if not getattr(layer, f"{name}_is_set", True)}
        for name in _readable(layer.__class__):
            if name in unset:
                continue
            with python_warnings([]):  # old attributes warn
                try:
                    value = self.value(getattr(layer, name))
                except Failed:
                    raise
                except Exception:  # "Could not get block_shape."; 8.x: dimensions that there are not
                    continue
            if value is not None:
                yield name, value
        if layer.num_outputs and getattr(layer, "output_type_is_set", lambda _: False)(0):
            yield "output_type", self.value(layer.get_output_type(0))

    def value(self, given: Any) -> Value:
        """What a getter gave, as plain data; None where it is nothing, as weights without elements."""
        if given is None or isinstance(given, (bool, int, float, str)):
            return given
        if hasattr(type(given), "__members__"):
            return Member(type(given).__name__, given.name)
        if isinstance(given, self.api.trt.ITensor):
            return Ref("tensor", given.name)
        if isinstance(given, (np.ndarray, self.api.trt.Weights)):
            return self.array(given)
        return tuple(self.value(item) for item in given)

    def array(self, given: Any) -> Value:
        """Weights as a flat array, under their digest."""
        if given.size == 0:
            return None
        array = _copied(given)
        digest = hashlib.sha256(array.dtype.encode() + array.bits.tobytes()).hexdigest()
        self.weights.setdefault(digest, array)
        return Ref("weights", digest)


@cache
def _interface(trt: Any, kind: str) -> type:
    """The class of a kind of layer: MATRIX_MULTIPLY -> IMatrixMultiplyLayer, CONDITION... -> IIfCondition...Layer."""
    wanted = kind.replace("_", "").lower()
    classes = {name.lower(): getattr(trt, name) for name in dir(trt) if name.startswith("I") and name.endswith("Layer")}
    return classes.get(f"i{wanted}layer") or classes.get(f"iif{wanted}layer") or trt.ILayer


@cache
def _readable(interface: type) -> tuple[str, ...]:
    """The properties of a class of layers; `type` only where that is not the kind of the layer."""
    own = [name for name in dir(interface) if isinstance(getattr(interface, name), property) and name not in _APART]
    return tuple(name for name in own if name != "type" or "type" in vars(interface))


def _copied(given: Any) -> Array:
    """The elements of weights. Raises Failed."""
    if isinstance(given, np.ndarray):
        dtype = next(name for name, (storage, _, _) in DTYPES.items() if storage == given.dtype)
        return Array(dtype, (given.size,), given.copy())
    dtype = DTYPE_OF_MEMBER[given.dtype.name]
    storage, width, _ = DTYPES[dtype]
    count = (given.size * width + 7) // 8
    bits = np.frombuffer(_memory(given, count), storage).copy()
    return Array(dtype, (given.size,), bits)


class _Weights(ctypes.Structure):
    """The C++ Weights. Source: NvInferRuntime.h."""

    _fields_ = (("type", ctypes.c_int32), ("values", ctypes.c_void_p), ("count", ctypes.c_int64))


def _memory(given: Any, size: int) -> bytes:
    """The bytes of weights of a type that numpy lacks, which TensorRT lets nobody read.

    pybind11 keeps the address of the C++ object behind the head of its own; what is found there must agree with what
    the object says of itself. Raises Failed.
    """
    head = object.__basicsize__
    address = ctypes.c_void_p.from_address(id(given) + head).value
    found = _Weights.from_address(address) if address else None
    if found is None or (found.type, found.count) != (int(given.dtype), given.size) or not found.values:
        raise Failed(f"weights of {given.dtype.name} cannot be read back in this release")
    return ctypes.string_at(found.values, size)
