"""add_one_hot. Source: NvInfer.h, IOneHotLayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from trtexp.layers.base import Attributes, Layer, Tensor
from trtexp.numerics import Arithmetic, Bounded, moved


class OneHotAttributes(Attributes):
    """Attributes of a one_hot layer."""

    axis: int | None = None
    """The new axis, counted in the output, from the back if negative."""


class OneHot(Layer):
    """A new axis with one `on` per index: indices (any shape), values [off, on], depth () -> dtype of the values.

    Negative indices count from the back; one outside ±depth makes no `on`. C1: indices are int32 or int64. C2: values
    are a vector of two. C3: depth is a scalar int of at least 0. C4: `axis` lies in the output.
    """

    method: ClassVar[str] = "add_one_hot"
    interface: ClassVar[str] = "IOneHotLayer"
    most_inputs: ClassVar[int] = 3

    indices: Tensor
    """int32 or int64."""
    values: Tensor
    """[off, on]"""
    depth: Tensor
    """The length of the new axis, a constant or a shape tensor."""
    axis: int
    """The new axis, counted in the output, from the back if negative."""
    set: OneHotAttributes = OneHotAttributes()

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        (indices, values, depth), axis = inputs, self.state()["axis"]
        if indices.dtype not in ("int32", "int64"):
            self.refuse("indices", f"{indices.dtype} given; give int32 or int64", "C1")
        if values.shape != (2,):
            self.refuse("values", f"{list(values.shape)} given; give [off, on]", "C2")
        if depth.shape != () or depth.dtype not in ("int32", "int64") or depth.ref < 0:
            self.refuse("depth", f"{depth.dtype} {list(depth.shape)} given; give an int scalar of at least 0", "C3")
        rank = len(indices.shape) + 1
        if not -rank <= axis < rank:
            self.refuse("axis", f"{axis} given; give {-rank} to {rank - 1}", "C4")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        indices, values, depth = inputs[0].ref.astype(int), inputs[1], int(inputs[2].ref)
        index = np.where(indices < 0, indices + depth, indices)
        hot = np.moveaxis(index[..., None] == np.arange(depth), -1, self.state()["axis"])
        return (moved(lambda part: np.where(hot, part[1], part[0]), values),)
