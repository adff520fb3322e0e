"""Tensor generators: values as data, never code."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Union

from pydantic import Discriminator, Field, Tag

from trtexp.definition.network import DTYPES
from trtexp.layers.base import Model
from trtexp.layers.tensor import TensorAttributes

Dtype = Literal[
    "float32",
    "float16",
    "bfloat16",
    "float8e4m3",
    "float8e8m0",
    "float4e2m1",
    "int64",
    "int32",
    "int8",
    "uint8",
    "int4",
    "bool",
]
assert set(Dtype.__args__) == set(DTYPES)  # type: ignore[attr-defined]


class TensorError(ValueError):
    """A generator that cannot be built; `path` is the place below it."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path


class Arange(Model):
    """start, start + step, …, as many as the shape holds."""

    start: int | float = 0
    """The first value."""
    step: int | float = 1
    """The distance from one value to the next."""


class Linspace(Model):
    """Evenly spaced values from start to stop, both included, as many as the shape holds."""

    start: float
    """The first value."""
    stop: float
    """The last value."""


class Powers(Model):
    """base to the power of first, …, last, in steps of one, up or down; each is the exact decimal."""

    base: float
    """What is raised."""
    first: int
    """The first exponent."""
    last: int
    """The last exponent."""


class Random(Model):
    """Numbers from PCG64 with a seed: the same ones everywhere."""

    seed: int
    """The seed, so that every run has the same numbers."""
    normal: list[float] | None = None
    """[mean, standard deviation]"""
    uniform: list[float] | None = None
    """[low, high)"""
    integers: list[int] | None = None
    """[low, high], both included"""


class Tile(Model):
    """`of`, repeated along each dimension."""

    of: Operand
    """What is repeated."""
    reps: list[int]
    """How often, per dimension, as in numpy.tile."""


class Join(Model):
    """Several tensors put together along an axis: existing for concat, new for stack."""

    of: list[Operand]
    """The parts, in order."""
    axis: int = 0
    """The axis, counted from the back if negative."""


class Scaling(Model):
    """`of`, each value times `by`."""

    of: Operand
    """What is scaled."""
    by: int | float
    """The factor."""


class Transpose(Model):
    """`of` with its axes in another order."""

    of: Operand
    """What is transposed."""
    perm: list[int]
    """The axes in their new order."""


SPECIAL = Literal["nan", "inf", "zero", "subnormal", "ties", "extremes"]


class Generator(Model):
    """How a tensor's values are made: exactly one of the generators, and the shape where that does not follow."""

    shape: list[int] | None = Field(default=None, description="the tensor's shape; [] is a scalar")
    values: Any = Field(default=None, description="the values as nested lists, or as one number")
    full: int | float | bool | None = Field(default=None, description="every element is this value")
    arange: Arange | None = Field(default=None, description="start, start + step, …")
    linspace: Linspace | None = Field(default=None, description="evenly spaced values, both ends included")
    powers: Powers | None = Field(default=None, description="base ** first, …, base ** last")
    eye: int | None = Field(default=None, description="an identity matrix of this size")
    random: Random | None = Field(default=None, description="seeded random numbers")
    special: list[SPECIAL] | None = Field(default=None, description="the dtype's special values, of these kinds")
    file: str | None = Field(
        default=None, description="a .npy file, or .npz#name, of the project, named from the experiment's folder"
    )
    tile: Tile | None = Field(default=None, description="a tensor, repeated")
    concat: Join | None = Field(default=None, description="tensors joined along an axis")
    stack: Join | None = Field(default=None, description="tensors stacked along a new axis")
    negate: Operand | None = Field(default=None, description="a tensor with the sign of every value changed")
    scale: Scaling | None = Field(default=None, description="a tensor times a number")
    transpose: Transpose | None = Field(default=None, description="a tensor with its axes in another order")


#: Elements of a tensor: an index or a range along each axis, and all of the axes that are left out.
Place = Annotated[
    list[Union[int, str]],
    Field(description="an index or a range (`1:3`, `2:`, `:`) for each axis; all of the axes that are left out"),
]


def _kind_of_mask(value: Any) -> str:
    return "made" if isinstance(value, (dict, Generator)) else "places"


#: Elements of which nothing is expected.
Ignored = Annotated[
    Union[Annotated[list[Place], Tag("places")], Annotated[Generator, Tag("made")]], Discriminator(_kind_of_mask)
]


class TensorModel(Generator):
    """An input or a weights array."""

    dtype: Dtype = Field(default="float32", description="the element type")


class InputModel(TensorModel):
    """A network input."""

    declared: list[int] | None = Field(
        default=None, description="the shape that the network is built for, -1 for what a profile gives; else `shape`"
    )
    set: TensorAttributes = Field(default=TensorAttributes(), description="attributes of the tensor, in order")
    origin: str | None = Field(default=None, description="what it is called in the model that it was imported from")


def _kind(value: Any) -> str:
    return "made" if isinstance(value, (dict, Generator)) else "name"


Operand = Annotated[Union[Annotated[str, Tag("name")], Annotated[Generator, Tag("made")]], Discriminator(_kind)]
for _model in (Tile, Join, Scaling, Transpose, Generator, TensorModel, InputModel):
    _model.model_rebuild()
GENERATORS = tuple(name for name in Generator.model_fields if name != "shape")
