"""add_one_hot. Source: NvInfer.h, IOneHotLayer."""

from __future__ import annotations

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Layer, Tensor
from trtexp.layers.orders import MEASURED
from trtexp.numerics import Arithmetic, Bounded, moved, undetermined
from trtexp.numerics.budget import Work


class OneHotAttributes(Attributes):
    """Attributes of a one_hot layer."""

    axis: int = GIVEN
    """The new axis, counted in the output, from the back if negative."""


class OneHot(Layer):
    """A new axis with one `on` per index: indices (any shape), values [off, on], depth () -> dtype of the values.

    Negative indices count from the back. One outside ±depth makes no `on` on tensorrt<10 (8.5.3.1 and 8.6.0, measured);
    elsewhere what it makes is undetermined. Values may be NaN or infinite. C1: indices are int32 or int64. C2: values
    are a vector of two. C3: depth is a scalar int of at least 0. C4: `axis` lies in the output.
    """

    method, interface = "add_one_hot", "IOneHotLayer"
    scaffold = """inputs: {i: {values: [2, 0], dtype: int32}, values: {values: [0, 1]}}
        weights: {three: {shape: [], full: 3, dtype: int32}}
        network:
          depth: {constant: {shape: [], weights: three}}
          y: {one_hot: {indices: i, values: values, depth: depth, axis: 1}}"""

    indices: Tensor
    """int32 or int64."""
    values: Tensor
    """[off, on]"""
    depth: Tensor
    """The length of the new axis, a constant or a shape tensor."""
    axis: int
    set: OneHotAttributes = OneHotAttributes()

    def check_inputs(self, indices: Bounded, values: Bounded, depth: Bounded) -> None:
        axis = self.final.axis
        if indices.dtype not in ("int32", "int64"):
            self.refuse("indices", f"{indices.dtype} given; give int32 or int64", "C1")
        if values.shape != (2,):
            self.refuse("values", f"{list(values.shape)} given; give [off, on]", "C2")
        if depth.shape != () or depth.dtype not in ("int32", "int64") or depth.ref < 0:
            self.refuse("depth", f"{depth.dtype} {list(depth.shape)} given; give an int scalar of at least 0", "C3")
        rank = len(indices.shape) + 1
        if not -rank <= axis < rank:
            self.refuse("axis", f"{axis} given; give {-rank} to {rank - 1}", "C4")

    def work(self, indices: Bounded, values: Bounded, depth: Bounded) -> Work:
        return Work(2 * indices.ref.size * int(depth.ref))

    def evaluate(self, indices: Bounded, values: Bounded, depth: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        index, length = indices.ref.astype(int), int(depth.ref)
        index = np.where(index < 0, index + length, index)
        hot = np.moveaxis(index[..., None] == np.arange(length), -1, self.final.axis)
        unsure = indices.undetermined
        if arithmetic.family not in MEASURED:
            unsure = unsure | (index < 0) | (index >= length)
        made = moved(lambda part: np.where(hot, part[1], part[0]), values)
        return undetermined(made, np.broadcast_to(np.expand_dims(unsure, self.final.axis), made.shape))
