"""add_ragged_softmax. Source: NvInfer.h, IRaggedSoftMaxLayer."""

from __future__ import annotations

import numpy as np

from trtexp.layers.base import Layer, Tensor
from trtexp.layers.broadcast import broadcasts_to
from trtexp.layers.softmax import softmaxed
from trtexp.numerics import UNIT, Bounded


class RaggedSoftmax(Layer):
    """Softmax of the first `bounds` elements of each row, 0 behind them: x (Z, S, N), bounds (Z, S, 1) -> as x.

    C1: x is float and has 3 dimensions. C2: bounds are int32, one per row or per row of a batch of 1, from 0 to N.
    """

    method, interface = "add_ragged_softmax", "IRaggedSoftMaxLayer"
    scaffold = """inputs:
          x: {shape: [1, 2, 4], values: [0, 0, 0, 0, 0, -1000, 0, 1000]}
          n: {dtype: int32, shape: [1, 2, 1], values: [4, 2]}
        network: {y: {ragged_softmax: {input: x, bounds: n}}}"""

    input: Tensor
    bounds: Tensor

    def check_inputs(self, x: Bounded, bounds: Bounded) -> None:
        if x.dtype not in UNIT or len(x.shape) != 3:
            self.refuse("input", f"{x.dtype} {list(x.shape)}; give float of 3 dimensions", "C1")
        rows = [*x.shape[:-1], 1]
        if bounds.dtype != "int32" or not broadcasts_to(bounds.shape, rows):
            self.refuse("bounds", f"{bounds.dtype} {list(bounds.shape)}; give int32 that broadcasts to {rows}", "C2")
        if not ((bounds.ref >= 0) & (bounds.ref <= x.shape[-1])).all():
            self.refuse("bounds", f"{bounds.ref.min():g} to {bounds.ref.max():g}; give 0 to {x.shape[-1]}", "C2")

    def evaluate(self, x: Bounded, bounds: Bounded) -> Bounded:
        return softmaxed(x, -1, np.broadcast_to(np.arange(x.shape[-1]) < bounds.ref, x.shape))
