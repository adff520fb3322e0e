"""Which window of a case can be drawn, and where it stops."""

import pytest
from conftest import BASE

from trtexp.spec.sliding import sliding

POOL = """\
title: t
inputs: {x: {shape: [1, 1, 5, 5], arange: {start: 1}}}
network:
  pool:
    pooling_nd: {input: x, type: MAX, window_size: [2, 2]}
    set: {stride_nd: [2, 2], padding_mode: SAME_UPPER}
"""


def test_a_pooling_has_a_window_and_no_kernel(load):
    found = sliding(load(POOL).cases[0])
    assert (found.layer, found.kind, found.input, found.kernel) == ("pool", "pooling", "x", None)
    assert [(axis.pre, axis.post, axis.out) for axis in found.axes] == [(0, 1, 3), (0, 1, 3)]


def test_a_convolution_has_its_kernel(load):
    text = BASE.replace("deconvolution_nd", "convolution_nd")
    found = sliding(load(text).cases[0])
    assert (found.kind, found.kernel, [axis.out for axis in found.axes]) == ("convolution", "w", [1, 1])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[1, 1, 3, 3], arange: {start: 1}}\nweights", "[1, 1, 10, 3], arange: {start: 1}}\nweights"),
        ("kernel: w}", "kernel: w}\nexpect: {crash: {build: x}}"),
        ("kernel: w}", "kernel: w}\nexpect: {error: {build: x}}"),
    ],
    ids=["a large input", "a crash", "a refusal"],
)
def test_what_cannot_be_drawn_has_no_window(load, old, new):
    assert sliding(load(BASE).cases[0]) is not None
    assert old in BASE
    assert sliding(load(BASE.replace(old, new)).cases[0]) is None


def test_a_window_over_three_dimensions_is_not_drawn(load):
    text = BASE.replace("[1, 1, 3, 3]", "[1, 1, 2, 3, 3]").replace("[3, 3], kernel", "[2, 3, 3], kernel")
    assert sliding(load(text).cases[0]) is None


def test_a_window_over_a_tensor_in_between_is_not_drawn(load):
    text = POOL.replace("  pool:\n", "  up: {unary: {input: x, op: NEG}}\n  pool:\n").replace(
        "{input: x, t", "{input: up, t"
    )
    assert sliding(load(text).cases[0]) is None
