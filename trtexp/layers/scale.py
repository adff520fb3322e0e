"""add_scale and add_scale_nd. Source: NvInfer.h, IScaleLayer and ScaleMode."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Default, Kind, Layer, Maybe, Tensor, Weights
from trtexp.numerics import F64, Arithmetic, Bounded, Family, dot_product, exactly, library, moved, pointwise, pow_error

ScaleMode = Annotated[Literal["UNIFORM", "CHANNEL", "ELEMENTWISE"], Kind("ScaleMode")]
NEUTRAL = {"scale": 1.0, "shift": 0.0, "power": 1.0}


class ScaleAttributes(Attributes):
    """Attributes of a scale layer."""

    mode: ScaleMode = GIVEN
    """What shares a coefficient: the whole tensor, a channel, or nothing."""
    shift: Annotated[Weights | None, Default(NEUTRAL["shift"])] = None
    """What is added."""
    scale: Annotated[Weights | None, Default(NEUTRAL["scale"])] = None
    """The factor."""
    power: Annotated[Weights | None, Default(NEUTRAL["power"])] = None
    """The exponent."""
    channel_axis: Annotated[int | None, Default("the third from the end")] = None
    """The axis of the channels."""


class Scale(Layer):
    """(x · scale + shift) ^ power: x (any shape) -> as x. An empty array is as good as none.

    UNIFORM takes 1 coefficient, CHANNEL one per index of the channel axis, ELEMENTWISE one per element of the channel
    axis and all axes behind it. C1: the channel axis is one of x; in RTX -1 is the last, and a scalar has UNIFORM with
    no axis above 0, or ELEMENTWISE with axis 0 (1.7.1). C2: shift, scale and power have as many elements as
    the mode asks for, or none. C3: the input is float. C4: in RTX shift, scale and power have the type
    of the input, empty ones too.
    """

    method, interface = "add_scale", "IScaleLayer"
    more_operands = ("shift", "scale", "power")
    scaffold = """inputs: {x: {shape: [1, 2, 1, 2], arange: {start: 1}}}
        weights: {factors: {values: [10, 100]}}
        network: {y: {scale: {input: x, mode: CHANNEL, scale: factors}}}"""

    input: Tensor
    mode: ScaleMode
    shift: Weights | None = None
    scale: Weights | None = None
    power: Weights | None = None
    set: ScaleAttributes = ScaleAttributes()

    def named_axis(self, rank: int) -> int:
        """The channel axis as it is given; negative if the default does not exist."""
        return rank - 3 if self.final.channel_axis is None else self.final.channel_axis

    def channel_axis_of(self, rank: int) -> int:
        """The channel axis, counted from the front."""
        return self.named_axis(rank) % max(rank, 1)

    def has_axis(self, rank: int, family: Family | None) -> bool:
        """C1."""
        axis = self.named_axis(rank)
        if family not in (None, "tensorrt-rtx") or rank:
            return (-rank if family in (None, "tensorrt-rtx") else 0) <= axis < rank
        return {"UNIFORM": axis <= 0, "CHANNEL": False, "ELEMENTWISE": axis == 0}[self.final.mode]

    def shapes(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The coefficients' shape, as it meets the input."""
        axis = self.channel_axis_of(len(shape))
        behind = [1] * (len(shape) - axis - 1)
        return {
            "UNIFORM": (1,)[: len(shape)],
            "CHANNEL": (*shape[axis : axis + 1], *behind),
            "ELEMENTWISE": tuple(shape[axis:]),
        }[self.final.mode]

    def check_inputs(self, x: Bounded, shift: Maybe, scale: Maybe, power: Maybe, *, family: Family | None) -> None:
        if not self.has_axis(len(x.shape), family):
            self.refuse("channel_axis", f"{self.named_axis(len(x.shape))} is no axis of x {list(x.shape)}", "C1")
        wanted = math.prod(self.shapes(x.shape))
        for name, array in zip(self.more_operands, (shift, scale, power), strict=True):
            if array is not None and array.ref.size not in (0, wanted):
                message = f"{array.ref.size} elements; {self.final.mode} takes {wanted} for x {list(x.shape)}"
                self.refuse(name, message, "C2")
            if family == "tensorrt-rtx" and array is not None and array.dtype != x.dtype:
                self.refuse(name, f"{array.dtype} beside an input of {x.dtype}; RTX takes one type", "C4")
        if x.dtype not in ("float32", "float16", "bfloat16"):
            self.refuse("input", f"a tensor of {x.dtype}; give a float tensor", "C3")

    def evaluate(self, x: Bounded, shift: Maybe, scale: Maybe, power: Maybe, *, arithmetic: Arithmetic) -> Bounded:
        named = zip(self.more_operands, (shift, scale, power), strict=True)
        b, a, exponent = (self.coefficient(name, x, array) for name, array in named)
        line = dot_product(scaled, x, a, b, arithmetic)
        if (exponent.ref == 1).all():
            return line
        return pointwise(library.power, [line, exponent], ulps=pow_ulps)

    def coefficient(self, name: str, x: Bounded, array: Maybe) -> Bounded:
        """The coefficients of a name, shaped to meet the input; the neutral number where there are none."""
        if array is None or array.ref.size == 0:
            return exactly(np.full((), NEUTRAL[name]), x.dtype)
        return moved(lambda part: part.reshape(self.shapes(x.shape)), array)


class ScaleNd(Scale):
    """The same with the channel axis as an argument."""

    method = "add_scale_nd"
    scaffold = """inputs: {x: {shape: [1, 2, 1, 2], arange: {start: 1}}}
        weights: {factors: {values: [10, 100]}}
        network: {y: {scale_nd: {input: x, mode: CHANNEL, scale: factors, channel_axis: 1}}}"""

    channel_axis: int


def scaled(x: F64, scale: F64, shift: F64 | None) -> F64:
    return x * scale if shift is None else x * scale + shift


def pow_ulps(x: F64, y: F64) -> F64:
    """Error of a power; none for the exponents 0 and 1."""
    return np.where((y == 0) | (y == 1), 0.0, pow_error(x, y) / 2)
