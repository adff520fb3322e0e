"""What every layer is made of: a strict model of one `add_…` method, its lowering to calls, its float64 reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, NoReturn, Protocol

from pydantic import Field

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.definition.steps import NETWORK, Assign, Call, Ref, Step
from trtexp.layers.settable import Kind as Kind
from trtexp.layers.settable import Model as Model
from trtexp.layers.settable import Settable, kinds, lowered
from trtexp.numerics import UNIT, Arithmetic, Bounded, converted

Tensor = Annotated[str, Kind("tensor"), Field(description="the name of a tensor: an input, a layer, or layer.output")]
Object = Annotated[str, Kind("object"), Field(description="the name of a loop or a conditional")]
Weights = Annotated[str, Kind("weights"), Field(description="the name of an array under `weights`")]
Dims = Annotated[list[int], Field(description="one number per spatial dimension")]
PaddingMode = Annotated[
    Literal[
        "EXPLICIT_ROUND_DOWN", "EXPLICIT_ROUND_UP", "SAME_UPPER", "SAME_LOWER", "CAFFE_ROUND_DOWN", "CAFFE_ROUND_UP"
    ],
    Kind("PaddingMode"),
]
DataType = Annotated[
    Literal["FLOAT", "HALF", "BF16", "FP8", "E8M0", "FP4", "INT64", "INT32", "INT8", "UINT8", "INT4", "BOOL"],
    Kind("DataType"),
]


class LayerError(ValueError):
    """A constraint that does not hold: `path` is the place below the layer, the message says what is allowed."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path


class Attributes(Settable):
    """The attributes that every layer has; those of a kind of layer are added by its own class."""

    metadata: str | None = None
    """A text that the engine's inspector shows, 8.6 on."""
    num_ranks: int | None = None
    """How many GPUs take part, 10.16 on. Default 1."""
    precision: DataType | None = None
    """The type that the layer computes in; 8.5 to 10.x in weakly typed networks."""
    output_type: DataType | None = None
    """The first output's type, by `set_output_type(0, …)`; 8.5 to 10.x in weakly typed networks."""

    def steps(self, name: str) -> Iterator[Step]:
        for step in super().steps(name):
            if isinstance(step, Assign) and step.attribute == "output_type":
                yield Call(name, "set_output_type", {"index": 0, "dtype": step.value})
            else:
                yield step


class Tensors(Protocol):
    """The values of a network's tensors, computed when they are asked for."""

    layers: Mapping[str, Layer]
    weights: Mapping[str, Bounded]
    arithmetic: Arithmetic

    def value(self, tensor: str) -> Bounded: ...

    def inside(self, known: Mapping[str, Bounded], varying: frozenset[str]) -> Tensors:
        """The same network in which some tensors have other values, and the layers `varying` depend on them."""
        ...


class Layer(Model):
    """One layer: the constructor's arguments under TensorRT's names, and what is assigned afterwards.

    A subclass gives `method`, `interface`, its arguments as fields, the type of `set`, `check_inputs` and `evaluate`.
    `most_inputs`: how many inputs TensorRT gives the layer, those of `set_input` included. `aliases` says which
    attributes an argument or an attribute writes, where the names differ. `tensor_inputs`: attributes, and arguments of
    `set_…` methods, that are tensors, with the index of the input that each of them becomes.
    """

    method: ClassVar[str]
    interface: ClassVar[str]
    word: ClassVar[str]  # the name in YAML: the method without add_, unless a class says otherwise
    owner: ClassVar[str | None] = None  # the argument that names the object whose method it is, if not the network
    most_inputs: ClassVar[int] = 1
    output_names: ClassVar[tuple[str, ...]] = ("",)  # the outputs' names after the layer's own; "" is the layer itself
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    tensor_inputs: ClassVar[Mapping[str, int]] = {}

    set: Attributes = Attributes()
    """Attributes assigned after the layer is made, in the order of the file."""
    set_input: dict[int, Tensor] = {}
    """Inputs that are set afterwards: {index: tensor}."""
    check: bool = True
    """False: trtexp refuses nothing about this layer, so that TensorRT's own answer is the experiment."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "method" in cls.__dict__ and "word" not in cls.__dict__:
            cls.word = cls.method.removeprefix("add_")

    def state(self) -> Mapping[str, Any]:
        """The attributes as they stand at the end: arguments first, then assignments in the order of the file."""
        return self._state

    @cached_property
    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = {}
        for name, value in [*self._arguments(), *self.set.given()]:
            for attribute in self.aliases.get(name, (name,)):
                state[attribute] = value
        return state

    def refuse(self, attribute: str, message: str, label: str) -> NoReturn:
        """Raise a LayerError at whatever wrote the attribute last."""
        path: tuple[str, ...] = (self.word,)
        for name, _ in self._arguments():
            if attribute in (name, *self.aliases.get(name, ())):
                path = (self.word, name)
        for name, _ in self.set.given():
            if attribute in (name, *self.aliases.get(name, ())):
                path = ("set", name)
        raise LayerError(path, f"{message} [{label}]")

    def input_tensors(self) -> dict[int, tuple[tuple[str | int, ...], str]]:
        """{index: (place below the layer, tensor)}: of the constructor, of attributes, then of `set_input`."""
        found: dict[int, tuple[tuple[str | int, ...], str]] = {}
        for name, kind in kinds(type(self)).items():
            if kind == "tensor" and (value := getattr(self, name)) is not None:
                for tensor in [value] if isinstance(value, str) else value:
                    found[len(found)] = ((self.word, name), tensor)
        for place, tensor in self.set.tensors():
            found[self.tensor_inputs[str(place[-1])]] = (("set", *place), tensor)
        return found | {i: (("set_input", i), tensor) for i, tensor in self.set_input.items()}

    def weight_arrays(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """(place below the layer, attribute, array) of each weights array; the last one of an attribute stands."""
        for owner, prefix, pairs in (
            (type(self), self.word, self._arguments()),
            (type(self.set), "set", self.set.given()),
        ):
            for name, value in pairs:
                if kinds(owner).get(name) == "weights":
                    yield (prefix, name), self.aliases.get(name, (name,))[0], value

    def output_tensors(self, name: str) -> tuple[str, ...]:
        """The tensors that the layer makes, in TensorRT's order."""
        return tuple(f"{name}.{suffix}" if suffix else name for suffix in self.output_names)

    def steps(self, name: str) -> Iterator[Step]:
        """The API calls: the constructor, the assignments, then `set_input`."""
        arguments = {k: lowered(kinds(type(self)).get(k), v) for k, v in self._arguments() if k != self.owner}
        owner = NETWORK if self.owner is None else getattr(self, self.owner)
        yield Call(owner, self.method, arguments, name, self.output_tensors(name))
        yield from self.set.steps(name)
        for index, tensor in self.set_input.items():
            yield Call(name, "set_input", {"index": index, "tensor": Ref("tensor", tensor)})

    def hides(self, layers: Mapping[str, Layer]) -> frozenset[str]:
        """The layers whose tensors have no single value: those of a loop's body."""
        return frozenset()

    def check_network(self, name: str, layers: Mapping[str, Layer]) -> None:
        """Refuse what is wrong with the layers around this one. Raises LayerError."""

    def pull(self, name: str, tensors: Tensors) -> tuple[Bounded, ...]:
        """The outputs, asking for the inputs' values; a layer that knows iterations or branches does it otherwise."""
        wanted = self.input_tensors()
        inputs: list[Any] = [
            tensors.value(wanted[i][1]) if i in wanted else None for i in range(max(wanted, default=-1) + 1)
        ]
        arrays = {attribute: tensors.weights[array] for _, attribute, array in self.weight_arrays()}
        self.check_inputs(inputs, arrays)
        return self._typed(inputs, arrays, tensors.arithmetic)

    def _typed(
        self, inputs: Sequence[Bounded], arrays: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        """The outputs, computed in `precision` and given `output_type` where a weakly typed network asks for them."""
        precision = DTYPE_OF_MEMBER.get(self.state().get("precision", ""), "")
        floats = [x.dtype for x in inputs if x is not None and x.dtype in UNIT]
        if precision in UNIT and floats:
            cast = [converted(x, precision) if x is not None and x.dtype in UNIT else x for x in inputs]
            made = self.evaluate(cast, {k: converted(v, precision) for k, v in arrays.items()}, arithmetic)
            made = tuple(converted(y, floats[0]) if y.dtype == precision else y for y in made)
        else:
            made = self.evaluate(inputs, arrays, arithmetic)
        wanted = DTYPE_OF_MEMBER.get(self.set.output_type or "")
        if wanted and made[0].dtype != wanted:
            made = (converted(made[0], wanted), *made[1:])
        return made

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        """Refuse what TensorRT refuses, with the labels of the docstring. Raises LayerError."""

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        """The outputs in float64 with their bounds; a layer without outputs has none to give."""
        if self.output_names:
            raise NotImplementedError
        return ()

    def _arguments(self) -> Iterator[tuple[str, Any]]:
        for name in type(self).model_fields:
            if name not in Layer.model_fields and name in self.model_fields_set:
                yield name, getattr(self, name)


def masked_axes(mask: int, rank: int) -> list[int]:
    """The axes that a bit mask names, below a rank."""
    return [axis for axis in range(rank) if mask >> axis & 1]
