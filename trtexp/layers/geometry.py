"""A sliding window along one dimension: how many windows fit, and what is padded. Source: NvInfer.h, PaddingMode."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Axis:
    """One spatial dimension, with the window that slides along it.

    size: elements of the input; taps: those of the window, `dilation` apart; stride: from one window to the next;
    pre, post: elements that are padded before and after; out: how many windows fit, less than 0 if not even one.
    """

    size: int
    taps: int
    stride: int = 1
    dilation: int = 1
    pre: int = 0
    post: int = 0
    out: int = 0

    @property
    def extent(self) -> int:
        """Elements from the first tap to the last."""
        return 1 + self.dilation * (self.taps - 1)

    @property
    def behind(self) -> int:
        """How many elements behind the input the last window needs, the padding among them."""
        return max(0, (self.out - 1) * self.stride + self.extent - self.pre - self.size)

    def at(self, tap: int, windows: int) -> slice:
        """What one of the taps meets in so many windows."""
        start = tap * self.dilation
        return slice(start, start + max(0, (windows - 1) * self.stride + 1), self.stride)


def convolved(mode: str, axis: Axis) -> Axis:
    """The axis of a convolution in a padding mode, with what that pads and how many windows fit then."""
    if mode.startswith("SAME"):
        out = -(-axis.size // axis.stride)
        pre, post = halved(mode, max((out - 1) * axis.stride + axis.extent - axis.size, 0))
        return replace(axis, pre=pre, post=post, out=out)
    post = axis.pre if mode.startswith("CAFFE") else axis.post
    room = axis.size + axis.pre + post - axis.extent
    return replace(axis, post=post, out=-1 if room < 0 else steps(mode, room, axis.stride) + 1)


def pooled(mode: str, axis: Axis) -> Axis:
    """The same for a pooling; far less than 0 windows where the window is far too large.

    The CAFFE modes pad `pre` on both sides, and leave out a last window that would begin behind the input.
    """
    if mode.startswith("SAME"):
        return convolved(mode, axis)
    caffe = mode.startswith("CAFFE")
    post = axis.pre if caffe else axis.post
    out = steps(mode, axis.size + axis.pre + post - axis.extent, axis.stride) + 1
    return replace(axis, post=post, out=out - (caffe and (out - 1) * axis.stride >= axis.size + axis.pre))


def halved(mode: str, total: int) -> tuple[int, int]:
    """(pre, post) of a padding in a SAME mode: the larger half after the input for SAME_UPPER."""
    small, large = total // 2, total - total // 2
    return (small, large) if mode == "SAME_UPPER" else (large, small)


def steps(mode: str, room: int, stride: int) -> int:
    """How many strides fit, as the mode rounds."""
    return -(-room // stride) if mode.endswith("UP") else room // stride
