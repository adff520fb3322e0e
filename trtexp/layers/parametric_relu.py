"""add_parametric_relu. Source: NvInfer.h, IParametricReLULayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from trtexp.layers.base import Layer, Tensor
from trtexp.layers.broadcast import broadcasts_to
from trtexp.numerics import UNIT, Arithmetic, Bounded, computed


class ParametricRelu(Layer):
    """x where x >= 0, slope · x below: x (any shape) and slopes that broadcast to it -> as x.

    C1: the slopes have the rank of x, and along each axis its dimension or 1. C2: both have one float dtype.
    """

    method: ClassVar[str] = "add_parametric_relu"
    interface: ClassVar[str] = "IParametricReLULayer"
    most_inputs: ClassVar[int] = 2

    input: Tensor
    slopes: Tensor

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        x, slopes = inputs
        if not broadcasts_to(slopes.shape, x.shape):
            self.refuse("slopes", f"{list(slopes.shape)} does not broadcast to x {list(x.shape)}", "C1")
        if x.dtype not in UNIT or slopes.dtype != x.dtype:
            self.refuse("slopes", f"{slopes.dtype} beside {x.dtype}; give one float dtype", "C2")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        def f(x: np.ndarray, slope: np.ndarray) -> np.ndarray:
            return np.where(x < 0, slope * x, x + 0 * slope)

        return (computed(f, lambda x, slope, y: np.abs(y) * (x < 0), *inputs),)
