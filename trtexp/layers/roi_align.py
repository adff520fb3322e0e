"""The function of the ROIAlign_TRT plugin. Source: github.com/NVIDIA/TensorRT, plugin/roiAlignPlugin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trtexp.layers.interpolation import Weights, numbers, weighted, with_others
from trtexp.numerics import (
    F64,
    UNIT,
    Arithmetic,
    Bounded,
    Mask,
    dot_product,
    exactly,
    moved,
    pointwise,
    significant_bits,
    undetermined,
)
from trtexp.numerics.linear import einsum


@dataclass(frozen=True)
class Bins:
    """How regions of a map are cut into bins, and what becomes of the samples of each.

    size: bins along both axes; sampling_ratio: samples along each axis of a bin, 0 for one per element; average: the
    mean of the samples, else the largest; half_pixel: coordinates mean the centres of elements, and a region may be
    narrower than one; scale: of the regions to the map, written: the same as its author wrote it.
    """

    size: tuple[int, int]
    sampling_ratio: int
    average: bool
    half_pixel: bool
    scale: float
    written: float

    def align(self, x: Bounded, regions: Bounded, items: Bounded, arithmetic: Arithmetic) -> Bounded:
        """x (N, C, H, W), regions (R, 4), items (R,) -> (R, C, *size).

        The mean is over bilinear samples; the largest, as the plugin has it, is over the four products of weight and
        neighbour that a bilinear sample would add up. Coordinates may be off by 8 roundings of float32 unless they are
        short binary fractions; a sample that may thereby fall on the other side of the border is undetermined. So is
        a region with a coordinate that is no number, or may be anything; an element that is no number and has a weight
        that may be 0; and the largest of what has one at all.
        """
        made = []
        for item, box, off, lost in zip(items.ref, regions.ref, regions.bound, regions.undetermined, strict=True):
            of_item = moved(lambda part, item=int(item): part[item], x)  # (C, H, W)
            if lost.any() or not np.isfinite(box * self.scale).all():
                none = exactly(np.zeros((x.shape[1], *self.size)), x.dtype)
                made.append(undetermined(none, np.ones(none.shape, bool)))
            else:
                made.append(self._region(of_item, box, float(off.max()) * self.scale, arithmetic))
        if not made:
            return exactly(np.zeros((0, x.shape[1], *self.size)), x.dtype)
        return moved(lambda *parts: np.stack(parts), *made)

    def samples(self, length: float, bins: int) -> float:
        """How many samples a bin has along an axis on which a region has this length."""
        if not np.isfinite(length):
            return 0.0
        return float(self.sampling_ratio or max(np.ceil(self._long(length) / bins), 0))

    def _long(self, length: float) -> float:
        return length if self.half_pixel else max(length, 1.0)

    def _region(self, x: Bounded, box: F64, error: float, arithmetic: Arithmetic) -> Bounded:
        left, top, right, bottom = box * self.scale - (0.5 if self.half_pixel else 0.0)
        rows, columns = (
            self._axis(start, end - start, bins, n, error)
            for start, end, bins, n in zip((top, left), (bottom, right), self.size, x.shape[1:], strict=True)
        )
        weights = exactly(_outer(rows.weights, columns.weights), x.dtype)
        finite = numbers(x)
        if self.average:
            total = dot_product(_summed, finite, weights, None, arithmetic)
            count = rows.weights.shape[1] * columns.weights.shape[1]
            y = pointwise(lambda t: t / count, [total], ulps=1.0 * (np.frexp(count)[0] != 0.5))
        else:
            y = _largest(finite, weights)
        size, reach = 2 * float(np.abs(finite.ref).max(initial=0.0)), rows.off + columns.off
        off, written = size * reach, size * float(np.abs(box).max()) * abs(self.written - self.scale)
        y = replace(y, bound=y.bound + off, typical=y.typical + off, slack=y.slack + written)
        y = replace(y, certified=y.certified & (off == 0))
        if finite is not x or x.undetermined.any():
            touched = _outer(rows.touched, columns.touched) > 0
            sure = weighted(weights.ref, np.full(weights.shape, reach), touched)
            if not self.average:
                sure = Weights(np.zeros_like(touched), np.zeros_like(touched), touched)
            y = with_others(y, x, sure, lambda of, by: _summed(of.astype(float), by.astype(float), None) > 0)
        return undetermined(y, np.broadcast_to(rows.unsure[:, None] | columns.unsure[None, :], y.shape))

    def _axis(self, start: float, length: float, bins: int, n: int, error: float) -> _Axis:
        """One axis of n elements, along which a region's coordinates have an error."""
        length = self._long(length)
        step = length / bins
        count = int(self.samples(length, bins))
        at = start + np.arange(bins)[:, None] * step + (np.arange(count) + 0.5) * (step / count if count else 0.0)
        exact = significant_bits(np.array([start, length, step, *at.ravel()])) <= 20
        off = 2 * error + (0.0 if exact else 8 * UNIT["float32"] * (abs(start) + abs(length) + 1))
        unsure = (np.minimum(np.abs(at + 1), np.abs(at - n)) <= off).any(axis=1) & (off > 0)
        counts = {self.samples(length + end, bins) for end in (-off, off)}
        unsure = unsure | (len(counts) > 1)
        inside = (at >= -1) & (at <= n)
        limited = np.clip(at, 0, n - 1)
        weights = np.maximum(1 - np.abs(limited[..., None] - np.arange(n)), 0) * inside[..., None]
        low, high = (np.clip(np.floor(limited + end), 0, n - 1)[..., None] for end in (-off, 1 + off))
        touched = (np.arange(n) >= low) & (np.arange(n) <= high) & inside[..., None]
        return _Axis(weights, touched, off, unsure)


@dataclass(frozen=True, eq=False)
class _Axis:
    """Along one axis of n elements: the weight of each for each bin's samples (bins, samples, n), which of them a
    sample may have as neighbours, how far the coordinates may be off, and the bins that may have a sample on either
    side of the border, or more samples."""

    weights: F64
    touched: Mask
    off: float
    unsure: Mask


def _outer(rows: np.ndarray, columns: np.ndarray) -> F64:
    """(p, g, H) and (q, k, W) -> (p, q, g, k, H, W)."""
    return einsum("pgh,qkw->pqgkhw", rows.astype(float), columns.astype(float))


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
