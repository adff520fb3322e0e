"""add_normalization and add_normalization_v2. Source: NvInfer.h, INormalizationLayer."""

from __future__ import annotations

import math

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import GIVEN, Attributes, DataType, Layer, Tensor, masked_axes
from trtexp.layers.broadcast import broadcasts_to
from trtexp.numerics import F64, LARGEST, OWN_ERROR, TINY, UNIT, Bounded, attribute, narrowed


class NormalizationAttributes(Attributes):
    """Attributes of a normalization layer."""

    axes: int = GIVEN
    """A bit mask of the axes over which mean and variance are taken."""
    epsilon: float = 1e-5
    """What is added to the variance."""
    num_groups: int = 1
    """Into how many groups the channels are split."""
    compute_precision: DataType = "FLOAT"
    """The type of mean and variance, 8.6 to 10.x."""


class Normalization(Layer):
    """(x - mean) / sqrt(variance + epsilon) · scale + bias: x (N, C, …), scale and bias that broadcast to x -> as x.

    Mean and variance are taken over `axes`, within each of `num_groups` groups of channels if there are more than one;
    where their sums leave the range of float32, anything may come.
    C1: `axes` names at least one axis of x. C2: num_groups divides the channels; with more than one group `axes` names
    all axes behind the channels. C3: scale and bias have the rank of x and broadcast to it; for groups their shape is
    (1, groups, 1, …). C4: all three have one float dtype. C5: compute_precision is a float type.
    """

    method, interface = "add_normalization", "INormalizationLayer"
    scaffold = """inputs: {x: {shape: [1, 2, 2, 2], values: [1, -1, 1, -1, 2, -2, 2, -2]}}
        weights: {s: {shape: [1, 2, 1, 1], values: [1, 1024]}, b: {shape: [1, 2, 1, 1], values: [0, 0.5]}}
        network:
          scale: {constant: {shape: [1, 2, 1, 1], weights: s}}
          bias: {constant: {shape: [1, 2, 1, 1], weights: b}}
          y: {$layer: {input: x, scale: scale, bias: bias, axesMask: 12}}"""
    aliases = {"axesMask": ("axes",)}

    input: Tensor
    scale: Tensor
    bias: Tensor
    axesMask: int  # TensorRT's own spelling
    set: NormalizationAttributes = NormalizationAttributes()

    def check_inputs(self, x: Bounded, scale: Bounded, bias: Bounded) -> None:
        groups, axes = self.final.num_groups, self.final.axes
        if not 0 < axes < 1 << len(x.shape):
            self.refuse("axes", f"{axes} names no axes of x {list(x.shape)}", "C1")
        if groups < 1 or (groups > 1 and (len(x.shape) < 2 or x.shape[1] % groups)):
            self.refuse("num_groups", f"{groups} does not divide the {list(x.shape)[1:2]} channels", "C2")
        if groups > 1 and masked_axes(axes, len(x.shape)) != list(range(2, len(x.shape))):
            self.refuse("axes", f"{axes} with {groups} groups; name all axes behind the channels", "C2")
        for name, tensor in (("scale", scale), ("bias", bias)):
            if groups > 1 and list(tensor.shape) != (wanted := [1, self.scales(x), *[1] * (len(x.shape) - 2)]):
                self.refuse(name, f"{list(tensor.shape)} for {groups} groups; give {wanted}", "C3")
            if groups == 1 and not broadcasts_to(tensor.shape, x.shape):
                self.refuse(name, f"{list(tensor.shape)} does not broadcast to x {list(x.shape)}", "C3")
            if x.dtype not in UNIT or tensor.dtype != x.dtype:
                self.refuse(name, f"{tensor.dtype} beside {x.dtype}; give one float dtype", "C4")
        if DTYPE_OF_MEMBER[self.final.compute_precision] not in UNIT:
            self.refuse("compute_precision", f"{self.final.compute_precision} given; give a float type", "C5")

    def scales(self, x: Bounded) -> int:
        """How many scales and biases there are with groups."""
        return self.final.num_groups

    def evaluate(self, x: Bounded, scale: Bounded, bias: Bounded) -> Bounded:
        groups, rank = self.final.num_groups, len(x.shape)
        axes = tuple(masked_axes(self.final.axes, rank))
        split = x.shape
        if groups > 1:  # (N, C, …) -> (N, groups, C / groups, …): mean and variance over all behind the groups
            split = (x.shape[0], groups, x.shape[1] // groups, *x.shape[2:])
            axes = tuple(range(2, rank + 1))

        def spread(part: F64) -> F64:
            """A scale or a bias, shaped to meet the split input."""
            return part.reshape(1, groups, -1, *[1] * (rank - 2)) if groups > 1 else part

        v, b = x.ref.reshape(split), x.bound.reshape(split)
        w, wb, c, cb = (spread(part) for part in (scale.ref, scale.bound, bias.ref, bias.bound))
        ref = self.normalized(v, axes) * w + c
        # numerics: mean and variance as sums, then the quotient, then scale and shift (two passes).
        computed = DTYPE_OF_MEMBER[self.final.compute_precision]
        u, n = UNIT[computed], math.prod(split[a] for a in axes)
        mean, var = v.mean(axes, keepdims=True), v.var(axes, keepdims=True)
        epsilon = attribute(self.final.epsilon)
        sigma = np.sqrt(var + epsilon.ref)
        d, z = v - mean, (v - mean) / sigma
        b_mean = (n + 2) * u * np.abs(v).mean(axes, keepdims=True) + b.mean(axes, keepdims=True)
        each = u * np.abs(d) + b_mean + b
        b_var = (2 * np.abs(d) * each).mean(axes, keepdims=True) + b_mean**2 + (n + 2) * u * var
        own = each / sigma + np.abs(z) * (b_var / (2 * sigma**2) + 4 * u)
        bound = own * (np.abs(w) + wb) + np.abs(z) * wb + cb + 2 * u * (np.abs(z * w) + np.abs(c))
        # What is narrower than float32 may be rounded after each of the three steps.
        steps = narrowed(z, x.dtype, 1.0) * np.abs(w) + narrowed(z * w, x.dtype, 1.0) + narrowed(ref, x.dtype, 1.0)
        bound = bound + steps + TINY[x.dtype] * (ref != 0)
        s = x.slack.reshape(split)
        shifted = s + s.mean(axes, keepdims=True)
        widened = (2 * np.abs(d) * shifted).mean(axes, keepdims=True) + epsilon.slack
        slack = (shifted / sigma + np.abs(z) * widened / (2 * sigma**2)) * np.abs(w)
        slack = slack + np.abs(z) * spread(scale.slack) + spread(bias.slack)
        slack = slack + OWN_ERROR * (own / u * np.abs(w) + np.abs(z * w) + np.abs(c))
        bound, zero = np.nan_to_num(bound.reshape(x.shape), posinf=np.inf), np.zeros(x.shape, bool)
        beyond = np.fmax(n * var, np.abs(v).sum(axes, keepdims=True)) > LARGEST["float32"]  # in a sum of the device
        finite = np.isfinite(v).all(axes, keepdims=True)
        too_large = np.broadcast_to(beyond & finite, split).reshape(x.shape)
        unsure = np.broadcast_to(x.undetermined.any(), x.shape) | too_large
        return Bounded(x.dtype, ref.reshape(x.shape), bound, bound, slack.reshape(x.shape), zero, unsure)

    def normalized(self, x: F64, axes: tuple[int, ...]) -> F64:
        """Mean 0 and variance 1 along the axes."""
        centred = x - x.mean(axes, keepdims=True)
        return centred / np.sqrt(x.var(axes, keepdims=True) + attribute(self.final.epsilon).ref)


class NormalizationV2(Normalization):
    """The same from 10.15 on, but for the shape of scale and bias with groups: (1, channels, 1, …)."""

    method = "add_normalization_v2"

    def scales(self, x: Bounded) -> int:
        return x.shape[1]
