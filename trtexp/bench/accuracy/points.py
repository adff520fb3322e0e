"""The numbers at which functions are measured: the same on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trtexp.numerics import F64, LARGEST, SMALLEST_NORMAL, UNIT, VALUE_DTYPES

COUNT = 2**20  # of float32
PAIRS = 2**18
EVERYWHERE = 512  # points in each binade, of each sign
DENSE = range(-12, 8)  # exponents in which most of the points lie
SEED = 1
#: Where the ranges of a table begin, in |x|; what is below the smallest normal number is a range of its own.
EDGES = (
    2.0**-64,
    2.0**-24,
    2.0**-12,
    2.0**-6,
    2.0**-4,
    2.0**-2,
    0.5,
    1,
    2,
    4,
    8,
    16,
    32,
    64,
    128,
    1024,
    2.0**17,
    2.0**24,
)


def special(dtype: str) -> dict[str, np.ndarray]:
    """Numbers whose results are shown one by one, by name; each is a scalar of the dtype."""
    tiny, unit = SMALLEST_NORMAL[dtype], 2 * UNIT[dtype]
    named = {
        "nan": np.nan,
        "inf": np.inf,
        "-inf": -np.inf,
        "0": 0.0,
        "-0": -0.0,
        "smallest": tiny * unit,
        "-smallest": -tiny * unit,
        "largest subnormal": tiny * (1 - unit),
        "smallest normal": tiny,
        "largest": LARGEST[dtype],
        "-largest": -LARGEST[dtype],
        "1": 1.0,
        "-1": -1.0,
    }
    return {name: np.asarray(value, VALUE_DTYPES[dtype]) for name, value in named.items()}


def floats() -> NDArray[np.float32]:
    """2^20 float32: all binades of both signs, most in those of `DENSE`, special numbers, ties, edges of functions."""
    rng = np.random.default_rng(SEED)
    dense = np.array(DENSE) + 127
    edges = _edges()
    chosen = np.repeat(np.arange(255), EVERYWHERE)
    more = COUNT // 2 - chosen.size - edges.size
    exponents = np.concatenate([chosen, rng.choice(dense, more)]).astype(np.uint32)
    bits = (exponents << np.uint32(23)) | rng.integers(0, 2**23, exponents.size, dtype=np.uint32)
    positive = np.concatenate([edges, bits.view(np.float32)])
    return np.concatenate([positive, -positive])


def _edges() -> NDArray[np.float32]:
    """Special numbers, whole and half numbers, multiples of pi / 2, ends of the range of exp and its kin."""
    whole = np.arange(0, 2048) / 2
    turns = np.arange(1, 512) * (np.pi / 2)
    ends = np.array([87.33655, 88.72284, 89.41599, 103.97208, 104.0, 8.0, 9.0, 9.010913, 10.0, 0.625, 0.55, 3.92])
    middle = np.concatenate([whole, turns, ends, 2.0 ** np.arange(-149, 128)]).astype(np.float32)
    named = np.array([value for value in special("float32").values() if not np.signbit(value)], np.float32)
    near = [middle]
    for direction in (np.float32(np.inf), np.float32(0)):
        step = middle
        for _ in range(3):
            step = np.nextafter(step, direction)
            near.append(step)
    return np.concatenate([named, *near])


def halves() -> NDArray[np.float16]:
    """All 65,536 of float16, in the order of their bits."""
    return np.arange(2**16, dtype=np.uint16).view(np.float16)


def pairs(dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Two numbers each of both signs, evenly spread in their logarithms."""
    rng = np.random.default_rng(SEED + 1)
    spread = 20 if dtype == "float32" else 6
    made = [np.exp2(rng.uniform(-spread, spread, PAIRS)) * rng.choice([-1.0, 1.0], PAIRS) for _ in ("first", "second")]
    return made[0].astype(VALUE_DTYPES[dtype]), made[1].astype(VALUE_DTYPES[dtype])


def bases_and_exponents(dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """x > 0 and y for x ** y: y · ln x evenly spread in its logarithm, of both signs, a quarter of the x near 1."""
    rng = np.random.default_rng(SEED + 2)
    most = 87.0 if dtype == "float32" else 10.0
    x = np.exp2(rng.uniform(-12, 12, PAIRS))
    x[: PAIRS // 4] = 1 + rng.uniform(-0.3, 0.3, PAIRS // 4)
    x = x.astype(VALUE_DTYPES[dtype])
    x = np.where(x == 1, np.asarray(1.5, x.dtype), x)
    target = np.exp2(rng.uniform(-6, np.log2(most), PAIRS)) * rng.choice([-1.0, 1.0], PAIRS)
    y = np.clip(target / np.log(x.astype(np.float64)), -1000, 1000)
    return x, y.astype(x.dtype)


def rows(length: int, dtype: str) -> np.ndarray:
    """Rows of a softmax: normal numbers of deviations 0.5, 2, 8 and 32, a row each in turn."""
    rng = np.random.default_rng(SEED + 3)
    count = max(4, PAIRS // length)
    deviations = np.resize([0.5, 2.0, 8.0, 32.0], count)[:, None]
    made: F64 = rng.standard_normal((count, length)) * deviations
    return made.astype(VALUE_DTYPES[dtype])
