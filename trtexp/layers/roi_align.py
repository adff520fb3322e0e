"""The function of the ROIAlign_TRT plugin. Source: github.com/NVIDIA/TensorRT, plugin/roiAlignPlugin."""

from __future__ import annotations

from dataclasses import replace

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
    settled,
    significant_bits,
)


def roi_align(
    x: Bounded,
    regions: Bounded,
    items: Bounded,
    *,
    size: tuple[int, int],
    sampling_ratio: int,
    average: bool,
    half_pixel: bool,
    scale: float,
    arithmetic: Arithmetic,
) -> Bounded:
    """x (N, C, H, W), regions (R, 4), items (R,) -> (R, C, *size): each bin the mean or the largest of its samples.

    The mean is over bilinear samples; the largest, as the plugin has it, is over the four products of weight and
    neighbour that a bilinear sample would add up. sampling_ratio: samples along each axis of a bin, 0 for one per
    element. Coordinates may be off by 8 roundings of float32 unless they are short binary fractions; a sample that may
    thereby fall on the other side of the border is undetermined.
    """
    made = [
        _region(x, int(item), box, size, sampling_ratio, average, half_pixel, scale, arithmetic)
        for item, box in zip(items.ref, regions.ref, strict=True)
    ]
    if not made:
        return exactly(np.zeros((0, x.shape[1], *size)), x.dtype)
    return moved(lambda *parts: np.stack(parts), *made)


def samples(length: float, bins: int, ratio: int, half_pixel: bool) -> float:
    """How many samples a bin has along an axis on which a region has this length."""
    return float(ratio or max(np.ceil((length if half_pixel else max(length, 1.0)) / bins), 0))


def _region(
    x: Bounded,
    item: int,
    box: F64,
    size: tuple[int, int],
    sampling_ratio: int,
    average: bool,
    half_pixel: bool,
    scale: float,
    arithmetic: Arithmetic,
) -> Bounded:
    of_item = moved(lambda part: part[item], x)  # (C, H, W)
    left, top, right, bottom = box * scale - (0.5 if half_pixel else 0.0)
    axes = [
        _axis(start, end - start, bins, sampling_ratio, n, half_pixel)
        for start, end, bins, n in zip((top, left), (bottom, right), size, x.shape[2:], strict=True)
    ]
    (rows, off_rows, unsure_rows), (columns, off_columns, unsure_columns) = axes
    weights = exactly(np.einsum("pgh,qkw->pqgkhw", rows, columns), x.dtype)
    if average:
        summed = settled(
            dot_product(lambda v, w, _: np.einsum("chw,pqgkhw->cpq", v, w), of_item, weights, None, arithmetic)
        )
        count = rows.shape[1] * columns.shape[1]
        y = pointwise(lambda total: total / count, [summed], ulps=1.0 * (np.frexp(count)[0] != 0.5))
    else:
        y = _largest(of_item, weights)
    largest = float(np.abs(of_item.ref).max(initial=0.0))
    off = 2 * largest * (off_rows + off_columns)
    unsure = y.undetermined | (unsure_rows[:, None] | unsure_columns[None, :])
    return replace(
        y, bound=y.bound + off, typical=y.typical + off, undetermined=unsure, certified=y.certified & (off == 0)
    )


def _summed(x: F64, weights: F64, _: F64 | None) -> F64:
    """For each bin the sum of its samples: x (C, H, W), weights (*size, *samples, H, W) -> (C, *size)."""
    total: F64 = np.einsum("chw,pqgkhw->cpq", x, weights)
    return total


def _axis(
    start: float, length: float, bins: int, ratio: int, n: int, half_pixel: bool
) -> tuple[F64, float, np.ndarray]:
    """Along one axis of n elements: the weight of each for each bin's samples (bins, samples, n), how far the
    coordinates may be off, and the bins that may have a sample on either side of the border."""
    length = length if half_pixel else max(length, 1.0)
    step = length / bins
    count = int(samples(length, bins, ratio, half_pixel))
    at = start + np.arange(bins)[:, None] * step + (np.arange(count) + 0.5) * (step / count if count else 0.0)
    exact = significant_bits(np.array([start, length, step, *at.ravel()])) <= 20
    off = 0.0 if exact else 8 * UNIT["float32"] * (abs(start) + abs(length) + 1)
    unsure = (np.minimum(np.abs(at + 1), np.abs(at - n)) <= off).any(axis=1) & (off > 0)
    inside = (at >= -1) & (at <= n)
    limited = np.clip(at, 0, n - 1)
    weights = np.maximum(1 - np.abs(limited[..., None] - np.arange(n)), 0) * inside[..., None]
    return weights, off, unsure


def _largest(x: Bounded, weights: Bounded) -> Bounded:
    """The largest product of weight and element among the neighbours of all samples of a bin; 0 outside."""
    near = weights.ref != 0
    products = np.einsum("chw,pqgkhw->cpqgkhw", x.ref, weights.ref)
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
