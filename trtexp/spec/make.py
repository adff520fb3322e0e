"""Generator -> tensor: the numbers as their author wrote them, in float64, and the bits that the device gets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from trtexp.definition.network import Array
from trtexp.layers.base import Model
from trtexp.layers.tensor import TensorAttributes
from trtexp.numerics import F64, UNIT, Bounded, Mask, decode, encode, half_unit, known
from trtexp.numerics.budget import Budget, Work
from trtexp.numerics.format import spelled
from trtexp.numerics.recipe import Recipe
from trtexp.spec.arrays import Arrays
from trtexp.spec.errors import nearest
from trtexp.spec.hints import no_number
from trtexp.spec.sources import check_shape, from_file, random, special
from trtexp.spec.tensors import GENERATORS, Generator, Operand, Powers, TensorError
from trtexp.spec.tree import Number

MOST_EXPONENT = 1100  # of `powers`: 2**-1074 is the smallest float64


@dataclass(frozen=True, eq=False)
class Made:
    """A tensor as its author wrote it, and as the device gets it.

    decimals: float64 (int64 for whole numbers); text: the literals, nested like the values, None for generators.
    given: which of the literals are there, None for all; the others are null, and 0 here. made: how a generator made
    it. declared: the shape that a network input is built for, if it is another. set: what is assigned to the input.
    """

    decimals: np.ndarray
    array: Array
    text: Any = None
    given: Mask | None = None
    made: Recipe | None = None
    declared: tuple[int, ...] | None = None
    set: TensorAttributes = field(default_factory=TensorAttributes)
    _half_units: dict[str, F64] = field(default_factory=dict, repr=False)

    @cached_property
    def known(self) -> Bounded:
        """The same for the reference."""
        return known(self.array, self.decimals)

    def half_units(self, dtype: str) -> F64:
        """Half a unit of the last digit of each literal, as a number of a dtype; of what was made by a formula, how far
        the dtype's number is from it. Computed once.

        float64 has few decimals exactly: half a unit is what it takes to reach a number that is just that far off.
        """
        if dtype not in self._half_units:
            half = self._rounding(dtype) if self.text is None else self._of_digits(self.text, dtype)
            near = np.spacing(np.abs(self.decimals.astype(np.float64)))
            self._half_units[dtype] = half + np.where(half > 0, near, 0.0)
        return self._half_units[dtype]

    def _of_digits(self, text: Any, dtype: str) -> F64:
        units = [half_unit(str(each), dtype) for each in np.array(text, dtype=object).reshape(-1)]
        return np.array(units, np.float64).reshape(self.decimals.shape)

    def _rounding(self, dtype: str) -> F64:
        values = np.asarray(self.decimals, np.float64)
        if dtype not in UNIT:
            return np.zeros(values.shape)
        with np.errstate(over="ignore", invalid="ignore"):
            far = np.abs(decode(encode(values, dtype)).astype(np.float64) - values)
        return np.where(np.isfinite(far), far, 0.0)


@dataclass(frozen=True)
class Making:
    """What a tensor is made of: tensors by name, files of a folder (the last one read is kept), what the budget has."""

    named: Mapping[str, Made]
    folder: Path
    budget: Budget
    files: dict[str, Arrays] = field(default_factory=dict)


def make(model: Generator, dtype: str, making: Making, shape: list[int] | None = None, gaps: bool = False) -> Made:
    """Build a tensor. shape: the one to fill if the generator has none of its own. gaps: literals may be null.

    Raises TensorError.
    """
    wanted = shape if model.shape is None else model.shape
    name = generator(model)
    if wanted is not None:
        check_shape(wanted)
    text = _text(model.values) if name == "values" else None
    given: Mask | None = None
    if gaps and name == "values":
        given = _given(model.values)
        model = model.model_copy(update={"values": _filled(model.values)})
    try:
        with np.errstate(all="ignore"):  # infinities and NaNs are values like others
            decimals = _values(model, name, dtype, wanted, making)
        making.budget.keep(decimals.size)
    except TensorError:
        raise
    except (ValueError, OverflowError, MemoryError) as error:
        raise TensorError((name,), str(error) or "more than the memory holds") from error
    if wanted is not None:
        if decimals.size != math.prod(wanted):
            raise TensorError((name,), f"{decimals.size} values do not fit the shape {wanted} of {math.prod(wanted)}")
        if name == "values" and decimals.ndim > 1 and list(decimals.shape) != list(wanted):
            raise TensorError((name,), f"values nested as {list(decimals.shape)} do not fit the shape {wanted}")
    try:
        decimals = decimals if wanted is None else decimals.reshape(wanted)
        array = encode(decimals, dtype)
    except ValueError as error:
        raise TensorError((name,), str(error)) from error
    if given is not None:
        given = None if given.all() else given.reshape(decimals.shape)
    return Made(decimals, array, text, given, None if name == "values" else recipe(model))


def declared(model: Generator, made: Made) -> tuple[int, ...] | None:
    """The shape that an input is built for, which its values' shape meets. Raises TensorError."""
    shape = getattr(model, "declared", None)
    if shape is None:
        return None
    actual = made.array.shape
    if len(shape) != len(actual) or any(n not in (-1, m) for n, m in zip(shape, actual, strict=True)):
        raise TensorError(("declared",), f"{shape} does not take the shape {list(actual)}; give -1 or its numbers")
    return tuple(shape)


def generator(model: Generator) -> str:
    """The name of the one generator that is given. Raises TensorError if there is none or more than one."""
    given = [name for name in GENERATORS if name in model.model_fields_set]
    if len(given) == 1:
        return given[0]
    what = "no values" if not given else " and ".join(given)
    raise TensorError(tuple(given[1:2]), f"{what} given; give exactly one of: {', '.join(GENERATORS)}")


def recipe(model: Generator) -> Recipe:
    """What was written, as plain data."""
    name = generator(model)
    value = getattr(model, name)
    if name == "values":
        return Recipe(name)
    if isinstance(value, Model) and not isinstance(value, Generator):
        given = (key for key in type(value).model_fields if key in value.model_fields_set)
        return Recipe(name, arguments={key: _operand(getattr(value, key)) for key in given})
    return Recipe(name, _operand(value))


def _operand(value: Any) -> Any:
    """Whole numbers as such, however they were written; NaN and infinities as JSON has them."""
    if isinstance(value, Generator):
        return recipe(value)
    if isinstance(value, list):
        return [_operand(item) for item in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else spelled(float(value))
    return value


def _values(model: Generator, name: str, dtype: str, shape: list[int] | None, making: Making) -> np.ndarray:
    """The values in float64. What may be large is asked for before it is made. Raises TensorError, OverBudget."""
    value = getattr(model, name)
    if name == "values":
        return _literal(value)
    if name == "powers":
        return _powers(value, making.budget)
    if name == "eye":
        check_shape([value])
        making.budget.begin(Work(value * value))
        return np.eye(value)
    if name == "special":
        return np.array([x for kind in value for x in special(kind, dtype)])
    if name == "file":
        return from_file(value, making.folder, making.budget, making.files)

    def operand(inner: Operand, *path: str | int) -> np.ndarray:
        if isinstance(inner, str):
            if inner not in making.named:
                raise TensorError((name, *path), f"no tensor {inner!r} above this one; {nearest(inner, making.named)}")
            return making.named[inner].decimals
        try:
            return make(inner, dtype, making).decimals
        except TensorError as error:
            raise TensorError((name, *path, *error.path), str(error)) from error

    if name == "negate":
        return _times(operand(value), -1, dtype)
    if name == "scale":
        return _times(operand(value.of, "of"), value.by, dtype)
    if name == "transpose":
        return np.transpose(operand(value.of, "of"), value.perm)
    if name == "tile":
        part = operand(value.of, "of")
        check_shape(value.reps)
        making.budget.begin(
            Work(part.size * math.prod(max(1, n) for n in value.reps))
        )  # numpy tiles one axis at a time
        return np.tile(part, value.reps)
    if name in ("concat", "stack"):
        parts = [operand(inner, "of", i) for i, inner in enumerate(value.of)]
        making.budget.begin(Work(sum(part.size for part in parts)))
        return (np.concatenate if name == "concat" else np.stack)(parts, axis=value.axis)  # type: ignore[operator]
    if shape is None:
        raise TensorError((name,), f"{name} needs a shape")
    count = math.prod(shape)
    making.budget.begin(Work(count))
    if name == "full":
        return np.full(count, float(value) if isinstance(value, int) and not _fits(value) else value)
    if name == "arange":
        start, step = (int(x) if float(x).is_integer() else x for x in (value.start, value.step))
        if isinstance(start, int) and isinstance(step, int) and _fits(start, step, start + step * count):
            return start + np.arange(count) * step
        return float(start) + np.arange(count) * float(step)
    if name == "linspace":
        return np.linspace(value.start, value.stop, count)
    return random(value, count)


def _fits(*values: int) -> bool:
    """Whether int64 has them all."""
    return all(-(2**63) <= x < 2**63 for x in values)


def _times(values: np.ndarray, factor: float, dtype: str) -> np.ndarray:
    """Values times a factor; a float type tells -0 from 0, and whole numbers of other types are exact if int64 has
    them all."""
    whole = dtype not in UNIT and values.dtype == np.int64 and values.size > 0
    if whole and isinstance(factor, int) and _fits(int(values.min()) * factor, int(values.max()) * factor):
        return values * factor
    return np.multiply(values, factor, dtype=np.float64)


def _powers(value: Powers, budget: Budget) -> np.ndarray:
    step = 1 if value.last >= value.first else -1
    count, largest = abs(value.last - value.first) + 1, max(abs(value.first), abs(value.last))
    if not math.isfinite(value.base) or largest > MOST_EXPONENT:
        raise TensorError(("powers",), f"give a finite base, and exponents from -{MOST_EXPONENT} to {MOST_EXPONENT}")
    text = getattr(value.base, "text", "")
    base = Fraction(text if value.base and 0 < len(text) <= 40 else repr(float(value.base)))
    bits = base.numerator.bit_length() + base.denominator.bit_length()
    budget.spend("products", count * largest * bits)
    try:
        return np.array([float(base**k) for k in range(value.first, value.last + step, step)])
    except (ZeroDivisionError, OverflowError) as error:
        said = f"{value.base:g} to a power from {value.first} to {value.last}: {error}"
        raise TensorError(("powers",), said) from error


def _literal(value: Any) -> np.ndarray:
    """Nested lists of numbers as an array; a fault names the first list that does not fit its neighbours."""

    def shape_of(items: Any, path: tuple[int, ...]) -> tuple[int, ...]:
        if isinstance(items, list):
            shapes = [shape_of(item, (*path, i)) for i, item in enumerate(items)]
            for i, shape in enumerate(shapes):
                if shape != shapes[0]:
                    of = f"{list(shape)} beside {list(shapes[0])}" if shape or shapes[0] else "a number beside a list"
                    raise TensorError(("values", *path, i), f"rows of different shape: {of}")
            return (len(items), *(shapes[0] if shapes else ()))
        if not isinstance(items, (int, float)):
            raise TensorError(("values", *path), no_number(items))
        return ()

    shape = shape_of(value, ())
    array = np.array(value, dtype=object).reshape(shape) if shape else np.array(value, dtype=object)
    kinds = {type(x) for x in array.reshape(-1)}
    if kinds == {bool}:
        return array.astype(bool)
    if kinds <= {int, bool} and all(-(2**63) <= x < 2**63 for x in array.reshape(-1)):
        return array.astype(np.int64)
    return array.astype(np.float64)


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return value.text if isinstance(value, Number) else "null" if value is None else str(value).lower()


def _given(value: Any) -> Mask:
    """Which of nested literals are there; rows of different shape are told of by `_literal`."""
    if isinstance(value, list) and all(isinstance(item, list) for item in value):
        return np.concatenate([np.zeros(0, bool), *(_given(item).reshape(-1) for item in value)])
    return np.array([item is not None for item in value] if isinstance(value, list) else value is not None)


def _filled(value: Any) -> Any:
    """Nested literals with 0 in the place of null."""
    return [_filled(item) for item in value] if isinstance(value, list) else 0 if value is None else value
