"""What the reference of a layer takes: its operands, and what the device is granted."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Protocol, Union

from trtexp.numerics import UNIT, Arithmetic, Bounded, Family
from trtexp.numerics.budget import Budget

#: An operand that may be missing.
Maybe = Union[Bounded, None]
#: A tensor or a weights array, all inputs of a variadic layer, or arrays by name; None if it is missing.
Operand = Union[Bounded, tuple[Bounded, ...], Mapping[str, Bounded], None]


class LayerError(ValueError):
    """A constraint that does not hold: `path` is the place below the layer, the message says what is allowed."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path


class Tensors(Protocol):
    """The values of a network's tensors, computed when they are asked for."""

    layers: Mapping[str, Any]  # models of layers
    weights: Mapping[str, Bounded]
    arithmetic: Arithmetic
    budget: Budget

    def value(self, tensor: str) -> Bounded: ...

    def codes(self, tensor: str) -> str | None:
        """The type of the codes that a tensor was dequantized from, if it was."""
        ...

    def refused_by(self, layer: str, family: Family, error: LayerError) -> None:
        """Take in what a family of releases refuses of a layer where no release is known."""
        ...

    def once(self, loop: str, make: Callable[[], list[Tensors]]) -> list[Tensors]:
        """The iterations of a loop, made when they are asked for first."""
        ...

    def inside(self, known: Mapping[str, Bounded], varying: frozenset[str]) -> Tensors:
        """The same network in which some tensors have other values, and the layers `varying` depend on them."""
        ...


def integers(x: Bounded) -> list[int]:
    """The numbers of a tensor that tells a shape, indices along an axis, or axes."""
    return [int(n) for n in x.ref.reshape(-1)]


def no_vector(x: Bounded) -> str:
    """Why a tensor tells neither a shape nor axes; empty if it does."""
    if x.dtype in ("int32", "int64") and len(x.shape) == 1:
        return ""
    return f"{x.dtype} {list(x.shape)} given; give a vector of int32 or int64"


def of_indices(argument: str | None, final: str) -> bool:
    """Whether members of DataType are types of indices: the one that a constructor is given, and the last one."""
    return {argument or final, final} <= {"INT32", "INT64"}


def masked_axes(mask: int, rank: int) -> list[int]:
    """The axes that a bit mask names, below a rank."""
    return [axis for axis in range(rank) if mask >> axis & 1]


def spread(*operands: Operand) -> int:
    """The elements that operands have together, or those that they broadcast to if these are more."""
    shapes = [x.shape for operand in operands for x in _each(operand)]
    axes = itertools.zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1)
    return max(sum(map(math.prod, shapes)), math.prod(map(max, axes)))


def _each(operand: Operand) -> Iterable[Bounded]:
    if isinstance(operand, Bounded):
        return (operand,)
    return operand.values() if isinstance(operand, Mapping) else operand or ()


def granted(evaluate: Callable[..., Any], **grants: Any) -> dict[str, Any]:
    """Those of the grants that a reference asks for by name."""
    return {name: value for name, value in grants.items() if name in _parameters(evaluate)}


@cache
def _parameters(evaluate: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(evaluate).parameters)


def each_float(change: Callable[[Bounded], Bounded], operand: Operand) -> Operand:
    """An operand with a change of all its tensors of floats."""
    if isinstance(operand, Bounded):
        return change(operand) if operand.dtype in UNIT else operand
    if isinstance(operand, tuple):
        return tuple(change(x) if x.dtype in UNIT else x for x in operand)
    if operand is not None:
        return {name: change(x) if x.dtype in UNIT else x for name, x in operand.items()}
    return None
