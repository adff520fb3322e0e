"""Which shapes meet in an elementwise layer. TensorRT broadcasts dimensions of 1, and never ranks."""

from __future__ import annotations

from collections.abc import Sequence


def broadcasts(*shapes: Sequence[int]) -> bool:
    """Whether the ranks are equal, and the dimensions along each axis equal or 1."""
    if len({len(shape) for shape in shapes}) > 1:
        return False
    return all(len({*axis} - {1}) <= 1 for axis in zip(*shapes, strict=True))


def broadcasts_to(shape: Sequence[int], target: Sequence[int]) -> bool:
    """Whether a tensor of one shape can be repeated along its axes of 1 to fill another of the same rank."""
    return len(shape) == len(target) and all(n in (1, m) for n, m in zip(shape, target, strict=True))
