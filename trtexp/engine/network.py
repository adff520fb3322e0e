"""Definition -> INetworkDefinition. No layer is known by name: a step is a call, an assignment or a model to parse."""

from __future__ import annotations

from typing import Any

import numpy as np

from trtexp.definition.facts import Adaptation
from trtexp.definition.network import DTYPE_OF_MEMBER, Array, NetworkDefinition
from trtexp.definition.steps import NETWORK, Assign, Call, Member, Parse, Plugin, Ref, Value, written
from trtexp.engine.differences import Api
from trtexp.engine.failure import Failed
from trtexp.engine.log import Log, python_warnings, reason
from trtexp.engine.parser import adopt, parse
from trtexp.engine.plugins import make_plugin

Inferred = dict[str, tuple[str, tuple[int, ...]]]


def define(
    api: Api, builder: Any, definition: NetworkDefinition, log: Log, warnings: list[str]
) -> tuple[Any, Inferred]:
    """The network, and the dtype and shape of each output that TensorRT can infer.

    The definition holds the weights' memory and must live until the build is done. Raises Failed and Unsupported.
    """
    network = builder.create_network(api.creation_flags(definition.options.strongly_typed))
    if network is None:  # a network without layers is falsy too
        raise Failed(f"create_network returned nothing: {reason(log.lines())}")
    room = _Room(api, definition, log, network)
    parsed = [step for step in definition.steps if isinstance(step, Parse)]
    brought = {name for step in parsed for name in (*step.inputs, *step.outputs)}
    with python_warnings(warnings):
        for item in definition.inputs:
            if item.name not in brought:
                room.add_input(item.name, api.data_type(item.dtype), item.shape)
        for step in definition.steps:
            if isinstance(step, Call):
                room.call(step)
            elif isinstance(step, Assign):
                room.assign(step)
            else:
                room.parse(step, builder.logger)
        for name in definition.outputs:
            if name not in brought:
                mark = log.mark()
                api.mark_output(network, room.tensor(name))
                room.check(mark, f"mark_output({name})")
    return network, room.infer(definition.outputs)


class _Room:
    """The objects and tensors of one network by their names."""

    def __init__(self, api: Api, definition: NetworkDefinition, log: Log, network: Any) -> None:
        self.api = api
        self.definition = definition
        self.log = log
        self.objects: dict[str, Any] = {NETWORK: network}
        self.tensors: dict[str, Any] = {}

    def tensor(self, name: str) -> Any:
        if name not in self.tensors:
            raise Failed(f"no tensor is named {name}")
        return self.tensors[name]

    def object(self, name: str) -> Any:
        """An object by name; a tensor where there is none, since tensors have attributes too."""
        return self.objects[name] if name in self.objects else self.tensor(name)

    def resolve(self, value: Value) -> Any:
        """A value as TensorRT takes it."""
        if isinstance(value, tuple):
            return tuple(self.resolve(item) for item in value)
        if isinstance(value, Member):
            return self.api.member(value.enum, value.name)
        if isinstance(value, Ref):
            if value.kind == "weights":
                return self.api.weights(self.definition.weights[value.name])
            return self.tensor(value.name) if value.kind == "tensor" else self.object(value.name)
        if isinstance(value, Plugin):
            return make_plugin(self.api, value, self.log)
        return value

    def check(self, mark: int, what: str) -> None:
        """An error in the log is a failed definition, even where TensorRT went on."""
        if errors := self.log.errors(mark):
            raise Failed(f"{what}: {reason(errors)}")

    def add_input(self, name: str, dtype: Any, shape: tuple[int, ...]) -> None:
        mark = self.log.mark()
        try:
            tensor = self.objects[NETWORK].add_input(name=name, dtype=dtype, shape=shape)
        except Exception as error:
            raise Failed(f"input {name}: {_first_line(error)}") from error
        self.check(mark, f"input {name}")
        if tensor is None:
            raise Failed(f"input {name}: add_input returned nothing: {reason(())}")
        self.tensors[name] = tensor

    def parse(self, step: Parse, logger: Any) -> None:
        """The inputs are those of the model, and must be what the definition says of them."""
        network = self.objects[NETWORK]
        self.tensors |= parse(self.api, network, logger, self.definition.weights[step.model], step, self.log)
        for item in self.definition.inputs:
            if item.name in step.inputs:
                mark = self.log.mark()
                adopt(self.api, item, self.tensors[item.name])
                self.check(mark, f"input {item.name}")

    def call(self, step: Call) -> None:
        mark = self.log.mark()
        method = self.api.method(self.object(step.object), step.method)
        given = self.api.arguments(method, step.method, step.arguments)
        where = step.makes or step.object
        arguments = {name: self.resolve(value) for name, value in given.items()}
        try:
            made = method(**arguments)
        except Exception as error:
            shown = ", ".join(f"{name}={written(value)}" for name, value in given.items())
            raise Failed(f"{where}: {step.method}({shown}): {_first_line(error)}") from error
        if step.makes is None:
            self.check(mark, f"{where}.{step.method}")
            return
        if made is None:
            raise Failed(f"{where}: {step.method} returned nothing: {reason(self.log.errors(mark))}")
        self.check(mark, f"{where}: {step.method}")
        self.objects[step.makes] = made
        if hasattr(type(made), "name"):
            made.name = step.makes
        for index, name in enumerate(step.outputs):
            tensor = made.get_output(index)
            if tensor is None:
                raise Failed(f"{where}: {step.method} has no output {index}, which was to be {name}")
            tensor.name = name
            self.tensors[name] = tensor
        self.check(mark, where)

    def assign(self, step: Assign) -> None:
        """Set an attribute and read it back: a refused value is only logged, and the old one stays."""
        target, where = self.object(step.object), f"{step.object}.{step.attribute}"
        if not hasattr(type(target), step.attribute):
            raise self.api.lacks(f"{type(target).__name__}.{step.attribute}")
        value = self.resolve(step.value)
        mark = self.log.mark()
        try:
            setattr(target, step.attribute, value)
        except Exception as error:
            raise Failed(f"{where} = {written(step.value)}: {_first_line(error)}") from error
        errors = self.log.errors(mark)
        with python_warnings([]):  # the getter of an old attribute warns again
            try:
                now = getattr(target, step.attribute)
            except Exception as error:
                self.api.notes.append(Adaptation("not_read_back", where, _first_line(error)))
                self.check(mark, where)
                return
        if errors or not self.stuck(step.value, value, now):
            raise Failed(f"{where}: {written(step.value)} was given, the value is {_read(now)}: {reason(errors)}")

    def stuck(self, given: Value, value: Any, now: Any) -> bool:
        """Whether a getter returned what the setter was given; floats are compared as float32."""
        if isinstance(given, Ref):
            if given.kind == "weights":
                return _same_weights(self.definition.weights[given.name], now)
            return now is not None and bool(now.name == value.name)
        if isinstance(given, tuple):
            items = () if now is None else tuple(now)
            if type(now).__name__ == "Permutation":  # always 8 long
                items = items[: len(given)]
            return len(items) == len(given) and all(map(self.stuck, given, value, items))
        if isinstance(given, float):
            return isinstance(now, (int, float)) and np.float32(now).tobytes() == np.float32(given).tobytes()
        return bool(value == now)

    def infer(self, outputs: tuple[str, ...]) -> Inferred:
        """Shapes and dtypes as TensorRT says before the run. Many faults come to light here only, in the log."""
        inferred: Inferred = {}
        for name in outputs:
            mark = self.log.mark()
            shape = self.api.shape(self.tensors[name])
            self.check(mark, f"output {name}: its shape cannot be inferred")
            if shape is not None:
                member = self.tensors[name].dtype.name
                inferred[name] = (DTYPE_OF_MEMBER.get(member, member), shape)
        return inferred


def _same_weights(given: Array, now: Any) -> bool:
    if isinstance(now, np.ndarray):
        return now.tobytes() == given.to_bytes()
    return given.size == (0 if now is None else now.size)  # 10.x on: Weights, for a type that numpy lacks


def _read(now: Any) -> str:
    """What a getter returned, in the words of `written`; no pointers."""
    if now is None or isinstance(now, (bool, int, float, str)):
        return repr(now)
    if hasattr(type(now), "__members__"):
        return f"{type(now).__name__}.{now.name}"
    if hasattr(now, "size"):
        return f"an array of {now.size}"
    if hasattr(now, "name"):
        return str(now.name)
    return repr(tuple(now))


def _first_line(error: Exception) -> str:
    """pybind11 lists signatures and pointers below the first line, and calls a setter `()`."""
    line = (str(error).splitlines() or [""])[0].removeprefix("(): ")
    return f"{type(error).__name__}: {line.removesuffix(' The following argument types are supported:')}"
