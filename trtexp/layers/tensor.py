"""What can be set of a tensor. Source: NvInfer.h, ITensor."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Union

from pydantic import Discriminator, Tag

from trtexp.layers.settable import Arguments, Kind, Settable


class DimensionName(Arguments):
    """Gives a dimension of an input a name; equal names are dimensions of equal size."""

    index: int
    """The axis."""
    name: str
    """Its name."""


def _how_many(value: Any) -> str:
    return "several" if isinstance(value, list) else "one"


DimensionNames = Annotated[
    Union[Annotated[DimensionName, Tag("one")], Annotated[list[DimensionName], Tag("several")]],
    Discriminator(_how_many),
]


class TensorAttributes(Settable):
    """Attributes of a network input; its name, dtype and shape stand beside `set`."""

    allowed_formats: int | None = None
    """A bit mask of TensorFormat numbers: the layouts that the input may have. LINEAR is 1."""
    broadcast_across_batch: bool | None = None
    """Without an effect in networks with an explicit batch; not in RTX."""
    location: Annotated[Literal["DEVICE", "HOST"], Kind("TensorLocation")] | None = None
    """Where the tensor lives; not in RTX. HOST is for shape tensors."""
    dynamic_range: list[float] | None = None
    """Smallest and largest value for INT8 without quantize layers; 8.x and 10.x."""
    dimension_name: DimensionNames | None = None
    """A name for one of the dimensions, or a list of them for several, by `set_dimension_name`."""
