"""The words that the fields of layers are made of, and the attributes that layers share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from trtexp.definition.steps import Assign, Call, Step
from trtexp.layers.settable import Kind, Settable

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


class Described(Settable):
    """What the inspector shows of a layer."""

    metadata: str | None = None
    """A text that the engine's inspector shows, 8.6 on."""


class Spread(Settable):
    """How a layer is shared among GPUs."""

    num_ranks: int = 1
    """How many GPUs take part, 10.16 on."""


class Typed(Settable):
    """Which types a layer has in weakly typed networks."""

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


class Attributes(Typed, Spread, Described):
    """The attributes that nearly every layer has; those of a kind of layer are added by its own class.

    Where no release has some of them, a class takes the others alone. The default of a field is the value that TensorRT
    takes if the attribute is left out: None if that is none, or if it depends on the layer, which `Default` says then.
    `GIVEN` stands where the constructor always gives one.
    """
