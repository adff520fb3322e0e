"""add_lrn. Source: NvInfer.h, ILRNLayer; TensorRT operators reference, LRN."""

from __future__ import annotations

from typing import Any

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Layer, Tensor
from trtexp.layers.unary import of_integers
from trtexp.numerics import (
    F64,
    OWN_ERROR,
    TINY,
    UNIT,
    WORKING_UNIT,
    Bounded,
    attribute,
    library,
    narrowed,
    pow_error,
    undetermined,
)
from trtexp.numerics.budget import Work

#: attribute -> the smallest and the largest number that it takes.
RANGES = {"alpha": (-1e20, 1e20), "beta": (0.01, 1e5), "k": (1e-5, 1e10)}


class LrnAttributes(Attributes):
    """Attributes of a local response normalization."""

    window_size: int = GIVEN
    """How many neighbouring channels are summed, odd."""
    alpha: float = GIVEN
    """The factor of the mean of the squares."""
    beta: float = GIVEN
    """The exponent."""
    k: float = GIVEN
    """What is added."""


class Lrn(Layer):
    """x / (k + alpha / window · Σ x²) ^ beta over the channels within window / 2: x (…, C, H, W) -> as x.

    Channels that are not there count as 0, and the divisor stays the window; so does the example of the operators
    reference, whose formula has neither the divisor nor the half. The channels are the third axis from the end, for
    8.5.3.1 and 8.6.0 sum over no neighbours along axis 1 of five.
    C1: the window is odd, from 1 to 15. C2: |alpha| <= 1e20, beta from 0.01 to 1e5, k from 1e-5 to 1e10. C3: x is float
    or int8 (RTX 1.7.1; how that is rounded is not known) and has at least 4 dimensions.
    """

    method, interface = "add_lrn", "ILRNLayer"
    scaffold = """inputs: {x: {shape: [1, 4, 1, 2], values: [1, -1, 2, 0, 0, 2, 4, 1]}}
        network: {y: {lrn: {input: x, window: 3, alpha: 3, beta: 1, k: 1}}}"""
    aliases = {"window": ("window_size",)}

    input: Tensor
    window: int
    alpha: float
    beta: float
    k: float
    set: LrnAttributes = LrnAttributes()

    def check_inputs(self, x: Bounded) -> None:
        final = self.final
        if final.window_size not in range(1, 16, 2):
            self.refuse("window_size", f"{final.window_size} given; give an odd number from 1 to 15", "C1")
        for name, value in (("alpha", final.alpha), ("beta", final.beta), ("k", final.k)):
            low, high = RANGES[name]
            if not low <= value <= high:
                self.refuse(name, f"{value} given; give {low:g} to {high:g}", "C2")
        if x.dtype not in (*UNIT, "int8") or len(x.shape) < 4:
            self.refuse("input", f"{x.dtype} {list(x.shape)}; give float or int8 of 4 dimensions or more", "C3")

    def work(self, x: Bounded) -> Work:
        return Work(3 * x.ref.size, self.final.window_size * x.ref.size)

    def evaluate(self, x: Bounded) -> Bounded:
        window = self.final.window_size
        given = [attribute(value) for value in (self.final.alpha, self.final.beta, self.final.k)]
        alpha, beta, k = (float(value.ref) for value in given)
        factor = alpha / window
        if x.dtype not in UNIT:
            made = of_integers(lambda v: v / library.power(k + factor * self.summed(v**2, window), beta), x)
            return undetermined(made, self.summed((x.undetermined | (x.bound > 0)).astype(float), window) > 0)
        u = WORKING_UNIT[x.dtype]
        squares = self.summed(x.ref**2, window)
        base = k + factor * squares
        raised = library.power(base, beta)
        ref = x.ref / raised
        # The sum's error, through the power; then the power's own, and the quotient's.
        sums = (window + 3) * u * np.abs(factor) * squares + 2 * u * (k + np.abs(factor) * squares)
        relative = beta * sums / np.abs(base) + u * (pow_error(base, np.float64(beta)) + 3)
        own = np.abs(ref) * relative + TINY[x.dtype] * (ref != 0) + narrowed(ref, x.dtype, 2.0)

        def carried(error: F64) -> F64:
            reach = np.abs(factor) * self.summed((2 * np.abs(x.ref) + error) * error, window)
            return (error + np.abs(x.ref) * beta * reach / np.abs(base)) / raised

        off_alpha, off_beta, off_k = (float(value.slack) for value in given)
        decimals = beta * (off_k + off_alpha / window * squares) / np.abs(base) + off_beta * np.abs(library.log(base))
        slack = np.abs(ref) * (decimals + OWN_ERROR * (1 + relative / u))
        errors = [own + carried(x.bound), own + carried(x.typical), slack + carried(x.slack)]
        bound, typical, slack = (np.nan_to_num(error, posinf=np.inf) for error in errors)
        unsure = self.summed(x.undetermined.astype(float), window) > 0
        return Bounded(x.dtype, ref, bound, typical, slack, (x.ref == 0) & x.exact, unsure)

    def summed(self, values: F64, window: int) -> F64:
        """Sums over the channels within half a window."""
        half, channels = window // 2, values.shape[-3]
        padded: Any = np.pad(values, [*[(0, 0)] * (values.ndim - 3), (half, half), (0, 0), (0, 0)])
        return sum((padded[..., i : i + channels, :, :] for i in range(window)), np.zeros(values.shape))
