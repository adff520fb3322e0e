"""add_identity. Source: NvInfer.h, IIdentityLayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from trtexp.layers.base import Layer, Tensor
from trtexp.numerics import Arithmetic, Bounded


class Identity(Layer):
    """The input, unchanged: x (any shape, any dtype) -> the same."""

    method: ClassVar[str] = "add_identity"
    interface: ClassVar[str] = "IIdentityLayer"

    input: Tensor

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        return (inputs[0],)
