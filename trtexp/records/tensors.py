"""Tensors in records: whole up to `WHOLE` elements, larger ones by digest and extremes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from pydantic import model_validator

from trtexp.definition.network import Array
from trtexp.numerics import UNIT, decode, encode
from trtexp.numerics.dtypes import F64
from trtexp.numerics.format import nested, spelled
from trtexp.numerics.recipe import Recipe
from trtexp.records.facts import Number, Record

WHOLE = 1024  # tensors of up to this many elements are recorded whole, larger ones by digest and extremes
REFERENCE_DIGITS = 12  # float64 sums may differ in their last bits from one numpy to the next

#: Nested lists of numbers as the JSON holds them: NaN and infinities are "NaN", "Infinity" and "-Infinity".
Numbers = Any


class Summary(Record):
    """A tensor that is too large to be recorded whole. sha256: the first 16 digits, of its bytes; None for a reference,
    whose last bits differ from one numpy to the next."""

    elements: int
    smallest: Number
    largest: Number
    sha256: str | None = None


class TensorRecord(Record):
    """dtype, shape and values; `values` is nested like the shape, None above `WHOLE` elements (then see `summary`).

    text: the literals as the YAML has them, nested alike, for expected tensors written as `values`; where these are
    null, nothing is expected.
    made: how a tensor without literals was made.
    """

    dtype: str
    shape: list[int]
    values: Numbers | None = None
    text: list[Any] | str | None = None
    made: Recipe | None = None
    summary: Summary | None = None

    @model_validator(mode="after")
    def _nested(self) -> TensorRecord:
        if self.values is not None and not _fits(self.values, self.shape, gaps=self.text is not None):
            raise ValueError(f"the values are not nested like {self.shape}")
        return self


def is_whole(shape: Sequence[int]) -> bool:
    """Whether a tensor of that shape is recorded whole. One without elements may still be nested beyond all bounds: it
    counts as if each dimension of 0 were 1."""
    return math.prod(max(1, n) for n in shape) <= WHOLE


def numbers(values: np.ndarray) -> Any:
    """An array as nested lists of JSON numbers: the shortest decimals that read back to the same bits."""
    values = np.asarray(values)
    if values.dtype.kind in "biu":
        return values.tolist()
    narrow = values if values.dtype.itemsize >= 4 else values.astype(np.float32)
    flat: list[Any] = narrow.reshape(-1).tolist()
    if narrow.dtype == np.float32 and ((narrow != np.rint(narrow)) | (np.abs(narrow) >= 2**24)).any():
        flat = [float(text) for text in narrow.reshape(-1).astype("U")]
    if not np.isfinite(narrow).all():
        flat = [spelled(x) for x in flat]
    return nested(flat, list(values.shape))


def short(values: Any, digits: int) -> Any:
    """Measured numbers as JSON, rounded to so many significant digits; nested as they are."""
    array = np.asarray(values, dtype=np.float64)
    whole = (np.abs(array) < 10.0**digits) & (array == np.rint(array))
    if not whole.all():
        array = np.array([float(f"{x:.{digits - 1}e}") for x in array.reshape(-1)]).reshape(array.shape)
    return numbers(array)


def _fits(values: Any, shape: Sequence[int], gaps: bool) -> bool:
    level = [values]
    for length in shape:
        if not all(isinstance(value, list) and len(value) == length for value in level):
            return False
        level = list(chain.from_iterable(level))
    return not {list, dict, *(() if gaps else (type(None),))} & set(map(type, level))


def array(record: TensorRecord) -> np.ndarray:
    """The values of a record as float64: the strings for NaN and the infinities are read back, null is NaN."""
    return np.array(_floats(record.values), dtype=np.float64).reshape(record.shape)


def has_gaps(record: TensorRecord) -> bool:
    """Whether nothing is expected of some elements."""
    return None in np.array(record.values, dtype=object).reshape(-1)


def tensor(record: TensorRecord) -> Array:
    """The tensor of a record that holds its values, with the bits that it had."""
    if record.dtype in UNIT:
        return encode(array(record), record.dtype)
    return encode(np.array(record.values, dtype=np.int64).reshape(record.shape), record.dtype)


def _floats(values: Any) -> Any:
    return [_floats(v) for v in values] if isinstance(values, list) else float("nan" if values is None else values)


def tensor_record(tensor: Array, made: Recipe | None = None, text: Any = None) -> TensorRecord:
    """An array as a record; what is not recorded whole keeps a digest and its extremes, if it has elements."""
    shape = list(tensor.shape)
    if is_whole(shape):
        return TensorRecord(dtype=tensor.dtype, shape=shape, values=numbers(decode(tensor)), made=made, text=text)
    if not tensor.size:
        return TensorRecord(dtype=tensor.dtype, shape=shape, made=made)
    digest = hashlib.sha256(tensor.to_bytes()).hexdigest()[:16]
    summary = summarised(decode(tensor).astype(np.float64), digest)
    return TensorRecord(dtype=tensor.dtype, shape=shape, made=made, summary=summary)


def summarised(values: F64, sha256: str | None = None) -> Summary:
    """The extremes of many numbers, to 9 digits."""
    with np.errstate(invalid="ignore"):
        low, high = (short(extreme(values), 9) for extreme in (np.nanmin, np.nanmax))
    return Summary(elements=values.size, smallest=low, largest=high, sha256=sha256)
