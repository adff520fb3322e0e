"""Padding modes along one dimension, against a count of windows by hand."""

import itertools

import pytest

from trtexp.layers.geometry import Axis, convolved


@pytest.mark.parametrize(
    ("mode", "numbers", "expected"),
    [
        ("EXPLICIT_ROUND_DOWN", (4, 3, 2, 0, 0), (1, 0, 0)),
        ("EXPLICIT_ROUND_UP", (4, 3, 2, 0, 0), (2, 0, 0)),
        ("EXPLICIT_ROUND_DOWN", (4, 3, 2, 1, 0), (2, 1, 0)),
        ("CAFFE_ROUND_UP", (4, 3, 2, 1, 0), (3, 1, 1)),
        ("CAFFE_ROUND_DOWN", (4, 3, 2, 1, 0), (2, 1, 1)),
        ("SAME_UPPER", (5, 4, 1, 7, 7), (5, 1, 2)),
        ("SAME_LOWER", (5, 4, 1, 7, 7), (5, 2, 1)),
        ("SAME_LOWER", (5, 1, 3, 0, 0), (2, 0, 0)),
        ("EXPLICIT_ROUND_DOWN", (2, 3, 1, 0, 0), (-1, 0, 0)),
    ],
)
def test_windows_and_paddings(mode, numbers, expected):
    size, taps, stride, pre, post = numbers
    found = convolved(mode, Axis(size, taps, stride, pre=pre, post=post))
    assert (found.out, found.pre, found.post) == expected


def test_every_window_but_the_last_of_round_up_lies_in_the_padded_input():
    for size, extent, stride, pre, post in itertools.product(range(1, 7), range(1, 4), range(1, 4), range(3), range(3)):
        room = size + pre + post
        axis = Axis(size, extent, stride, pre=pre, post=post)
        down, up = (convolved(f"EXPLICIT_ROUND_{way}", axis).out for way in ("DOWN", "UP"))
        fitting = [start for start in range(0, room, stride) if start + extent <= room]
        assert max(down, 0) == len(fitting)
        assert up == -1 if not fitting else up - down in (0, 1)


def test_a_window_that_is_spread_out_covers_its_extent():
    axis = Axis(9, 3, stride=2, dilation=2, pre=1, out=4)
    assert axis.extent == 5
    assert axis.behind == 1  # the last window starts at 6 - 1 and ends at 9
    padded = list(range(-1, 10))
    assert [padded[axis.at(tap, axis.out)] for tap in range(3)] == [[-1, 1, 3, 5], [1, 3, 5, 7], [3, 5, 7, 9]]
