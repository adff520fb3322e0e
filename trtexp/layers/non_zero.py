"""add_non_zero. Source: NvInfer.h, INonZeroLayer."""

from __future__ import annotations

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import Attributes, DataType, Layer, Tensor
from trtexp.layers.operands import of_indices
from trtexp.numerics import Bounded, Family, exactly
from trtexp.numerics.budget import Work

TAKES = ("float32", "float16", "bfloat16", "int32", "int64", "bool")


class NonZeroAttributes(Attributes):
    """Attributes of a non_zero layer."""

    indices_type: DataType = "INT32"
    """INT32 or INT64, 10.x on."""


class NonZero(Layer):
    """Where x is not 0: x (rank r) -> (r, count) indices, a column per element, row-major; the data give the count.

    NaN is not 0, -0 is. C1: the indices are of INT32 or INT64. C2: the values of x are known exactly. C3: in RTX x is
    float32, float16, bfloat16, int32, int64 or bool (1.7.1).
    """

    method, interface = "add_non_zero", "INonZeroLayer"
    scaffold = """inputs: {x: {shape: [2, 3], values: [[0, 1, 0], [2, 0, 3]]}}
        network: {y: {non_zero: {input: x}}}"""

    input: Tensor
    indices_type: DataType | None = None
    set: NonZeroAttributes = NonZeroAttributes()

    def dtype(self) -> str:
        """That of the indices."""
        return DTYPE_OF_MEMBER[self.final.indices_type]

    def check_inputs(self, x: Bounded, *, family: Family | None) -> None:
        if not of_indices(self.indices_type, self.final.indices_type):
            self.refuse("indices_type", f"{self.final.indices_type} given; give INT32 or INT64", "C1")
        if family == "tensorrt-rtx" and x.dtype not in TAKES:
            self.refuse("input", f"a tensor of {x.dtype}; give one of {', '.join(TAKES)}", "C3")
        if not x.exact:
            self.refuse("input", "a tensor with rounding errors given; give one whose values are known", "C2")

    def work(self, x: Bounded) -> Work:
        return Work(x.ref.size * (1 + len(x.shape)))

    def evaluate(self, x: Bounded) -> Bounded:
        return exactly(np.argwhere(x.ref).T, self.dtype())
