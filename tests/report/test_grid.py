"""Tensors as text: alignment, labels, cropping, marks."""

from __future__ import annotations

import numpy as np
import pytest

from trtexp.report import grid


def tensor(*shape: int, marked: frozenset[int] = frozenset()) -> grid.Tensor:
    return grid.Tensor(shape, [str(i) for i in range(int(np.prod(shape)))], marked)


def test_decimal_points_stand_below_each_other() -> None:
    texts = ["54021", "65432.1", "NaN", "87.054", "-0.5", "1.5e-7"]
    assert grid.slices(grid.Tensor((2, 3), texts)) == [["54021      65432.1  NaN", "   87.054     -0.5    1.5e-7"]]


def test_slices_are_labelled_by_their_leading_indices() -> None:
    blocks = grid.slices(tensor(1, 2, 2, 2))
    assert blocks == [["[0, 0]", "0  1", "2  3"], ["[0, 1]", "4  5", "6  7"]]
    assert grid.slices(tensor(1, 1, 1, 2)) == [["0  1"]]


@pytest.mark.parametrize(
    ("shape", "lines"),
    [
        ((), ["0"]),
        ((3,), ["0  1  2"]),
        ((3, 1), ["0", "1", "2"]),
        ((1, 3, 1, 1), ["0  1  2"]),
        ((2, 2, 1, 1), ["0  1", "2  3"]),
        ((1, 1, 1, 1), ["0"]),
        ((0,), ["(no elements)"]),
        ((2, 0, 3), ["(no elements)"]),
    ],
)
def test_shapes(shape: tuple[int, ...], lines: list[str]) -> None:
    assert grid.slices(tensor(*shape)) == [lines]


@pytest.mark.parametrize("place", range(0, 40 * 40, 37))
def test_a_mark_is_never_cropped(place: int) -> None:
    (lines,) = grid.slices(tensor(40, 40, marked=frozenset({place})))
    (line,) = [line for line in lines if grid.MARK in line]
    assert f" {place} {grid.MARK}" in f" {line}"
    assert max(map(len, lines)) <= grid.WIDTH and len(lines) <= grid.ROWS + 4


def test_a_marked_slice_is_never_cropped() -> None:
    blocks = grid.slices(tensor(100, 2, 2, marked=frozenset({201})))
    assert ["[50]", "200  201 ◀", "202  203"] in blocks
    assert len(blocks) <= grid.SLICES + 2


def test_flow_puts_blocks_side_by_side_while_they_fit() -> None:
    assert grid.flow([["aa", "b"], ["c"]], 8) == ["aa    c", "b"]
    assert grid.flow([["aa", "b"], ["c"]], 6) == ["aa", "b", "", "c"]


def test_position() -> None:
    assert grid.position([1, 2], [3, 4]) == 6
    assert grid.position([], []) == 0
