"""add_grid_sample. Source: NvInfer.h, IGridSampleLayer, InterpolationMode and SampleMode."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trtexp.layers.base import Attributes, Layer, Tensor
from trtexp.layers.interpolation import Indices, InterpolationMode, coordinate_error, taps, without_error
from trtexp.layers.orders import MEASURED, rule
from trtexp.layers.slice import SampleMode
from trtexp.numerics import F64, Arithmetic, Bounded, Mask, dot_product, either, exactly, moved, undetermined
from trtexp.numerics.budget import Work

FLOATS = ("float32", "float16", "bfloat16")
MODES = ("CLAMP", "FILL", "REFLECT")
REACH = 3.0  # elements beyond the border, from where on no tap meets the input
UNSURE = 0.5  # elements: a coordinate that may be further off says nothing


class GridSampleAttributes(Attributes):
    """Attributes of a grid sample layer."""

    interpolation_mode: InterpolationMode = "LINEAR"
    """The nearest element, or a weighted mean of 2 or 4 along each axis."""
    align_corners: bool = False
    """True: -1 and 1 are the centres of the border's elements; false: their outer edges."""
    sample_mode: SampleMode = "FILL"
    """What lies outside the input: CLAMP repeats the border, FILL is 0, REFLECT mirrors."""


class GridSample(Layer):
    """Sample at coordinates from a grid: x (N, C, *I), grid (N, *O, r) -> (N, C, *O); r is 2 or 3.

    A grid holds coordinates from -1 to 1, those of the last axis first. However far outside, CLAMP takes the border and
    FILL is 0; in REFLECT a coordinate so large that its error is half an element or more is undetermined. A coordinate
    of NaN: LINEAR gives NaN on tensorrt<10 (8.5.3.1 and 8.6.0, measured in float32), all else is undetermined, as an
    infinite coordinate is everywhere, and an element that is NaN or infinite and has a weight of 0. C1: x has rank 4 or
    5, the grid the same. C2: both have the same N, and the grid's last axis has r numbers. C3: both are float and of
    one dtype. C4: sample_mode is CLAMP, FILL or REFLECT.
    """

    method, interface = "add_grid_sample", "IGridSampleLayer"
    scaffold = """inputs: {x: {shape: [1, 1, 2, 2], arange: {start: 1}}, grid: {values: [[[[-0.5, -0.5], [0, 0]]]]}}
        network: {y: {grid_sample: {input: x, grid: grid}, set: {interpolation_mode: LINEAR}}}"""

    input: Tensor
    grid: Tensor
    set: GridSampleAttributes = GridSampleAttributes()

    def check_inputs(self, x: Bounded, grid: Bounded) -> None:
        if len(x.shape) not in (4, 5) or len(grid.shape) != len(x.shape):
            self.refuse("grid", f"{list(grid.shape)} for x {list(x.shape)}; give rank 4 or 5 for both", "C1")
        if grid.shape[0] != x.shape[0] or grid.shape[-1] != len(x.shape) - 2:
            wanted = f"{x.shape[0]} first and {len(x.shape) - 2} last"
            self.refuse("grid", f"{list(grid.shape)} for x {list(x.shape)}; give {wanted}", "C2")
        if x.dtype not in FLOATS or grid.dtype != x.dtype:
            self.refuse("grid", f"{grid.dtype} for x of {x.dtype}; give one float dtype", "C3")
        if (mode := self.final.sample_mode) not in MODES:
            self.refuse("sample_mode", f"{mode} given; give one of {', '.join(MODES)}", "C4")

    def work(self, x: Bounded, grid: Bounded) -> Work:
        along = {"NEAREST": 1, "LINEAR": 2, "CUBIC": 4}[self.final.interpolation_mode]
        taps = math.prod([along] * (len(x.shape) - 2))
        return Work((taps + 1) * math.prod(grid.shape[:-1]) * x.shape[1])

    def evaluate(self, x: Bounded, grid: Bounded, *, arithmetic: Arithmetic) -> Bounded:
        if 0 in x.shape[2:]:
            nothing = exactly(np.zeros((*x.shape[:2], *grid.shape[1:-1])), x.dtype)
            return undetermined(nothing, np.ones(nothing.shape, bool))
        made = self.sampled(x, grid, arithmetic)
        nan, infinite = np.isnan(grid.ref).any(-1), np.isinf(grid.ref).any(-1)
        unsure = grid.undetermined.any(-1) | infinite | nan
        if self.final.interpolation_mode == "LINEAR" and rule(MEASURED, x, arithmetic):
            spread = np.broadcast_to(np.expand_dims(nan, 1), made.shape)
            made = without_error(replace(made, ref=np.where(spread, np.nan, made.ref)), spread)
            unsure = grid.undetermined.any(-1) | infinite
        made = undetermined(made, np.broadcast_to(np.expand_dims(unsure, 1), made.shape))
        return without_error(made, made.anything)

    def sampled(self, x: Bounded, grid: Bounded, arithmetic: Arithmetic) -> Bounded:
        """The samples where the grid's coordinates are numbers."""
        mode = self.final.interpolation_mode
        axes = [self.coordinates(grid, axis, size) for axis, size in enumerate(x.shape[2:])]
        if mode == "NEAREST":
            made = self.nearest(x, [at for at, _ in axes])
            crossing = np.any([np.rint(at - off) != np.rint(at + off) for at, off in axes], axis=0)
            where = np.broadcast_to(np.expand_dims(crossing, 1), made.shape)
            for signs in itertools.product((-1, 1), repeat=len(axes)) if crossing.any() else ():
                moved_axes = [at + sign * off for sign, (at, off) in zip(signs, axes, strict=True)]
                made = either(made, self.nearest(x, moved_axes), where)
            return undetermined(made, self.far(axes))
        found = [taps(mode, *axis) for axis in axes]
        picked, shares, errors = [], [], []
        for tap in itertools.product(*(range(len(indices)) for indices, _, _ in found)):
            chosen = [[part[i] for part in axis] for i, axis in zip(tap, found, strict=True)]
            places, share, error = zip(*chosen, strict=True)
            picked.append(moved(lambda part, places=places: self.gathered(part, places), x))
            shares.append(np.prod(share, axis=0))
            errors.append(np.prod(np.abs(share) + np.array(error), axis=0) - np.prod(np.abs(share), axis=0))
        values = moved(lambda *parts: np.stack(parts), *picked)
        ref, bound = np.array(shares)[:, :, None], np.array(errors)[:, :, None]
        weighed = replace(exactly(ref, x.dtype), bound=bound, typical=bound, certified=bound == 0)
        made = dot_product(lambda v, w, _: (v * w).sum(0), values, weighed, None, arithmetic)
        unsure = self.far(axes) | weightless(values, weighed) | self.beside(x, axes)
        return undetermined(alone(made, values, weighed), unsure)

    def beside(self, x: Bounded, axes: Sequence[tuple[F64, F64]]) -> Mask:
        """Where a coordinate may lie on the other side of an element, so that its window has one that is no number."""
        odd = ~np.isfinite(x.ref) | x.undetermined
        crossing = np.any([np.floor(at - off) != np.floor(at + off) for at, off in axes], axis=0)
        made = np.zeros((*x.shape[:2], *crossing.shape[1:]), bool)
        if not odd.any() or not crossing.any():
            return made
        ends = [(at - off, at + off) for at, off in axes]
        for corner in itertools.product(*ends):
            found = [taps(self.final.interpolation_mode, at, np.zeros(at.shape))[0] for at in corner]
            for places in itertools.product(*found):
                made |= self.gathered(odd, places)
        return made & np.expand_dims(crossing, 1)

    def far(self, axes: Sequence[tuple[F64, F64]]) -> Mask:
        """(N, 1, *O): where a coordinate may be so far off that it says nothing."""
        return np.expand_dims(np.any([off >= UNSURE for _, off in axes], axis=0), 1)

    def nearest(self, x: Bounded, axes: Sequence[F64]) -> Bounded:
        """The elements nearest to coordinates; what lies outside is 0 for certain."""
        index = [np.rint(at).astype(np.int64) for at in axes]
        made = moved(lambda part: self.gathered(part, index), x)
        return replace(made, certified=made.certified | ~self.gathered(np.ones(x.shape, bool), index))

    def coordinates(self, grid: Bounded, axis: int, size: int) -> tuple[F64, F64]:
        """Where the samples lie along a spatial axis of the input, (N, *O), and how far off a device may put them."""
        g, g_off = (part[..., part.shape[-1] - 1 - axis] for part in (grid.ref, grid.bound))
        at = (g + 1) / 2 * (size - 1) if self.final.align_corners else ((g + 1) * size - 1) / 2
        at = np.clip(np.nan_to_num(at), -(2.0**30), 2.0**30)
        short = (g * 2**10 == np.rint(g * 2**10)) & (np.abs(g) < 2**4) & (size < 2**10)
        off = np.where(short, 0.0, coordinate_error(size) * np.maximum(1, np.abs(g))) + g_off * size / 2
        off = np.nan_to_num(off, posinf=np.inf)
        if self.final.sample_mode != "REFLECT":  # beyond the reach of all taps a coordinate makes no difference
            near = np.clip(at, -REACH, size - 1 + REACH)
            low, high = (np.clip(end, -REACH, size - 1 + REACH) for end in (at - off, at + off))
            at, off = near, np.maximum(high - near, near - low)
        if self.final.interpolation_mode == "CUBIC":  # its taps are brought inside, one by one
            return at, off
        inside = self.brought(at, size)
        if self.final.sample_mode == "CLAMP":
            low, high = (self.brought(end, size) for end in (at - off, at + off))
            off = np.maximum(high - inside, inside - low)
        return inside, off

    def brought(self, at: np.ndarray, size: int) -> np.ndarray:
        """Coordinates or indices outside an axis, brought inside as the sample mode says; FILL leaves them."""
        mode = self.final.sample_mode
        if mode == "REFLECT":
            low, span = (0.0, size - 1) if self.final.align_corners else (-0.5, size)
            turned = np.mod(at - low, 2 * span) if span else np.zeros(at.shape)
            at = np.where(turned > span, 2 * span - turned, turned) + low
        return at if mode == "FILL" else np.clip(at, 0, size - 1)

    def gathered(self, part: np.ndarray, index: Sequence[Indices]) -> np.ndarray:
        """x (N, C, *I) at one index per spatial axis, each (N, *O) -> (N, C, *O); 0 where FILL meets the outside."""
        sizes = part.shape[2:]
        inside = np.logical_and.reduce([(i >= 0) & (i < size) for i, size in zip(index, sizes, strict=True)])
        brought = [
            np.clip(self.brought(i.astype(np.float64), size), 0, size - 1).astype(int)
            for i, size in zip(index, sizes, strict=True)
        ]
        samples = np.arange(len(part)).reshape(-1, *[1] * (index[0].ndim - 1))
        found = np.moveaxis(np.moveaxis(part, 1, -1)[(samples, *brought)], -1, 1)
        if self.final.sample_mode != "FILL":
            return found
        return np.where(inside[:, None], found, np.zeros((), part.dtype))


def weightless(values: Bounded, weights: Bounded) -> Mask:
    """Where an element that is or may be no number has a weight that may be 0, for taps along the first axis."""
    odd = ~np.isfinite(values.ref) | values.undetermined
    made: Mask = (odd & (np.abs(weights.ref) <= weights.bound)).any(0)
    return made


def alone(made: Bounded, values: Bounded, weights: Bounded) -> Bounded:
    """Sums of taps along the first axis, which are an element itself where its weight is 1 and all others are 0."""
    whole = (weights.bound == 0) & ((weights.ref == 0) | (weights.ref == 1))
    one = np.broadcast_to(whole.all(0) & (weights.ref.sum(0) == 1), made.shape)
    place = np.broadcast_to(weights.ref.argmax(0), made.shape)[None]
    picked = moved(lambda part: np.take_along_axis(part, place, 0)[0], values)
    bound, typical = np.where(one, picked.bound, made.bound), np.where(one, picked.typical, made.typical)
    return replace(made, bound=bound, typical=typical, certified=made.certified | (one & picked.certified))
