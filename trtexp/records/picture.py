"""What is kept of an output that is too large to be recorded whole, so that it can still be looked at."""

from __future__ import annotations

from trtexp.records.facts import Record
from trtexp.records.tensors import Numbers

BINS = 64  # rows and columns of a grid, at most
AROUND = 2  # elements on every side of the worst one


class Grid(Record):
    """The last two axes in at most 64 × 64 bins; what lies along the leading axes falls into the same bin.

    size: rows and columns of the tensor. Bin i of n along an axis of m elements holds those from i·m//n up to
    (i + 1)·m//n. smallest, largest: of the elements of each bin, `largest` left out where it is the same everywhere.
    worst: the largest error / bound in each bin, and `at` its index in row-major order of the whole tensor; both left
    out where nothing was compared or every element is exact. All to 3 significant digits.
    """

    size: tuple[int, int]
    smallest: Numbers
    largest: Numbers | None = None
    worst: Numbers | None = None
    at: list[list[int]] | None = None


class Window(Record):
    """The elements around the worst one, along the last two axes. start: the index of the first of them."""

    worst: list[int]
    start: list[int]
    actual: Numbers
    reference: Numbers
    bound: Numbers


class Picture(Record):
    """grid: of what came, or of the reference where nothing did. around: None where nothing is off."""

    grid: Grid
    around: Window | None = None
