"""dtypes, their rounding units, and the bits of their numbers. u is the unit roundoff: half the spacing at 1."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from trtexp.definition.network import DTYPES, Array

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]
Function = Callable[..., F64]

_ML_DTYPES: dict[str, Any] = {
    "bfloat16": ml_dtypes.bfloat16,
    "float8e4m3": ml_dtypes.float8_e4m3fn,
    "float8e8m0": ml_dtypes.float8_e8m0fnu,
    "float4e2m1": ml_dtypes.float4_e2m1fn,
    "int4": ml_dtypes.int4,
}
#: dtype name -> the numpy dtype of its values (ml_dtypes where numpy has none).
VALUE_DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(_ML_DTYPES.get(name, storage)) for name, (storage, _, _) in DTYPES.items()
}
UNIT = {
    "float32": 2.0**-24,
    "float16": 2.0**-11,
    "bfloat16": 2.0**-8,
    "float8e4m3": 2.0**-4,
    "float8e8m0": 2.0**-1,  # powers of two alone
    "float4e2m1": 2.0**-2,
}
SMALLEST_NORMAL = {
    "float32": 2.0**-126,
    "float16": 2.0**-14,
    "bfloat16": 2.0**-126,
    "float8e4m3": 2.0**-6,
    "float8e8m0": 2.0**-127,
    "float4e2m1": 1.0,
}
LARGEST = {name: float(ml_dtypes.finfo(VALUE_DTYPES[name]).max) for name in UNIT}
#: The smallest number above 0 that is no more than a unit of the last place.
SMALLEST = {name: SMALLEST_NORMAL[name] * 2 * UNIT[name] for name in UNIT} | {"float8e8m0": 2.0**-127}
#: What a device may lose of a result beside its rounding: subnormal numbers of float32 and bfloat16 may become 0, half
#: and FP8 keep theirs (5,840 of half, none of them 0, with 8.5.3.1 and 8.6.0 on an NVIDIA H100).
TINY = {name: least if least == 2.0**-126 else SMALLEST[name] for name, least in SMALLEST_NORMAL.items()}
#: The unit roundoff of what functions are computed in, which is float32 at least: narrower types are what they end in.
WORKING_UNIT = {name: min(unit, UNIT["float32"]) for name, unit in UNIT.items()}
F64_UNIT = 2.0**-53
#: What a step of the reference may be off by itself, relative to its terms: a few roundings of float64.
OWN_ERROR = 8 * F64_UNIT


def encode(values: Any, dtype: str) -> Array:
    """Round values to a dtype, to nearest, ties to even. Raises ValueError where an integer or bool does not fit."""
    source = np.asarray(values)
    target = VALUE_DTYPES[dtype]
    if dtype == "float4e2m1" and np.isnan(source).any():
        raise ValueError("float4e2m1 has no NaN")
    if dtype == "bool":
        if not np.isin(source, (0, 1)).all():
            raise ValueError("bool takes true, false, 0 and 1 only")
    elif dtype not in UNIT:
        info = ml_dtypes.iinfo(target)
        # float64 holds 2^63, and not 2^63 - 1
        small = source < float(int(info.max) + 1) if source.dtype.kind == "f" else source <= int(info.max)
        bad = ~((source >= int(info.min)) & small)
        if bad.any():
            raise ValueError(f"{source[bad][0]} is outside {dtype}, which takes {info.min} to {info.max}")
        if source.dtype.kind == "f" and (source != np.floor(source)).any():
            raise ValueError(f"{source[source != np.floor(source)][0]} is not a whole number, as {dtype} needs")
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = (_narrowed(source, dtype) if dtype in UNIT else source).astype(target)
    if DTYPES[dtype][1] == 4:
        nibbles = (rounded.astype(np.int8) if dtype == "int4" else rounded).reshape(-1).view(np.uint8) & 15
        nibbles = np.append(nibbles, np.zeros(nibbles.size % 2, np.uint8))
        return Array(dtype, source.shape, nibbles[0::2] | (nibbles[1::2] << 4))
    return Array(dtype, source.shape, rounded.reshape(-1).view(DTYPES[dtype][0]))


def _narrowed(source: np.ndarray, dtype: str) -> np.ndarray:
    """What `astype` rounds once to a float type, ties to even; numpy and ml_dtypes alone round int64 and float64 twice.

    They go by way of float64 or float32. Rounding to that towards 0, with the last bit set where anything was cut,
    keeps all that the second rounding asks for, since each has at least two bits more than the next.
    """
    made = source.reshape(-1)  # numpy 1 gives a scalar and a Python integer another type than an array and that integer
    if made.dtype in (np.int64, np.uint64):
        cut = (made >> 10 | (made & 1023 != 0)).astype(np.float64) * 1024
        made = np.where(np.abs(cut) < 2.0**53, made.astype(np.float64), cut)
    if made.dtype == np.float64 and dtype not in ("float32", "float16"):
        near = made.astype(np.float32)
        inexact = np.isfinite(made) & (near != made)
        cut = np.where(np.abs(near) > np.abs(made), np.nextafter(near, np.float32(0)), near)
        made = np.where(inexact, (cut.view(np.uint32) | 1).view(np.float32), near)
    return made.reshape(source.shape)


def held(values: Any, dtype: str) -> np.ndarray:
    """Values as a reference holds them: float64 of a float type, int64 of all others, exact for every integer of them.

    Floats given for an integer type are cut towards 0; what is beyond int64 becomes its end, and NaN 0.
    """
    source = np.asarray(values)
    if dtype in UNIT:
        return source.astype(np.float64)
    if source.dtype.kind != "f":
        return source.astype(np.int64)
    ends = np.iinfo(np.int64)
    inside = np.where((source >= -(2.0**63)) & (source < 2.0**63), source, 0.0).astype(np.int64)
    return np.where(source >= 2.0**63, ends.max, np.where(source < -(2.0**63), ends.min, inside))


def decode(array: Array) -> np.ndarray:
    """The values of an array, in their own dtype and shape."""
    if DTYPES[array.dtype][1] == 4:
        nibbles = np.stack([array.bits & 15, array.bits >> 4], axis=-1).reshape(-1)[: array.size]
        signed = (nibbles.astype(np.int8) ^ 8) - 8
        values = signed.astype(ml_dtypes.int4) if array.dtype == "int4" else nibbles.view(VALUE_DTYPES[array.dtype])
        return values.reshape(array.shape)
    return array.bits.view(VALUE_DTYPES[array.dtype]).reshape(array.shape)


def lowest_bit(values: F64) -> NDArray[np.int64]:
    """Exponent of the lowest set bit of each value; a large positive number for 0 (it never limits)."""
    mantissa, exponent = np.frexp(values)
    whole = (np.abs(mantissa) * 2.0**53).astype(np.int64)
    low = np.where(whole == 0, 1, whole & -whole)
    shift = np.frexp(low.astype(np.float64))[1] - 1
    return np.where(whole == 0, 10_000, (exponent - 53 + shift).astype(np.int64))


def significant_bits(values: F64) -> int:
    """The most significant bits that any of the values needs."""
    finite = values[np.isfinite(values) & (values != 0)]
    if finite.size == 0:
        return 0
    return int((np.frexp(finite)[1] - lowest_bit(finite)).max())


_NUMBER = re.compile(r"[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$")


def half_unit(text: str, dtype: str) -> float:
    """Half a unit of the last printed digit of a literal: `98765.4` -> 0.05; 0 if the dtype holds it exactly."""
    match = _NUMBER.match(text)
    if not match or dtype not in UNIT:
        return 0.0
    with np.errstate(over="ignore", under="ignore"):
        held = float(np.float64(text).astype(VALUE_DTYPES[dtype]))
    last = int(match[3] or 0) - len(match[2])
    if not np.isfinite(held) or abs(last) > 400 or Decimal(held) == Decimal(text):
        return 0.0
    return float(Decimal(5).scaleb(last - 1))


def spacing(values: F64, dtype: str) -> F64:
    """The distance from |value| to the next larger number of the dtype: one ulp."""
    if dtype not in UNIT:
        return np.ones(values.shape)
    magnitude = np.maximum(np.abs(values), SMALLEST_NORMAL[dtype])
    return np.ldexp(2 * UNIT[dtype], np.frexp(magnitude)[1] - 1)


def narrowed(values: F64, dtype: str, ulps: float | F64) -> F64:
    """What a function may be off by beside the errors of float32 where its type is narrower: so many units of it."""
    if dtype not in UNIT or UNIT[dtype] == WORKING_UNIT[dtype]:
        return np.zeros(values.shape)
    return ulps * spacing(values, dtype)
