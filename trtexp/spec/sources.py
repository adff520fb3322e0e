"""Where values come from that no literal gives: special numbers, seeded random ones, files."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from trtexp.numerics import LARGEST, SMALLEST_NORMAL, UNIT, VALUE_DTYPES
from trtexp.spec.files import below
from trtexp.spec.tensors import MOST_ELEMENTS, Random, TensorError


def check_size(shape: list[int]) -> None:
    """Refuse a shape that is none or too large. Raises TensorError."""
    if any(n < 0 for n in shape):
        raise TensorError(("shape",), f"{shape} given; dimensions are 0 or more")
    if math.prod(shape) > MOST_ELEMENTS:
        raise TensorError(("shape",), f"{shape} has {math.prod(shape)} elements; at most {MOST_ELEMENTS} are allowed")


def special(kind: str, dtype: str) -> list[float]:
    """The special values of a dtype of one kind."""
    if dtype not in UNIT:
        info: Any = ml_dtypes.iinfo(VALUE_DTYPES[dtype]) if dtype != "bool" else None
        return [int(info.min), int(info.max)] if kind == "extremes" and info else [0]
    normal, smallest = SMALLEST_NORMAL[dtype], SMALLEST_NORMAL[dtype] * 2 * UNIT[dtype]
    return {
        "nan": [math.nan],
        "inf": [math.inf, -math.inf],
        "zero": [0.0, -0.0],
        "subnormal": [smallest, -smallest, normal - smallest, smallest - normal],
        "ties": [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5],
        "extremes": [LARGEST[dtype], -LARGEST[dtype], normal, -normal],
    }[kind]


def random(value: Random, count: int) -> np.ndarray:
    """Seeded numbers of PCG64. Raises TensorError."""
    if value.seed < 0:
        raise TensorError(("random", "seed"), f"{value.seed} given; give 0 or more")
    rng = np.random.Generator(np.random.PCG64(value.seed))
    given = [name for name in ("normal", "uniform", "integers") if getattr(value, name) is not None]
    if len(given) != 1 or len(getattr(value, given[0])) != 2:
        raise TensorError(
            ("random",), "give one of normal: [mean, deviation], uniform: [low, high], integers: [low, high]"
        )
    low, high = getattr(value, given[0])
    try:
        if given[0] == "integers":
            return rng.integers(low, high, count, endpoint=True)
        return getattr(rng, given[0])(low, high, count)  # type: ignore[no-any-return]
    except (ValueError, OverflowError) as error:
        raise TensorError(("random", given[0]), f"[{low}, {high}]: {error}") from error


def from_file(value: str, folder: Path) -> np.ndarray:
    """A .npy file, or an array of an .npz file (`data.npz#name`), below the experiment's folder; never a pickle."""
    name, _, member = value.partition("#")
    try:
        path = below(name, folder, 64 * MOST_ELEMENTS)
    except ValueError as error:
        raise TensorError(("file",), str(error)) from error
    except OSError as error:
        raise TensorError(("file",), f"{name} cannot be read: {error.strerror}") from error
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            array = loaded
        elif member in loaded:
            array = loaded[member]
        else:
            raise TensorError(("file",), f"{value}: the file holds: {', '.join(loaded)}; write {name}#NAME")
    except TensorError:
        raise
    except Exception as error:  # whatever a damaged file makes of numpy, zipfile or zlib
        said = re.sub(r"\[Errno \d+\] |: '.*'", "", str(error)) or type(error).__name__
        raise TensorError(("file",), f"{value} cannot be read: {said}") from error
    if array.dtype.kind not in "biuf":
        raise TensorError(("file",), f"{value} holds {array.dtype}; give numbers")
    check_size(list(array.shape))
    return array
