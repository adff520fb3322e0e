"""add_non_zero. Source: NvInfer.h, INonZeroLayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import Attributes, DataType, Layer, Tensor
from trtexp.numerics import Arithmetic, Bounded, exactly


class NonZeroAttributes(Attributes):
    """Attributes of a non_zero layer."""

    indices_type: DataType | None = None
    """INT32 or INT64, 10.x on."""


class NonZero(Layer):
    """Where x is not 0: x (rank r) -> (r, count) indices, a column per element, row-major; the data give the count.

    NaN is not 0, -0 is. C1: the indices are of INT32 or INT64. C2: the values of x are known
    exactly.
    """

    method: ClassVar[str] = "add_non_zero"
    interface: ClassVar[str] = "INonZeroLayer"

    input: Tensor
    indices_type: DataType | None = None
    """INT32 or INT64, 10.x on."""
    set: NonZeroAttributes = NonZeroAttributes()

    def dtype(self) -> str:
        """That of the indices."""
        return DTYPE_OF_MEMBER[self.state().get("indices_type") or "INT32"]

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        x = inputs[0]
        if self.dtype() not in ("int32", "int64"):
            self.refuse("indices_type", f"{self.dtype()} given; give INT32 or INT64", "C1")
        if not x.exact:
            self.refuse("input", "a tensor with rounding errors given; give one whose values are known", "C2")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        return (exactly(np.argwhere(inputs[0].ref).T, self.dtype()),)
