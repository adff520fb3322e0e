"""Padding modes: how many windows fit along one dimension, and what is padded. Source: NvInfer.h, PaddingMode."""

from __future__ import annotations


def convolved(mode: str, size: int, extent: int, stride: int, pre: int, post: int) -> tuple[int, int, int]:
    """(windows, pre, post) for a convolution or a pooling of `extent` elements; -1 windows if none fits."""
    if mode.startswith("SAME"):
        out = -(-size // stride)
        total = max((out - 1) * stride + extent - size, 0)
        small, large = total // 2, total - total // 2
        return (out, small, large) if mode == "SAME_UPPER" else (out, large, small)
    if mode.startswith("CAFFE"):
        post = pre
    room = size + pre + post - extent
    if room < 0:
        return -1, pre, post
    return (-(-room // stride) if mode.endswith("UP") else room // stride) + 1, pre, post


def pooled(mode: str, size: int, window: int, stride: int, pre: int, post: int) -> tuple[int, int, int]:
    """(windows, pre, post) for a pooling; less than 0 windows where the window is far too large.

    The CAFFE modes pad `pre` on both sides, and leave out a last window that would begin behind the input.
    """
    if mode.startswith("SAME"):
        return convolved(mode, size, window, stride, pre, post)
    caffe = mode.startswith("CAFFE")
    post = pre if caffe else post
    room = size + pre + post - window
    out = (-(-room // stride) if mode.endswith("UP") else room // stride) + 1
    return out - (caffe and (out - 1) * stride >= size + pre), pre, post
