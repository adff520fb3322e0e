"""What every layer is made of: a strict model of one `add_…` method, its lowering to calls, its float64 reference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar, cast

from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.definition.steps import NETWORK, Call, Ref, Step
from trtexp.layers.attributes import Attributes as Attributes
from trtexp.layers.attributes import DataType as DataType
from trtexp.layers.attributes import Described as Described
from trtexp.layers.attributes import Dims as Dims
from trtexp.layers.attributes import Object as Object
from trtexp.layers.attributes import PaddingMode as PaddingMode
from trtexp.layers.attributes import Spread as Spread
from trtexp.layers.attributes import Tensor as Tensor
from trtexp.layers.attributes import Typed as Typed
from trtexp.layers.attributes import Weights as Weights
from trtexp.layers.operands import LayerError as LayerError
from trtexp.layers.operands import Maybe as Maybe
from trtexp.layers.operands import Operand, granted, no_vector, spread
from trtexp.layers.operands import Tensors as Tensors
from trtexp.layers.operands import integers as integers
from trtexp.layers.operands import masked_axes as masked_axes
from trtexp.layers.precision import Types
from trtexp.layers.settable import GIVEN as GIVEN
from trtexp.layers.settable import Default as Default
from trtexp.layers.settable import Kind as Kind
from trtexp.layers.settable import Model as Model
from trtexp.layers.settable import Origin as Origin
from trtexp.layers.settable import Settable as Settable
from trtexp.layers.settable import kinds, lowered, tensor_arguments
from trtexp.numerics import FAMILIES, Arithmetic, Bounded, Family
from trtexp.numerics.budget import Budget, Work

LONG = ("alpha", "beta")  # that may have 64 bits
MASKS = ("axes",)
MOST_AXES = 8  # of a tensor: Dims::MAX_DIMS

A = TypeVar("A", bound="Settable", covariant=True)


class _With(Protocol[A]):
    @property
    def set(self) -> A: ...


class Layer(Model):
    """One layer: the constructor's arguments under TensorRT's names, and what is assigned afterwards.

    A subclass gives `method`, `interface`, its arguments as fields, the type of `set`, `check_inputs` and `evaluate`,
    which take the operands in their order, None for one that is missing.
    `operands`: what `set_input` may give, in the order of TensorRT's inputs; the arguments that are tensors, unless a
    class says otherwise. A weights array may take the place of one. `more_operands`: behind them, what `set_input`
    cannot give: weights arrays, and tensors among the attributes and among the arguments of `set_…` methods.
    `variadic`: how many inputs there may be at most, if the one operand is a tuple of them; else 0.
    `vectors`: the operands that tell a shape, indices along axes, or axes. S1: each is a vector of int32 or int64.
    S2: no output has more than 8 axes, which is all that TensorRT's Dims hold. S3: a whole number fits into 32 bits,
    with a sign but for bit masks.
    `aliases` says which attributes an argument or an attribute writes, where the names differ.
    """

    method: ClassVar[str]
    interface: ClassVar[str]
    word: ClassVar[str]  # the name in YAML: the method without add_, unless a class says otherwise
    owner: ClassVar[str | None] = None  # the argument that names the object whose method it is, if not the network
    operands: ClassVar[tuple[str, ...]] = ()
    more_operands: ClassVar[tuple[str, ...]] = ()
    vectors: ClassVar[tuple[str, ...]] = ()
    variadic: ClassVar[int] = 0
    output_names: ClassVar[tuple[str, ...]] = ("",)  # the outputs' names after the layer's own; "" is the layer itself
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    scaffold: ClassVar[str]  # what `trtexp new` starts from: a network as YAML, where $layer stands for the word

    set: Attributes = Attributes()
    """Attributes assigned after the layer is made, in the order of the file."""
    set_input: dict[int, Tensor] = {}
    """Inputs that are set afterwards: {index: tensor}."""
    check: bool = True
    """False: trtexp refuses nothing about this layer, so that TensorRT's own answer is the experiment."""
    origin: Origin | None = None
    """What it is called in the network that it was imported from."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "method" in cls.__dict__ and "word" not in cls.__dict__:
            cls.word = cls.method.removeprefix("add_")
        if cls.operands == (tensor_arguments(base) if issubclass(base := cls.__mro__[1], Layer) else ()):
            cls.operands = tensor_arguments(cls)

    @classmethod
    def settable(cls) -> type[Settable]:
        """What `set` may give."""
        return type(cls._defaults())

    @classmethod
    def _defaults(cls) -> Settable:
        defaults: Settable = cls.model_fields["set"].default
        return defaults

    @classmethod
    def most_inputs(cls) -> int:
        """How many inputs TensorRT gives the layer at most, those of `set_input` included."""
        return cls.variadic or len(cls.operands)

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """What a layer that was read back tells of itself, by arguments and attributes: values of a definition, or
        mappings of those that a `set_…` method takes."""
        return dict(read.attributes)

    @property
    def final(self: _With[A]) -> A:
        """The attributes as they stand at the end: TensorRT's defaults, the arguments, then `set` in its order."""
        return cast(A, cast(Layer, self)._final)

    @cached_property
    def _final(self) -> Settable:
        fields, defaults = type(self.set).model_fields, self._defaults()
        pairs = (pair for _, name, value in self.written for pair in self.writes(name, value).items())
        return defaults.model_copy(update={name: value for name, value in pairs if name in fields})

    @cached_property
    def written(self) -> tuple[tuple[str, str, Any], ...]:
        """(the layer's word or `set`, name, value) of the arguments that are given, then of `set` in its order."""
        names = [name for name in type(self).model_fields if name in self.model_fields_set - _BESIDE]
        arguments = ((self.word, name, getattr(self, name)) for name in names)
        return (*arguments, *(("set", name, value) for name, value in self.set.given()))

    def writes(self, name: str, value: Any) -> Mapping[str, Any]:
        """The attributes that an argument or an attribute writes."""
        return dict.fromkeys(self.aliases.get(name, (name,)), value)

    def refuse(self, attribute: str, message: str, label: str) -> NoReturn:
        """Raise a LayerError at whatever wrote the attribute last."""
        path: tuple[str, ...] = (self.word,)
        for owner, name, value in self.written:
            if attribute in (name, *self.writes(name, value)):
                path = (owner, name)
        raise LayerError(path, f"{message} [{label}]")

    def input_tensors(self) -> dict[int, tuple[tuple[str | int, ...], str]]:
        """{index: (place below the layer, tensor)}: of the constructor, of attributes, then of `set_input`."""
        found: dict[int, tuple[tuple[str | int, ...], str]] = {}
        for name in tensor_arguments(type(self)):
            value = getattr(self, name)
            for tensor in [value] if isinstance(value, str) else value or ():
                found[len(found)] = ((self.word, name), tensor)
        for place, tensor in self.set.tensors():
            found[(self.operands + self.more_operands).index(str(place[-1]))] = (("set", *place), tensor)
        return found | {i: (("set_input", i), tensor) for i, tensor in self.set_input.items()}

    def weight_arrays(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """(place below the layer, attribute, array) of each weights array; the last one of an attribute stands."""
        of = {self.word: kinds(type(self)), "set": kinds(type(self.set))}
        for owner, name, value in self.written:
            if of[owner].get(name) == "weights":
                yield (owner, name), self.aliases.get(name, (name,))[0], value

    def output_tensors(self, name: str) -> tuple[str, ...]:
        """The tensors that the layer makes, in TensorRT's order."""
        return tuple(f"{name}.{suffix}" if suffix else name for suffix in self.output_names)

    def steps(self, name: str) -> Iterator[Step]:
        """The API calls: the constructor, the assignments, then `set_input`."""
        given = ((k, v) for owner, k, v in self.written if owner == self.word and k != self.owner)
        arguments = {k: lowered(kinds(type(self)).get(k), v) for k, v in given}
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

    def check_outputs(self, name: str, layers: Mapping[str, Layer], outputs: Collection[str]) -> None:
        """Refuse tensors that have no single value as outputs of the network. Raises NodeError."""

    def pull(self, name: str, tensors: Tensors) -> tuple[Bounded, ...]:
        """The outputs, asking for the inputs' values; a layer that knows iterations or branches does it otherwise."""
        inputs = {i: tensors.value(tensor) for i, (_, tensor) in sorted(self.input_tensors().items())}
        arrays = {attribute: tensors.weights[array] for _, attribute, array in self.weight_arrays()}
        codes = {tensors.codes(tensor) for _, tensor in self.input_tensors().values()}
        arithmetic = replace(tensors.arithmetic, codes=codes.pop() if len(codes) == 1 else None)
        return self.outputs(inputs, arrays, arithmetic, tensors.budget, partial(tensors.refused_by, name))

    def undoes(self) -> str | None:
        """The tensor of codes that the layer gives as numbers, if it does so."""
        return None

    def outputs(
        self,
        inputs: Mapping[int, Bounded],
        arrays: Mapping[str, Bounded],
        arithmetic: Arithmetic,
        budget: Budget | None = None,
        refused_by: Callable[[Family, LayerError], None] | None = None,
    ) -> tuple[Bounded, ...]:
        """The outputs for inputs by index, in order, and for weights arrays by attribute.

        They are computed in `precision` and given `output_type` where a weakly typed network asks for them; float32 may
        be half where that is granted. refused_by: is told what a family of releases refuses, if no release is known.
        Raises LayerError, OverBudget.
        """
        operands = self.operand_values(inputs, arrays)
        self.check_vectors(inputs)
        self.check_inputs(*operands, **granted(type(self).check_inputs, family=arithmetic.family))
        if refused_by is not None and self.check and arithmetic.family is None:
            self.ask_families(refused_by, *operands)
        budget = budget or Budget()
        budget.begin(self.work(*operands))
        asked = self.final if isinstance(self.final, Typed) else Typed()
        types = Types.of(asked, inputs.values(), arithmetic.grants("half") and not self.rounds_to_half())
        with budget.paying():
            made = self.evaluate(*types.taken(operands), **granted(type(self).evaluate, arithmetic=arithmetic))
        tensors = types.made(made if isinstance(made, tuple) else (made,))
        if (most := max((len(tensor.shape) for tensor in tensors), default=0)) > MOST_AXES:
            raise LayerError((self.word,), f"it would make a tensor of {most} axes; give {MOST_AXES} at most [S2]")
        return tensors

    def check_numbers(self) -> None:
        """Refuse whole numbers that the API does not take. Raises LayerError."""
        for owner, name, value in self.written:
            low, high = (0, 2**32) if name in MASKS else (-(2**31), 2**31)
            if type(value) is int and name not in LONG and not low <= value < high:
                raise LayerError((owner, name), f"{value} given; give a number of 32 bits [S3]")

    def check_vectors(self, inputs: Mapping[int, Bounded]) -> None:
        """Refuse what tells no shape and no axes. Raises LayerError."""
        for index in map(self.operands.index, self.vectors):
            if index in inputs and (message := no_vector(inputs[index])):
                raise LayerError(self.input_tensors()[index][0], f"{message} [S1]")

    def operand_values(self, inputs: Mapping[int, Bounded], arrays: Mapping[str, Bounded]) -> list[Operand]:
        """The operands, in order."""
        if self.variadic:
            return [tuple(inputs.values())]
        names = enumerate(self.operands + self.more_operands)
        return [self.operand(name, inputs.get(i), arrays.get(name)) for i, name in names]

    def operand(self, name: str, tensor: Bounded | None, array: Bounded | None) -> Bounded | None:
        """An operand from the input of its index, or else from the weights array of its name."""
        return array if tensor is None else tensor

    def check_inputs(self, *operands: Any, **_: Any) -> None:
        """Refuse what TensorRT refuses, with the labels of the docstring. Raises LayerError.

        family: the releases whose constraints hold, None if no release is known; for those who name it, since not all
        releases refuse the same.
        """

    def ask_families(self, refused_by: Callable[[Family, LayerError], None], *operands: Any) -> None:
        """Tell what the families of releases refuse of operands that nobody else does."""
        for family in FAMILIES if granted(type(self).check_inputs, family=None) else ():
            try:
                self.check_inputs(*operands, family=family)
            except LayerError as error:
                refused_by(family, error)

    def rounds_to_half(self) -> bool:
        """Whether the layer itself makes half of its input, so that a freedom to round to half leaves it as it is: the
        nearest half of a number is that of its nearest half."""
        return False

    def work(self, *operands: Any, **_: Any) -> Work:
        """What evaluating these operands comes to, which have been checked: the elements of the outputs and of what is
        large on the way, told before anything of it is made. As much as the operands, unless a class says otherwise."""
        return Work(spread(*operands))

    def evaluate(self, *operands: Any, **granted: Any) -> Bounded | tuple[Bounded, ...]:
        """The outputs in float64 with their bounds; a layer without outputs has none to give.

        granted: what the device may do, `arithmetic`, for those who name it.
        """
        if self.output_names:
            raise NotImplementedError
        return ()


_BESIDE = frozenset(Layer.model_fields)  # what stands beside the arguments
