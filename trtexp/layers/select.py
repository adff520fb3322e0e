"""add_select. Source: NvInfer.h, ISelectLayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from trtexp.layers.base import Layer, Tensor
from trtexp.layers.broadcast import broadcasts
from trtexp.numerics import Arithmetic, Bounded, moved


class Select(Layer):
    """Elements of one tensor where a condition holds, of another where not: three tensors that broadcast -> as they.

    C1: the condition is bool. C2: the ranks are equal, and dimensions are equal or 1. C3: both branches have one dtype.
    """

    method: ClassVar[str] = "add_select"
    interface: ClassVar[str] = "ISelectLayer"
    most_inputs: ClassVar[int] = 3

    condition: Tensor
    then_input: Tensor
    else_input: Tensor

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        condition, then, other = inputs
        if condition.dtype != "bool":
            self.refuse("condition", f"a tensor of {condition.dtype}; give bool", "C1")
        if not broadcasts(*(x.shape for x in inputs)):
            shapes = ", ".join(str(list(x.shape)) for x in inputs)
            self.refuse("condition", f"shapes {shapes}; give equal ranks, dimensions equal or 1", "C2")
        if then.dtype != other.dtype:
            self.refuse("else_input", f"{other.dtype} beside {then.dtype}; give one dtype", "C3")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        condition, then, other = inputs
        holds = condition.ref != 0

        def choose(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            return np.where(holds, a, b)

        chosen = moved(choose, then, other)
        return (replace(chosen, undetermined=chosen.undetermined | condition.undetermined),)
