"""Where values come from that no literal gives: special numbers, seeded random ones, files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from trtexp.numerics import LARGEST, SMALLEST_NORMAL, UNIT, VALUE_DTYPES
from trtexp.numerics.budget import Budget
from trtexp.spec.arrays import Arrays, NoArray
from trtexp.spec.files import read_named
from trtexp.spec.tensors import Random, TensorError

MOST_DIMENSIONS = 32  # as numpy 1 has it; TensorRT takes 8
BYTES = 16  # that an element of a file has at most


def check_shape(shape: list[int]) -> None:
    """Refuse a shape that is none. Raises TensorError."""
    if any(n < 0 for n in shape):
        raise TensorError(("shape",), f"{shape} given; dimensions are 0 or more; declared: of an input may have -1")
    if len(shape) > MOST_DIMENSIONS:
        raise TensorError(("shape",), f"{len(shape)} dimensions given; at most {MOST_DIMENSIONS} are allowed")


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


def from_file(value: str, folder: Path, budget: Budget, files: dict[str, Arrays]) -> np.ndarray:
    """A .npy file, or an array of an .npz file (`data.npz#name`), a file of the project; never a pickle, and
    no more than the budget has room for. files: the last one that was read, since many arrays may be in one. Raises
    TensorError."""
    name, _, member = value.partition("#")
    most = BYTES * budget.limits.elements
    try:
        if name not in files:
            read = Arrays(read_named(name, folder, most, budget))
            files.clear()
            files[name] = read
        array = files[name].array(member, most)
    except NoArray as error:
        raise TensorError(("file",), f"{value}: {error}") from error
    except ValueError as error:
        raise TensorError(("file",), str(error)) from error
    except OSError as error:
        raise TensorError(("file",), f"{name} cannot be read: {error.strerror}") from error
    if array.dtype.kind not in "biuf":
        raise TensorError(("file",), f"{value} holds {array.dtype}; give numbers")
    return array  # type: ignore[no-any-return]
