"""Questions with one right answer: which operations are exact, and on which numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from trtexp.bench.accuracy.device import Function, tensor
from trtexp.definition.steps import Member, Value
from trtexp.numerics import F64, VALUE_DTYPES

Given = dict[str, np.ndarray]
SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 3.0, 0.5)


def questions(dtype: str) -> tuple[list[Function], Given]:
    """Functions, and what each is given, of a type."""
    asked: list[Function] = []
    given: Given = {}
    for name, operation, right, numbers in _questions(dtype):
        names = tuple(f"{name}: {i}" for i in range(len(numbers)))
        given |= {n: np.atleast_1d(x).astype(VALUE_DTYPES[dtype]) for n, x in zip(names, numbers, strict=True)}
        asked.append(_function(name, operation, right, names))
    return asked, given


def _function(name: str, operation: str, right: Callable[..., F64], names: tuple[str, ...]) -> Function:
    if len(names) == 1:
        arguments: dict[str, Value] = {"input": tensor(names[0]), "op": Member("UnaryOperation", operation)}
        return Function(name, "add_unary", arguments, names, right)
    arguments = {
        "input1": tensor(names[0]),
        "input2": tensor(names[1]),
        "op": Member("ElementWiseOperation", operation),
    }
    return Function(name, "add_elementwise", arguments, names, right)


def _floored(a: F64, b: F64) -> F64:
    """Exact where a and b are whole and small, or halves of such."""
    return np.floor_divide(a, b)


def _questions(dtype: str) -> Iterator[tuple[str, str, Callable[..., F64], tuple[np.ndarray, ...]]]:
    rng = np.random.default_rng(11)
    any_number = rng.uniform(1, 2, 4096) * rng.choice([-1.0, 1.0], 4096)
    spread = np.exp2(rng.integers(-6, 7, (2, 4096))) * rng.uniform(1, 2, (2, 4096))
    powers = np.exp2(rng.integers(-8, 9, 4096))
    low = -126 if dtype == "float32" else -14
    tops, bottoms = np.exp2(rng.integers(low, low + 8, 4096)), np.exp2(rng.integers(1, 8, 4096))
    small = _grid(np.arange(-64, 65), np.concatenate([np.arange(-32, 0), np.arange(1, 33)]))
    multiples = (small[0] * small[1], small[1])
    below = (np.nextafter(multiples[0].astype(dtype), dtype_of(dtype, -np.inf)).astype(float), multiples[1])
    whole = np.arange(0.0, 46.0 if dtype == "float16" else 4096.0)
    yield "DIV by 1", "DIV", np.divide, (any_number, np.ones(4096))
    yield "DIV by powers of two", "DIV", np.divide, (any_number, powers)
    yield "DIV by powers of two, subnormal results", "DIV", np.divide, (any_number * tops, bottoms)
    yield "DIV of subnormal numbers by themselves", "DIV", np.divide, (tops / 256, tops / 256)
    yield "DIV of a power of two by any number", "DIV", np.divide, (powers, any_number)
    yield "DIV of small whole numbers", "DIV", np.divide, small
    yield "DIV of multiples", "DIV", np.divide, multiples
    yield "DIV of any numbers", "DIV", np.divide, (spread[0], spread[1])
    for divisor in (3.0, 7.0, 10.0):
        yield f"DIV by {divisor:g}, a dimension of 1", "DIV", np.divide, (np.arange(-512.0, 513.0), np.array([divisor]))
    yield "FLOOR_DIV of small whole numbers", "FLOOR_DIV", _floored, small
    yield "FLOOR_DIV of multiples", "FLOOR_DIV", _floored, multiples
    yield "FLOOR_DIV just below multiples", "FLOOR_DIV", _floored, below
    yield "PROD of any numbers", "PROD", np.multiply, (spread[0], spread[1])
    yield "PROD by powers of two, subnormal results", "PROD", np.multiply, (any_number * tops, 1 / bottoms)
    yield "SUM of any numbers", "SUM", np.add, (spread[0], spread[1])
    yield "SUB of any numbers", "SUB", np.subtract, (spread[0], spread[1])
    yield "SQRT of squares", "SQRT", np.sqrt, (whole**2,)
    yield "SQRT of any numbers", "SQRT", np.sqrt, (np.abs(spread[0]),)
    yield "RECIP of powers of two", "RECIP", np.reciprocal, (powers,)
    yield "RECIP of any numbers", "RECIP", np.reciprocal, (any_number,)
    yield "POW to 0", "POW", np.power, (any_number, np.zeros(4096))
    yield "POW to 1", "POW", np.power, (spread[0], np.ones(4096))
    yield "POW to 2", "POW", np.power, (spread[0], np.full(4096, 2.0))
    yield "POW to 2, a dimension of 1", "POW", np.power, (spread[0], np.array([2.0]))
    yield "POW to -1", "POW", np.power, (spread[0], np.full(4096, -1.0))
    yield "POW to a half, of squares", "POW", np.power, (whole**2, np.full(whole.size, 0.5))
    yield "POW of small whole numbers", "POW", np.power, _grid(np.arange(1, 7), np.arange(-2, 6))
    yield "POW of powers of two", "POW", np.power, _grid(np.exp2(np.arange(-3, 4)), np.arange(-4, 5))
    yield "POW of negative whole numbers", "POW", np.power, _grid(np.arange(-6, 0), np.arange(-2, 6))
    yield "LOG of powers of two", "LOG", np.log, (powers,)
    yield "ROUND of halves", "ROUND", np.rint, (np.arange(-64.5, 65.5),)
    pairs = _grid(np.array(SPECIAL), np.array(SPECIAL))
    for operation, right in (
        ("POW", np.power),
        ("DIV", np.divide),
        ("FLOOR_DIV", lambda a, b: np.floor(a / b)),
        ("MAX", np.maximum),
        ("MIN", np.minimum),
        ("PROD", np.multiply),
        ("SUM", np.add),
    ):
        yield f"{operation} of special numbers", operation, right, pairs


def _grid(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every a with every b."""
    first, second = np.meshgrid(a.astype(float), b.astype(float))
    return first.reshape(-1), second.reshape(-1)


def dtype_of(dtype: str, value: float) -> np.ndarray:
    """A scalar of the dtype."""
    return np.asarray(value, VALUE_DTYPES[dtype])
