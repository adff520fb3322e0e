"""Which neighbour a resize by NEAREST takes: asked of ratios that are no powers of two, with every rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np

from trtexp.bench.accuracy.device import Function, tensor
from trtexp.definition.steps import Member
from trtexp.numerics import F64

#: (elements, results) of the two axes of one layer; a layer answers for both.
SIZES = (((2, 3), (3, 2)), ((3, 5), (5, 3)), ((4, 6), (6, 4)), ((7, 10), (10, 7)), ((9, 6), (3, 7)))
TRANSFORMATIONS = ("ALIGN_CORNERS", "ASYMMETRIC", "HALF_PIXEL")
ROUNDINGS: Mapping[str, Callable[[Fraction], int]] = {
    "CEIL": lambda c: ceil(c),
    "FLOOR": lambda c: floor(c),
    "HALF_UP": lambda c: floor(c + Fraction(1, 2)),
    "HALF_DOWN": lambda c: ceil(c - Fraction(1, 2)),
}


@dataclass(frozen=True)
class Axis:
    """An axis of `size` elements resized to `wanted`."""

    size: int
    wanted: int
    transformation: str
    rounding: str

    def coordinate(self, i: int) -> Fraction:
        """Where result i lies among the elements, exactly."""
        if self.transformation == "ALIGN_CORNERS":
            return Fraction(i * (self.size - 1), max(self.wanted - 1, 1))
        if self.transformation == "ASYMMETRIC":
            return Fraction(i * self.size, self.wanted)
        return (i + Fraction(1, 2)) * self.size / self.wanted - Fraction(1, 2)

    def exact(self) -> list[int]:
        """The elements that are taken in exact arithmetic."""
        taken = (ROUNDINGS[self.rounding](self.coordinate(i)) for i in range(self.wanted))
        return [min(max(index, 0), self.size - 1) for index in taken]


@dataclass(frozen=True)
class Asked:
    """One layer: rows and columns are asked at once, since element (r, c) is 16 r + c."""

    function: Function
    rows: Axis
    columns: Axis

    def facts(self, got: np.ndarray) -> Iterator[tuple[str, dict[str, list[int]]]]:
        """(what was asked, the elements that were taken, and those of exact arithmetic where they differ)."""
        taken = np.rint(got.astype(np.float64)).astype(int).reshape(self.rows.wanted, self.columns.wanted)
        for axis, came in ((self.rows, taken[:, 0] // 16), (self.columns, taken[0] % 16)):
            exact = axis.exact()
            fact = {"taken": came.tolist()} | ({} if came.tolist() == exact else {"exact": exact})
            yield f"{axis.size} to {axis.wanted}, {axis.transformation}, {axis.rounding}", fact


def coordinates() -> list[Asked]:
    """Every size with every transformation and rounding."""
    return [
        _asked(rows, columns, transformation, rounding)
        for rows, columns in SIZES
        for transformation in TRANSFORMATIONS
        for rounding in ROUNDINGS
    ]


def _asked(rows: tuple[int, int], columns: tuple[int, int], transformation: str, rounding: str) -> Asked:
    axes = [Axis(size, wanted, transformation, rounding) for size, wanted in (rows, columns)]
    x = name_of(rows[0], columns[0])
    function = Function(
        f"{x} to {rows[1]} by {columns[1]}, {transformation}, {rounding}",
        "add_resize",
        {"input": tensor(x)},
        (x,),
        lambda values: values,
        attributes={
            "shape": (1, 1, rows[1], columns[1]),
            "resize_mode": Member("InterpolationMode", "NEAREST"),
            "coordinate_transformation": Member("ResizeCoordinateTransformation", transformation),
            "nearest_rounding": Member("ResizeRoundMode", rounding),
        },
    )
    return Asked(function, *axes)


def name_of(rows: int, columns: int) -> str:
    return f"{rows} by {columns}"


def images(dtype: str) -> dict[str, F64]:
    """The inputs of all layers: element (r, c) is 16 r + c."""
    made = {}
    for (rows, _), (columns, _) in SIZES:
        image = 16.0 * np.arange(rows)[:, None] + np.arange(columns)
        made[name_of(rows, columns)] = image.reshape(1, 1, rows, columns).astype(dtype)
    return made
