"""add_shape. Source: NvInfer.h, IShapeLayer."""

from __future__ import annotations

import numpy as np

from trtexp.layers.base import Layer, Tensor
from trtexp.numerics import Bounded, exactly


class Shape(Layer):
    """The shape as data: x (d0, …, dn) -> (n + 1,) int64, as in 10.x and newer; 8.x gives int32."""

    method, interface = "add_shape", "IShapeLayer"
    scaffold = """inputs: {x: {shape: [2, 3], full: 0}}
        network: {y: {shape: {input: x}}}"""

    input: Tensor

    def evaluate(self, x: Bounded) -> Bounded:
        return exactly(np.array(x.shape), "int64")
