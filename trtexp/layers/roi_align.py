"""The function of the ROIAlign_TRT plugin. Source: github.com/NVIDIA/TensorRT, plugin/roiAlignPlugin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trtexp.numerics import (
    F64,
    UNIT,
    Arithmetic,
    Bounded,
    dot_product,
    exactly,
    moved,
    pointwise,
    significant_bits,
)
from trtexp.numerics.linear import einsum


@dataclass(frozen=True)
class Bins:
    """How regions of a map are cut into bins, and what becomes of the samples of each.

    size: bins along both axes; sampling_ratio: samples along each axis of a bin, 0 for one per element; average: the
    mean of the samples, else the largest; half_pixel: coordinates mean the centres of elements, and a region may be
    narrower than one; scale: of the regions to the map.
    """

    size: tuple[int, int]
    sampling_ratio: int
    average: bool
    half_pixel: bool
    scale: float

    def align(self, x: Bounded, regions: Bounded, items: Bounded, arithmetic: Arithmetic) -> Bounded:
        """x (N, C, H, W), regions (R, 4), items (R,) -> (R, C, *size).

        The mean is over bilinear samples; the largest, as the plugin has it, is over the four products of weight and
        neighbour that a bilinear sample would add up. Coordinates may be off by 8 roundings of float32 unless they are
        short binary fractions; a sample that may thereby fall on the other side of the border is undetermined.
        """
        made = []
        for item, box in zip(items.ref, regions.ref, strict=True):
            of_item = moved(lambda part, item=int(item): part[item], x)  # (C, H, W)
            made.append(self._region(of_item, box, arithmetic))
        if not made:
            return exactly(np.zeros((0, x.shape[1], *self.size)), x.dtype)
        return moved(lambda *parts: np.stack(parts), *made)

    def samples(self, length: float, bins: int) -> float:
        """How many samples a bin has along an axis on which a region has this length."""
        return float(self.sampling_ratio or max(np.ceil(self._long(length) / bins), 0))

    def _long(self, length: float) -> float:
        return length if self.half_pixel else max(length, 1.0)

    def _region(self, x: Bounded, box: F64, arithmetic: Arithmetic) -> Bounded:
        left, top, right, bottom = box * self.scale - (0.5 if self.half_pixel else 0.0)
        (rows, off_rows, unsure_rows), (columns, off_columns, unsure_columns) = (
            self._axis(start, end - start, bins, n)
            for start, end, bins, n in zip((top, left), (bottom, right), self.size, x.shape[1:], strict=True)
        )
        weights = exactly(einsum("pgh,qkw->pqgkhw", rows, columns), x.dtype)
        if self.average:
            total = dot_product(_summed, x, weights, None, arithmetic)
            count = rows.shape[1] * columns.shape[1]
            y = pointwise(lambda t: t / count, [total], ulps=1.0 * (np.frexp(count)[0] != 0.5))
        else:
            y = _largest(x, weights)
        off = 2 * float(np.abs(x.ref).max(initial=0.0)) * (off_rows + off_columns)
        unsure = y.undetermined | (unsure_rows[:, None] | unsure_columns[None, :])
        certified = y.certified & (off == 0)
        return replace(y, bound=y.bound + off, typical=y.typical + off, undetermined=unsure, certified=certified)

    def _axis(self, start: float, length: float, bins: int, n: int) -> tuple[F64, float, np.ndarray]:
        """Along one axis of n elements: the weight of each for each bin's samples (bins, samples, n), how far the
        coordinates may be off, and the bins that may have a sample on either side of the border."""
        length = self._long(length)
        step = length / bins
        count = int(self.samples(length, bins))
        at = start + np.arange(bins)[:, None] * step + (np.arange(count) + 0.5) * (step / count if count else 0.0)
        exact = significant_bits(np.array([start, length, step, *at.ravel()])) <= 20
        off = 0.0 if exact else 8 * UNIT["float32"] * (abs(start) + abs(length) + 1)
        unsure = (np.minimum(np.abs(at + 1), np.abs(at - n)) <= off).any(axis=1) & (off > 0)
        inside = (at >= -1) & (at <= n)
        limited = np.clip(at, 0, n - 1)
        weights = np.maximum(1 - np.abs(limited[..., None] - np.arange(n)), 0) * inside[..., None]
        return weights, off, unsure


def _summed(x: F64, weights: F64, _: F64 | None) -> F64:
    """For each bin the sum of its samples: x (C, H, W), weights (*size, *samples, H, W) -> (C, *size)."""
    total: F64 = einsum("chw,pqgkhw->cpq", x, weights)
    return total


def _largest(x: Bounded, weights: Bounded) -> Bounded:
    """The largest product of weight and element among the neighbours of all samples of a bin; 0 outside."""
    near = weights.ref != 0
    products = einsum("chw,pqgkhw->cpqgkhw", x.ref, weights.ref)
    # Where a coordinate is whole the neighbour of weight 0 counts too, with a product of 0; outside there is 0 alone.
    whole = near.sum(axis=(-2, -1)) < 4
    best = np.where(near, products, -np.inf).max(axis=(-2, -1))
    best = np.where(whole, np.maximum(best, 0.0), best).max(axis=(-2, -1))
    short = significant_bits(x.ref) + significant_bits(weights.ref) <= 24
    own = 0.0 if short else 6 * UNIT["float32"]
    carried = np.broadcast_to(x.bound.max(initial=0.0), best.shape)
    bound = own * np.abs(best) + carried
    none = np.zeros(best.shape)
    return Bounded(x.dtype, best, bound, bound, none + x.slack.max(initial=0.0), bound == 0, none > 0)
