"""add_plugin_v2, add_plugin_v3 and add_plugin. Source: NvInferRuntime.h, IPluginRegistry, and the plugins' sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal, NoReturn, Union

import numpy as np
from pydantic import Field as Described

from trtexp.definition.steps import Call, Plugin, Step, Value
from trtexp.layers.base import Kind, Layer, LayerError, Model, Tensor
from trtexp.layers.plugin_library import LIBRARY, Given, Wrong
from trtexp.numerics import Arithmetic, Bounded
from trtexp.numerics.budget import Work

PluginFieldType = Annotated[
    Literal["FLOAT16", "FLOAT32", "FLOAT64", "INT8", "INT16", "INT32", "INT64", "CHAR"], Kind("PluginFieldType")
]
Number = Union[int, float]


class Field(Model):
    """One field of a plugin."""

    type: PluginFieldType
    """The type of its numbers; CHAR for a text."""
    data: Number | list[Number] | str
    """A number, a list of numbers or a text."""

    def given(self) -> tuple[Number, ...] | str:
        """The numbers, one or more, or the text."""
        if isinstance(self.data, str):
            return self.data
        numbers = self.data if isinstance(self.data, list) else [self.data]
        return tuple(float(n) if self.type.startswith("FLOAT") else n for n in numbers)

    def fits(self) -> bool:
        """Whether its type holds what is given."""
        given = self.given()
        if isinstance(given, str) or self.type == "CHAR":
            return isinstance(given, str) and self.type == "CHAR"
        if self.type.startswith("FLOAT"):
            return True
        info = np.iinfo(self.type.lower())
        return all(isinstance(n, int) and info.min <= n <= info.max for n in given)


class PluginModel(Model):
    """A plugin: the creator, by type, version and namespace, and what it is given."""

    type: str
    """The plugin's name in the library."""
    version: str
    """The plugin's version, a text."""
    plugin_namespace: str = ""
    """The namespace of the creator."""
    field_collection: dict[str, Field] = {}
    """{name: {type: PluginFieldType, data: numbers}}."""

    def lowered(self, name: str, phase: str | None) -> Plugin:
        """The same as a value of a definition."""
        fields = tuple((field, given.type, given.given()) for field, given in self.field_collection.items())
        return Plugin(self.type, self.version, self.plugin_namespace, name, fields, phase)


class Plugged(Layer):
    """What the layers of all plugin interfaces share.

    C1: the reference knows the plugin, by type and version. C2: its fields are there, with their types, and no others.
    C3: it gets the inputs that it takes. C4: the fields have values that it takes.
    """

    operands = ("inputs",)
    variadic = 10_000
    phase: ClassVar[str | None]

    inputs: Annotated[list[Tensor], Described(min_length=1)]
    """The tensors, in order."""
    plugin: PluginModel
    """The plugin."""

    def lowered(self, arguments: Mapping[str, Value], plugin: Plugin) -> Mapping[str, Value]:
        """The arguments as the method takes them."""
        return {**arguments, "plugin": plugin}

    def steps(self, name: str) -> Iterator[Step]:
        for step in super().steps(name):
            if isinstance(step, Call) and step.method == self.method:
                arguments = {k: v for k, v in step.arguments.items() if k != "plugin"}
                made = self.lowered(arguments, self.plugin.lowered(name, self.phase))
                yield Call(step.object, step.method, made, step.makes, step.outputs)
            else:
                yield step

    def given(self) -> Given:
        """The fields' values: a number, or an array of several."""
        fields = {name: field.given() for name, field in self.plugin.field_collection.items()}
        return {name: numbers[0] if len(numbers) == 1 else numbers for name, numbers in fields.items()}

    def check_inputs(self, inputs: tuple[Bounded, ...]) -> None:
        known = LIBRARY.get((self.plugin.type, self.plugin.version))
        if known is None:
            names = ", ".join(f"{name} {version}" for name, version in LIBRARY)
            self._refuse(
                ("type",), f"no reference for {self.plugin.type} {self.plugin.version}; there are {names}", "C1"
            )
        fields = self.plugin.field_collection
        for name, field in fields.items():
            if (wanted := known.fields.get(name)) != field.type:
                what = f"{field.type} given; give {wanted}" if wanted else f"no field of {self.plugin.type}"
                self._refuse(("field_collection", name), what, "C2")
            if not field.fits() or (len(field.given()) != 1 and name not in known.several):
                what = f"give {'numbers' if name in known.several else 'one number'} that {field.type} holds"
                self._refuse(("field_collection", name, "data"), what, "C4")
        if missing := known.required - fields.keys():
            self._refuse(("field_collection",), f"no {', '.join(sorted(missing))} given", "C2")
        try:
            known.check_fields(self.given())
        except Wrong as error:
            self._refuse(("field_collection",), str(error), "C4")
        try:
            known.check_inputs(self.given(), inputs)
        except Wrong as error:
            self.refuse("inputs", str(error), "C3")

    def work(self, inputs: tuple[Bounded, ...]) -> Work:
        return LIBRARY[self.plugin.type, self.plugin.version].work(self.given(), inputs)

    def evaluate(self, inputs: tuple[Bounded, ...], *, arithmetic: Arithmetic) -> Bounded:
        return LIBRARY[self.plugin.type, self.plugin.version].evaluate(self.given(), inputs, arithmetic)

    def _refuse(self, place: tuple[str, ...], message: str, label: str) -> NoReturn:
        raise LayerError((self.word, "plugin", *place), f"{message} [{label}]")


class PluginV2(Plugged):
    """A plugin of version 2, by get_plugin_creator and create_plugin; not in RTX."""

    method, interface = "add_plugin_v2", "IPluginV2Layer"
    phase: ClassVar[str | None] = None
    scaffold = """inputs: {x: {values: [[-2, -1, -0.5, 0], [0.25, 0.5, 1, 4]]}}
        network:
          y:
            plugin_v2:
              inputs: [x]
              plugin: {type: LReLU_TRT, version: "1", field_collection: {negSlope: {type: FLOAT32, data: 0.25}}}"""


class PluginV3(Plugged):
    """A plugin of version 3, by get_creator and create_plugin for the phase BUILD; 10.x and 11.x."""

    method, interface = "add_plugin_v3", "IPluginV3Layer"
    phase: ClassVar[str | None] = "BUILD"
    scaffold = """inputs:
          x: {shape: [1, 1, 4, 4], arange: {start: 0}}
          r: {values: [[0, 0, 4, 4]]}
          i: {dtype: int32, values: [0]}
        network:
          y:
            $layer:
              inputs: [x, r, i]
              plugin:
                type: ROIAlign_TRT
                version: "2"
                field_collection:
                  output_height: {type: INT32, data: 2}
                  output_width: {type: INT32, data: 2}
                  sampling_ratio: {type: INT32, data: 2}"""

    shape_inputs: list[Tensor] = []
    """Shape tensors that the output's shape depends on; they come behind the inputs."""

    def lowered(self, arguments: Mapping[str, Value], plugin: Plugin) -> Mapping[str, Value]:
        return {"inputs": arguments["inputs"], "shape_inputs": arguments.get("shape_inputs", ()), "plugin": plugin}


class PluginTuple(PluginV3):
    """The same by the shorter way, a tuple of inputs, shape inputs and plugin; 10.x and 11.x."""

    method = "add_plugin"

    def lowered(self, arguments: Mapping[str, Value], plugin: Plugin) -> Mapping[str, Value]:
        return {"tuple": tuple(super().lowered(arguments, plugin).values())}
