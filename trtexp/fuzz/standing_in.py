"""The references as a device: answers that are legal to the very edge of the bound, and others that are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from trtexp.definition.network import Array
from trtexp.engine.outcome import Outcome
from trtexp.numerics import LARGEST, UNIT, Bounded, decode, encode, spacing
from trtexp.numerics.integers import RANGE
from trtexp.spec.case import Case

MOST_LIES = 2  # about one network
INSIDE, BEYOND = 0.9, 1.1  # of the bound
Tensors = Mapping[str, Array]


def legal(case: Case, turn: int) -> Outcome:
    """What a device may answer. turn: which of the legal answers; two of three go to the edges of their bounds."""
    tensors = case.evaluation().tensors
    outputs = {name: _legal(tensors[name], turn) for name in case.definition.outputs if name in tensors}
    inferred = {name: (array.dtype, array.shape) for name, array in outputs.items()}
    return Outcome("ran", outputs=outputs, inferred=inferred)


def lies(case: Case, told: Outcome, turn: int) -> Iterator[tuple[str, Outcome]]:
    """Answers that are wrong in one thing each, by what it is; one output of them."""
    tensors = case.evaluation().tensors
    names = sorted(told.outputs)
    if not names:
        return
    name = names[turn % len(names)]
    array, reference = told.outputs[name], tensors[name]
    lost = {other: values for other, values in told.outputs.items() if other != name}
    made = [(lie, {**lost, name: wrong}) for lie, wrong in _wrong(array, reference, turn)]
    made.append(("it did not come back", lost))
    for i in range(MOST_LIES):
        lie, outputs = made[(turn + i) % len(made)]
        yield lie, replace(told, outputs=outputs)


def _legal(x: Bounded, turn: int) -> Array:
    """A legal value of each element."""
    values = x.ref
    for other in x.also if turn % 2 else ():
        values = np.where(other.where, other.values, values)
    if x.dtype not in UNIT or turn % 3 == 0:
        return encode(values, x.dtype)
    signs = np.where(np.arange(values.size).reshape(values.shape) % 2 == turn % 2, 1.0, -1.0)
    free = ~(x.certified | x.undetermined) & np.isfinite(x.ref) & np.isfinite(x.bound)
    with np.errstate(all="ignore"):
        moved = np.where(free, values + INSIDE * signs * x.bound, values)
        near = decode(encode(moved, x.dtype)).astype(np.float64)
        fits = np.isfinite(near) & (np.abs(near - x.ref) <= x.bound)
    return encode(np.where(free & fits, near, values), x.dtype)


def _wrong(array: Array, x: Bounded, turn: int) -> Iterator[tuple[str, Array]]:
    """The tensor with one element wrong, in each way that there is; then in another form."""
    values = decode(array)
    sure = np.flatnonzero(~x.undetermined.reshape(-1))
    if sure.size:
        at = int(sure[turn % sure.size])
        for lie, number in _numbers(x, at):
            changed = np.array(values).reshape(-1)
            changed[at] = number
            yield lie, Array(array.dtype, array.shape, _bits(changed.reshape(array.shape), array.dtype))
    yield "an axis more", Array(array.dtype, (1, *array.shape), array.bits)
    if len(set(array.shape)) > 1:
        yield "another order of axes", Array(array.dtype, array.shape[::-1], array.bits)
    if array.dtype == "float32":
        yield "another type", Array("int32", array.shape, array.bits.view(np.int32))


def _numbers(x: Bounded, at: int) -> Iterator[tuple[str, float | int]]:
    """Wrong numbers for an element."""
    value, bound = x.ref.reshape(-1)[at], float(x.bound.reshape(-1)[at])
    if x.dtype == "bool":
        yield "the other truth", int(not value)
    elif x.dtype not in UNIT:
        low, high = RANGE[x.dtype]
        whole = int(min(bound, 2.0**62)) + 1
        if int(value) + whole <= high:
            yield "beyond the bound", int(value) + whole
        elif int(value) - whole >= low:
            yield "beyond the bound", int(value) - whole
    elif np.isnan(value):
        yield "a number for NaN", 1.0
    elif np.isinf(value):
        yield "another infinity", -value
        yield "a number for an infinity", 1.0
    elif np.isfinite(bound):
        largest = LARGEST[x.dtype]
        step = BEYOND * bound + float(spacing(np.asarray(abs(value) + bound), x.dtype))
        if abs(value) + step < largest:
            yield "beyond the bound", float(value) + step
            yield "beyond the bound below", float(value) - step
        if x.dtype != "float4e2m1":
            yield "NaN for a number", np.nan
        if abs(value) + 2 * step < largest and x.dtype in ("float32", "float16", "bfloat16"):
            yield "an infinity for a number", np.inf


def _bits(values: np.ndarray, dtype: str) -> np.ndarray:
    return encode(values.astype(np.float64) if dtype in UNIT else values, dtype).bits
