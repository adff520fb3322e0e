"""add_scale and add_scale_nd. Source: NvInfer.h, IScaleLayer and ScaleMode."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np

from trtexp.layers.base import Attributes, Kind, Layer, Tensor, Weights
from trtexp.numerics import F64, Arithmetic, Bounded, dot_product, exactly, moved, pointwise, pow_error, settled

ScaleMode = Annotated[Literal["UNIFORM", "CHANNEL", "ELEMENTWISE"], Kind("ScaleMode")]
NEUTRAL = {"scale": 1.0, "shift": 0.0, "power": 1.0}


class ScaleAttributes(Attributes):
    """Attributes of a scale layer."""

    mode: ScaleMode | None = None
    """What shares a coefficient: the whole tensor, a channel, or nothing."""
    shift: Weights | None = None
    """What is added. Default 0."""
    scale: Weights | None = None
    """The factor. Default 1."""
    power: Weights | None = None
    """The exponent. Default 1."""
    channel_axis: int | None = None
    """The axis of the channels. Default the third from the end."""


class Scale(Layer):
    """(x · scale + shift) ^ power: x (any shape) -> as x. An empty array is as good as none.

    UNIFORM takes 1 coefficient, CHANNEL one per index of the channel axis, ELEMENTWISE one per element of the channel
    axis and all axes behind it. C1: the channel axis is one of x. C2: shift, scale and power have as many elements as
    the mode asks for, or none. C3: the input is float.
    """

    method: ClassVar[str] = "add_scale"
    interface: ClassVar[str] = "IScaleLayer"

    input: Tensor
    mode: ScaleMode
    """What shares a coefficient: the whole tensor, a channel, or nothing."""
    shift: Weights | None = None
    """What is added. Default 0."""
    scale: Weights | None = None
    """The factor. Default 1."""
    power: Weights | None = None
    """The exponent. Default 1."""
    set: ScaleAttributes = ScaleAttributes()

    def channel_axis_of(self, rank: int) -> int:
        """The channel axis; negative, and so none, if the default does not exist."""
        axis: int = self.state().get("channel_axis", rank - 3)
        return axis

    def shapes(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The coefficients' shape, as it meets the input."""
        axis, mode = self.channel_axis_of(len(shape)), self.state()["mode"]
        behind = [1] * (len(shape) - axis - 1)
        return {
            "UNIFORM": (1,),
            "CHANNEL": (shape[axis], *behind),
            "ELEMENTWISE": tuple(shape[axis:]),
        }[mode]

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        x, mode = inputs[0], self.state()["mode"]
        axis = self.channel_axis_of(len(x.shape))
        if not 0 <= axis < len(x.shape):
            self.refuse("channel_axis", f"{axis} is no axis of x {list(x.shape)}", "C1")
        wanted = math.prod(self.shapes(x.shape))
        for name, array in weights.items():
            if array.ref.size not in (0, wanted):
                self.refuse(name, f"{array.ref.size} elements; {mode} takes {wanted} for x {list(x.shape)}", "C2")
        if x.dtype not in ("float32", "float16", "bfloat16"):
            self.refuse("input", f"a tensor of {x.dtype}; give a float tensor", "C3")

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x = inputs[0]
        scale, shift, power = (self.coefficient(name, x, weights) for name in ("scale", "shift", "power"))
        line = dot_product(scaled, x, scale, shift, arithmetic)
        if (power.ref == 1).all():
            return (line,)
        return (pointwise(np.power, [settled(line), power], ulps=pow_ulps),)

    def coefficient(self, name: str, x: Bounded, weights: Mapping[str, Bounded]) -> Bounded:
        """The coefficients of a name, shaped to meet the input; the neutral number where there are none."""
        array = weights.get(name)
        if array is None or array.ref.size == 0:
            return exactly(np.full((), NEUTRAL[name]), x.dtype)
        return moved(lambda part: part.reshape(self.shapes(x.shape)), array)


class ScaleNd(Scale):
    """The same with the channel axis as an argument."""

    method: ClassVar[str] = "add_scale_nd"

    channel_axis: int
    """The axis of the channels."""


def scaled(x: F64, scale: F64, shift: F64 | None) -> F64:
    return x * scale if shift is None else x * scale + shift


def pow_ulps(x: F64, y: F64) -> F64:
    """Error of a power; none for the exponents 0 and 1."""
    return np.where((y == 0) | (y == 1), 0.0, pow_error(x, y) / 2)
