"""add_select. Source: NvInfer.h, ISelectLayer."""

from __future__ import annotations

import numpy as np

from trtexp.layers.base import Layer, Tensor
from trtexp.layers.broadcast import broadcasts
from trtexp.numerics import Bounded, either, moved


class Select(Layer):
    """Elements of one tensor where a condition holds, of another where not: three tensors that broadcast -> as they.

    NaN and infinities are moved as they are, by every release. C1: the condition is bool. C2: the ranks are equal, and
    dimensions are equal or 1. C3: both branches have one dtype.
    """

    method, interface = "add_select", "ISelectLayer"
    scaffold = """inputs:
          c: {dtype: bool, shape: [2, 1], values: [true, false]}
          a: {shape: [2, 3], arange: {start: 1}}
          b: {shape: [2, 3], arange: {start: -1, step: -1}}
        network: {y: {select: {condition: c, then_input: a, else_input: b}}}"""

    condition: Tensor
    then_input: Tensor
    else_input: Tensor

    def check_inputs(self, condition: Bounded, then: Bounded, other: Bounded) -> None:
        if condition.dtype != "bool":
            self.refuse("condition", f"a tensor of {condition.dtype}; give bool", "C1")
        shapes = [list(x.shape) for x in (condition, then, other)]
        if not broadcasts(*shapes):
            given = ", ".join(map(str, shapes))
            self.refuse("condition", f"shapes {given}; give equal ranks, dimensions equal or 1", "C2")
        if then.dtype != other.dtype:
            self.refuse("else_input", f"{other.dtype} beside {then.dtype}; give one dtype", "C3")

    def evaluate(self, condition: Bounded, then: Bounded, other: Bounded) -> Bounded:
        holds = condition.ref != 0

        def choose(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            return np.where(holds, a, b)

        def leave(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            return np.where(holds, b, a)

        chosen, left = moved(choose, then, other), moved(leave, then, other)
        return either(chosen, left, np.broadcast_to(condition.undetermined, chosen.shape))
