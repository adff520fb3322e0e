"""References against loops over single elements, written from the documentation and in another way."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_runs import evaluate, tensor

SIZES = st.integers(1, 4)
SEEDS = st.integers(0, 2**31)
CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32).astype(float)


def positive(seed, *shape):
    return np.random.default_rng(seed).uniform(0.5, 2, shape).astype(np.float32).astype(float)


def elements(shape, f):
    """An array of a shape, one number after the other."""
    made = np.empty(shape)
    for place in np.ndindex(*shape):
        made[place] = f(*place)
    return made


@given(SEEDS, st.lists(SIZES, min_size=4, max_size=5), st.sampled_from([1, 3, 5]))
def test_lrn(seed, shape, window):
    x, axis = normal(seed, *shape), len(shape) - 3

    def at(*place):
        near = range(place[axis] - window // 2, place[axis] + window // 2 + 1)
        column = [x[(*place[:axis], c, *place[axis + 1 :])] for c in near if 0 <= c < shape[axis]]
        return x[place] / (0.5 + 0.75 / window * sum(v * v for v in column)) ** 1.5

    made = evaluate("lrn", [x], input="x", window=window, alpha=0.75, beta=1.5, k=0.5)
    np.testing.assert_allclose(made.ref, elements(shape, at), **CLOSE)


@given(SEEDS, SIZES, SIZES, st.integers(1, 6))
def test_ragged_softmax(seed, batch, rows, columns):
    x, lengths = normal(seed, batch, rows, columns), np.random.default_rng(seed).integers(1, columns + 1, (batch, rows))

    def at(b, r, c):
        valid = [math.exp(v) for v in x[b, r, : lengths[b, r]]]
        return valid[c] / math.fsum(valid) if c < len(valid) else 0.0

    bounds = tensor(lengths[..., None], "int32")
    made = evaluate("ragged_softmax", [x, bounds], input="x", bounds="b")
    np.testing.assert_allclose(made.ref, elements(x.shape, at), **CLOSE)


@given(SEEDS, st.lists(SIZES, min_size=4, max_size=5), st.sampled_from(["UNIFORM", "CHANNEL", "ELEMENTWISE"]))
def test_scale(seed, shape, mode):
    """Uniform in everything, by channels of axis 1, or by what stands behind the batch."""
    x = positive(seed, *shape)
    count = {"UNIFORM": 1, "CHANNEL": shape[1], "ELEMENTWISE": math.prod(shape[1:])}[mode]
    factor, summand, power = (positive(seed + i, count) for i in (1, 2, 3))

    def at(*place):
        i = {"UNIFORM": 0, "CHANNEL": place[1]}.get(mode, 0)
        if mode == "ELEMENTWISE":
            for axis in range(1, len(shape)):
                i = i * shape[axis] + place[axis]
        return (x[place] * factor[i] + summand[i]) ** power[i]

    arrays = {"scale": factor, "shift": summand, "power": power}
    names = {name: name for name in arrays}
    made = evaluate("scale_nd", [x], arrays, input="x", mode=mode, channel_axis=1, **names)
    np.testing.assert_allclose(made.ref, elements(shape, at), **CLOSE)


@given(st.lists(st.integers(0, 4), max_size=3), SEEDS)
def test_fill_lines(shape, seed):
    alpha, beta = normal(seed, 1)[0], normal(seed + 1, len(shape))
    made = evaluate("fill", [None, alpha, beta], shape=shape, op="LINSPACE", set_input={1: "a", 2: "b"})
    assert made.shape == tuple(shape)
    np.testing.assert_allclose(
        made.ref, elements(shape, lambda *p: alpha + sum(b * i for b, i in zip(beta, p, strict=True))), **CLOSE
    )


def outside(i, n, mode):
    """Where an index outside of n elements is taken to be, step by step; None for the value that fills."""
    while not 0 <= i < n:
        if mode == "FILL":
            return None
        if mode == "CLAMP":
            i += 1 if i < 0 else -1
        elif mode == "WRAP":
            i += n if i < 0 else -n
        else:
            i = 0 if n == 1 else -i if i < 0 else 2 * (n - 1) - i
    return i


PAIR = st.tuples(st.integers(-5, 5), st.integers(-5, 5))


@given(
    st.tuples(SIZES, SIZES), PAIR, st.tuples(SIZES, SIZES), PAIR, st.sampled_from(["CLAMP", "WRAP", "FILL", "REFLECT"])
)
def test_slice_of_two_axes(size, start, shape, stride, mode):
    x = np.arange(math.prod(size), dtype=float).reshape(size)

    def at(*place):
        found = [outside(s + i * t, n, mode) for s, i, t, n in zip(start, place, stride, size, strict=True)]
        return 99.0 if None in found else x[tuple(found)]

    data = {"input": "x", "start": list(start), "shape": list(shape), "stride": list(stride)}
    inputs = [x, None, None, None, 99.0] if mode == "FILL" else [x]
    made = evaluate("slice", inputs, **data, set={"mode": mode}, set_input={4: "v"} if mode == "FILL" else {})
    np.testing.assert_array_equal(made.ref, elements(shape, at))


@given(SEEDS, st.lists(SIZES, min_size=1, max_size=3), st.data(), st.booleans(), st.booleans())
def test_cumulative(seed, shape, data, exclusive, reverse):
    x, axis = normal(seed, *shape), data.draw(st.integers(0, len(shape) - 1))

    def at(*place):
        i, n = place[axis], shape[axis]
        near = range(i + exclusive, n) if reverse else range(i + 1 - exclusive)
        return math.fsum(x[(*place[:axis], j, *place[axis + 1 :])] for j in near)

    keys = {"input": "x", "axis": "a", "op": "SUM", "exclusive": exclusive, "reverse": reverse}
    made = evaluate("cumulative", [x, tensor(axis, "int32")], **keys)
    np.testing.assert_allclose(made.ref, elements(shape, at), **CLOSE)


ROUNDING = {
    "HALF_UP": lambda c: math.floor(c + 0.5),
    "HALF_DOWN": lambda c: math.ceil(c - 0.5),
    "FLOOR": math.floor,
    "CEIL": math.ceil,
}


@pytest.mark.parametrize("how", ["ALIGN_CORNERS", "ASYMMETRIC", "HALF_PIXEL"])
@pytest.mark.parametrize("rounding", ROUNDING)
@pytest.mark.parametrize("selector", ["FORMULA", "UPPER"])
def test_resize_to_the_nearest(how, rounding, selector):
    for n, m in itertools.product((1, 2, 4, 5), (1, 2, 3, 8)):
        x, found = np.arange(n, dtype=float), []
        for i in range(m):
            half = 0.5 if how == "HALF_PIXEL" else 0.0
            step = (n - 1) / max(m - 1, 1) if how == "ALIGN_CORNERS" else n / m
            c = 0.0 if m == 1 and selector == "UPPER" else (i + half) * step - half
            found.append(x[min(max(ROUNDING[rounding](c), 0), n - 1)])
        given = {"coordinate_transformation": how, "nearest_rounding": rounding, "selector_for_single_pixel": selector}
        made = evaluate("resize", [x], input="x", set={"shape": [m], **given})
        differs = made.ref != np.array(found)
        assert not (differs & ~made.undetermined).any(), (n, m)
