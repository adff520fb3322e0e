"""add_shape. Source: NvInfer.h, IShapeLayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from trtexp.layers.base import Layer, Tensor
from trtexp.numerics import Arithmetic, Bounded, exactly


class Shape(Layer):
    """The shape as data: x (d0, …, dn) -> (n + 1,) int64, as in 10.x and newer; 8.x gives int32."""

    method: ClassVar[str] = "add_shape"
    interface: ClassVar[str] = "IShapeLayer"

    input: Tensor

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        return (exactly(np.array(inputs[0].shape), "int64"),)
