"""add_parametric_relu. Source: NvInfer.h, IParametricReLULayer."""

from __future__ import annotations

import numpy as np

from trtexp.layers.base import Layer, Tensor
from trtexp.layers.broadcast import broadcasts_to
from trtexp.numerics import UNIT, Bounded, Family, computed, jumping, undetermined, wrapped


class ParametricRelu(Layer):
    """x where x >= 0, slope · x below: x (any shape) and slopes that broadcast to it -> as x.

    The slope does not count where x is 0 or more, unless it is NaN or infinite: then the result is undetermined, for no
    source or measurement says whether a product is left out. Of NaN the result is NaN.
    C1: the slopes have the rank of x, and along each axis its dimension or 1. C2: both have one float dtype,
    in RTX also int8 (1.7.1); a product beyond int8 is undetermined.
    """

    method, interface = "add_parametric_relu", "IParametricReLULayer"
    scaffold = """
        inputs: {x: {shape: [2, 3], values: [-8, -4, -2, -1, 0, 3]}, s: {shape: [1, 3], values: [[0.5, 0.25, 2]]}}
        network: {y: {parametric_relu: {input: x, slopes: s}}}"""

    input: Tensor
    slopes: Tensor

    def check_inputs(self, x: Bounded, slopes: Bounded, *, family: Family | None) -> None:
        if not broadcasts_to(slopes.shape, x.shape):
            self.refuse("slopes", f"{list(slopes.shape)} does not broadcast to x {list(x.shape)}", "C1")
        types = (*UNIT, "int8") if family in (None, "tensorrt-rtx") else UNIT
        if x.dtype not in types or slopes.dtype != x.dtype:
            self.refuse("slopes", f"{slopes.dtype} beside {x.dtype}; give one float dtype", "C2")

    def evaluate(self, x: Bounded, slopes: Bounded) -> Bounded:
        def f(v: np.ndarray, slope: np.ndarray) -> np.ndarray:
            return np.where(v < 0, slope * v, v + 0 * slope)

        if x.dtype not in UNIT:
            made = jumping(lambda v, slope: wrapped(f(v, slope), x.dtype), [x, slopes], x.dtype)
            return undetermined(made, made.ref != f(x.ref, slopes.ref))
        made = computed(f, lambda v, slope, y: np.abs(y) * (v < 0), x, slopes)
        return undetermined(made, (x.ref >= 0) & ~np.isfinite(slopes.ref))
