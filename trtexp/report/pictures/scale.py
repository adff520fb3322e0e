"""Numbers as places in a palette: values from the smallest to the largest, errors by the share of the bound."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isfinite, isnan

from trtexp.numerics.format import rounded
from trtexp.report.pictures.raster import Colour

SHADES = 65  # of values; an odd number, so that 0 has its own between minus and plus
_RISING: tuple[Colour, ...] = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
_SIGNED: tuple[Colour, ...] = ((5, 48, 97), (67, 147, 195), (240, 240, 240), (214, 96, 77), (103, 0, 31))
_NAN: Colour = (128, 128, 128)
_FAR = 100  # a largest number so many times the median would leave all others one colour

#: Error / bound up to which a colour stands, what it is called, and the colour.
ERRORS: tuple[tuple[float, str, Colour], ...] = (
    (0.0, "exact", (208, 215, 222)),
    (0.01, "≤ 0.01", (254, 237, 222)),
    (0.1, "≤ 0.1", (253, 208, 162)),
    (0.3, "≤ 0.3", (253, 174, 107)),
    (1.0, "≤ 1", (241, 105, 19)),
    (inf, "beyond", (165, 0, 120)),
)


@dataclass(frozen=True)
class Scale:
    """Colours of values. ranked: by their order, since by their size all but a few would look alike.

    ends: the smallest and the largest finite number as text. nan, infinite: whether there are any.
    """

    cells: list[list[int]]
    palette: tuple[Colour, ...]
    ends: tuple[str, str]
    signed: bool
    ranked: bool
    nan: bool
    infinite: bool


def scaled(values: Sequence[Sequence[float]]) -> Scale:
    """The colours of a matrix. Numbers of both signs have a colour for 0 in the middle."""
    flat = [value for row in values for value in row]
    finite = [value for value in flat if isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    signed = low < 0 < high
    sizes = sorted({abs(value) for value in finite})
    ranked = len(sizes) > 2 and sizes[-1] > _FAR * max(sizes[len(sizes) // 2], sizes[1])
    ranks = {size: float(i) for i, size in enumerate(sizes)} if ranked else {}

    def size(value: float) -> float:
        found = ranks[abs(value)] if ranked else abs(value)
        return -found if value < 0 else found

    first, last = (-size(sizes[-1]), size(sizes[-1])) if signed else (size(low), size(high))
    return Scale(
        cells=[[_shade(value, size, first, last) for value in row] for row in values],
        palette=(*shades(signed), _NAN),
        ends=(rounded(low, 3), rounded(high, 3)),
        signed=signed,
        ranked=ranked,
        nan=any(isnan(value) for value in flat),
        infinite=any(abs(value) == inf for value in flat),
    )


def _shade(value: float, size: Callable[[float], float], first: float, last: float) -> int:
    if isnan(value):
        return SHADES
    if not isfinite(value):
        return SHADES - 1 if value > 0 else 0
    share = (size(value) - first) / (last - first) if last > first else 0.5
    return round(share * (SHADES - 1))


@lru_cache
def shades(signed: bool) -> tuple[Colour, ...]:
    """The palette of values, from the smallest to the largest."""
    stops = _SIGNED if signed else _RISING
    return tuple(_between(stops, i / (SHADES - 1)) for i in range(SHADES))


def _between(stops: Sequence[Colour], share: float) -> Colour:
    """The colour at a share of the way along the stops."""
    way = share * (len(stops) - 1)
    part = min(int(way), len(stops) - 2)
    red, green, blue = (round(a + (b - a) * (way - part)) for a, b in zip(stops[part], stops[part + 1], strict=True))
    return red, green, blue


def error_cells(ratios: Sequence[Sequence[float]]) -> list[list[int]]:
    """Places in `ERRORS`."""
    limits = [limit for limit, _, _ in ERRORS]
    return [[bisect_left(limits, ratio) for ratio in row] for row in ratios]
