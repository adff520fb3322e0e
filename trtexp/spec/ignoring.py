"""Elements of an output of which nothing is expected: by their places, or by a tensor of booleans."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from trtexp.numerics import Mask, decode
from trtexp.spec.make import Making, make
from trtexp.spec.tensors import Generator, Place, TensorError

_RANGE = re.compile(r"(-?\d+)?:(-?\d+)?")


def ignored(given: Sequence[Place] | Generator, shape: tuple[int, ...], making: Making) -> Mask:
    """The elements of a shape that `ignore` names. Raises TensorError, its path below `ignore`."""
    if isinstance(given, Generator):
        made = make(given, "bool", making, list(shape) if given.shape is None and given.values is None else None)
        if made.array.shape != shape:
            raise TensorError((), f"{list(made.array.shape)} given; give a boolean for each element of {list(shape)}")
        mask: Mask = decode(made.array).astype(bool)
        return mask
    found = np.zeros(shape, bool)
    for i, place in enumerate(given):
        if len(place) > len(shape):
            raise TensorError((i,), f"{len(place)} numbers for {list(shape)}; give one for each axis at most")
        axes = zip(place, shape, strict=False)
        found[tuple(_along(part, n, (i, axis)) for axis, (part, n) in enumerate(axes))] = True
    return found


def _along(part: int | str, n: int, path: tuple[int, int]) -> int | slice:
    """An index or a range of an axis of n elements, counted from the back if it is negative."""
    if isinstance(part, int):
        if not -n <= part < n:
            raise TensorError(path, f"{part} given; the axis has {n} elements")
        return part
    match = _RANGE.fullmatch(part)
    if match is None:
        raise TensorError(path, f"{part!r} given; give an index, or a range such as 1:3, 2: or :")
    first, last = (None if end is None else int(end) for end in match.groups())
    for end in (first, last):
        if end is not None and not -n <= end <= n:
            raise TensorError(path, f"{part} given; the axis has {n} elements")
    return slice(first, last)
