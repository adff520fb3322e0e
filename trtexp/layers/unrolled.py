"""Convolution and deconvolution of large tensors: windows as columns of a matrix, by the machine's own product.

In the operands' own type and in any order of the sums; `Window.apply` is the formula.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from trtexp.layers.geometry import Axis
from trtexp.numerics import product

COLUMNS = 2**21  # numbers of the unrolled windows that are held at once
TILE = 2**15  # numbers of a result that stay near the processor while tap after tap is added


def convolve(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, axes: Sequence[Axis], groups: int) -> np.ndarray:
    """x (N, C, *I) by w (K, C/groups, *F), b (K,) -> (N, K, *O)."""
    pads = [(0, 0), (0, 0), *((axis.pre, axis.behind) for axis in axes)]
    padded = np.pad(x, pads) if np.any(pads) else x
    y = np.empty((len(x), len(w), *(axis.out for axis in axes)), x.dtype)
    for image, made in zip(padded, y, strict=True):
        if w.shape[1] == 1:
            _each_channel(image, w, made, axes)
        else:
            _by_columns(image, w, made, axes, groups)
    if b is not None:
        y += b.reshape(-1, *[1] * len(axes))
    return y


def _each_channel(x: np.ndarray, w: np.ndarray, y: np.ndarray, axes: Sequence[Axis]) -> None:
    """Groups of one channel: x (C, *I), w (K, 1, *F) -> y (K, *O)."""
    taps = list(np.ndindex(*w.shape[2:]))
    maps = len(w) // len(x)  # of a channel
    step = max(1, TILE // max(1, math.prod(y.shape[1:])))
    for first in range(0, len(w), step):
        part = y[first : first + step]
        channels = [k // maps for k in range(first, first + len(part))]
        source = x[channels] if maps > 1 else x[first : first + len(part)]
        part[...] = 0
        for tap in taps:
            window = source[(slice(None), *_meets(axes, tap))]
            part += window * w[(slice(first, first + len(part)), 0, *tap)].reshape(-1, *[1] * len(axes))


def _by_columns(x: np.ndarray, w: np.ndarray, y: np.ndarray, axes: Sequence[Axis], groups: int) -> None:
    """x (C, *I), w (K, C/groups, *F) -> y (K, *O), some rows of the first spatial dimension at a time."""
    terms = math.prod(w.shape[1:])
    kernel = w.reshape(groups, len(w) // groups, terms)
    alone = all(axis.taps == axis.stride == 1 for axis in axes)
    windows = x.reshape(len(x), *[1] * len(axes), *x.shape[1:]) if alone else _windows(x, axes)
    for rows in _rows(y.shape[1:], terms * groups):
        part = windows[(slice(None), *[slice(None)] * len(axes), rows)]
        columns = part.reshape(groups, terms, -1)
        y[:, rows] = product(kernel, columns).reshape(len(w), *y[:, rows].shape[1:])


def _windows(x: np.ndarray, axes: Sequence[Axis]) -> np.ndarray:
    """A view of x (C, *I) as (C, *F, *O)."""
    own = x.strides[1:]
    shape = (len(x), *(axis.taps for axis in axes), *(axis.out for axis in axes))
    taps = [step * axis.dilation for step, axis in zip(own, axes, strict=True)]
    moves = [step * axis.stride for step, axis in zip(own, axes, strict=True)]
    return np.lib.stride_tricks.as_strided(x, shape, (x.strides[0], *taps, *moves), writeable=False)


def _rows(shape: Sequence[int], height: int) -> Iterator[slice]:
    """The first dimension of a shape in pieces, whose columns of that height are not too many numbers."""
    step = max(1, COLUMNS // max(1, height * math.prod(shape[1:])))
    return (slice(first, min(first + step, shape[0])) for first in range(0, shape[0], step))


def _meets(axes: Sequence[Axis], tap: Sequence[int]) -> tuple[slice, ...]:
    return tuple(axis.at(t, axis.out) for t, axis in zip(tap, axes, strict=True))


def deconvolve(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, axes: Sequence[Axis], groups: int) -> np.ndarray:
    """x (N, C, *I) by w (C, K/groups, *F), b (K,) -> (N, K, *O)."""
    maps, places = w.shape[1] * groups, math.prod(x.shape[2:])
    whole = np.zeros((len(x), maps, *(axis.out + axis.pre + axis.post for axis in axes)), x.dtype)
    kernel = w.reshape(groups, w.shape[0] // groups, w.shape[1], *w.shape[2:])
    split = x.reshape(len(x), groups, -1, places)
    for tap in np.ndindex(*w.shape[2:]):
        taken = np.ascontiguousarray(np.swapaxes(kernel[(..., *tap)], 1, 2))
        made = product(taken, split).reshape(len(x), maps, *x.shape[2:])
        spread: Any = (..., *(axis.at(t, axis.size) for t, axis in zip(tap, axes, strict=True)))
        whole[spread] += made
    cut: Any = (..., *(slice(axis.pre, axis.pre + axis.out) for axis in axes))
    y = whole[cut]
    return y if b is None else y + b.reshape(-1, *[1] * len(axes))
