"""Sums of products of elements that may be one thing or another: the legal sums, as a set or as an interval."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from trtexp.numerics.alternatives import either, undetermined
from trtexp.numerics.bounded import Alternative, Bounded
from trtexp.numerics.dtypes import F64

MOST = 8  # sums of a whole tensor that are computed one by one

Apply = Callable[[F64, F64, "F64 | None"], F64]
Operands = tuple[Bounded, Bounded, "Bounded | None"]


def over_choices(product: Callable[[Bounded, Bounded, Bounded | None], Bounded], apply: Apply, of: Operands) -> Bounded:
    """The product for each choice among the legal values of its operands, which itself need not know of them.

    Where few elements of the operands have a choice every sum is computed. Else a sum with one of them has its legal
    values, and one with more has the interval between the least and the largest of them: both ends are legal, and the
    bound reaches over what lies between.
    """
    made = product(*_chosen(of, lambda part: part.ref))
    choices = [1 + sum(int(other.where[place]) for other in part.also) for part, place in _unsure(of)]
    if math.prod(choices) <= MOST:
        for choice in itertools.islice(itertools.product(*map(range, choices)), 1, None):
            picked = product(*_chosen(of, partial(_values, _picked(of, choice))))
            made = either(made, picked, np.ones(made.shape, bool))
        return made
    count = _count(apply, of)
    for number in range(max(len(part.also) for part in of if part is not None)):
        other = product(*_chosen(of, partial(_alternative, number)))
        made = either(made, other, count == 1)
    return _between(made, *_ends(apply, of), count > 1)


def _chosen(of: Operands, values: Callable[[Bounded], np.ndarray]) -> Operands:
    """The operands with one legal value each; an element of which anything is legal stays undetermined."""
    x, w, b = (
        part if part is None else replace(part, ref=values(part), undetermined=part.anything, also=()) for part in of
    )
    assert x is not None and w is not None
    return x, w, b


def _unsure(of: Operands) -> Iterator[tuple[Bounded, tuple[int, ...]]]:
    """The elements that have a choice, by their place; no more than are of use."""
    parts = [part for part in of if part is not None]
    found = ((part, tuple(place)) for part in parts for place in np.argwhere(part.undetermined & ~part.anything))
    return itertools.islice(found, MOST)


def _picked(of: Operands, choice: Sequence[int]) -> dict[int, np.ndarray]:
    """The operands' values, by the operand, with the legal value of that number for each element that has a choice."""
    values = {id(part): part.ref.copy() for part in of if part is not None}
    for (part, place), number in zip(_unsure(of), choice, strict=True):
        legal = [part.ref[place], *(other.values[place] for other in part.also if other.where[place])]
        values[id(part)][place] = legal[number]
    return values


def _values(of: Mapping[int, np.ndarray], part: Bounded) -> np.ndarray:
    return of[id(part)]


def _alternative(number: int, part: Bounded) -> np.ndarray:
    """The values with the alternative of that number, where there is one."""
    if number >= len(part.also):
        return part.ref
    return np.where(part.also[number].where, part.also[number].values, part.ref)


def _count(apply: Apply, of: Operands) -> F64:
    """How many terms of each sum have a choice."""
    x, w, b = of
    none = None if b is None else np.zeros(b.shape)
    own = None if b is None else (b.undetermined & ~b.anything).astype(float)
    in_x, in_w = ((part.undetermined & ~part.anything).astype(float) for part in (x, w))
    there_x, there_w = ((part.ref != 0) | part.undetermined for part in (x, w))
    return apply(in_x, there_w.astype(float), own) + apply(there_x.astype(float), in_w, none)


def _ends(apply: Apply, of: Operands) -> tuple[F64, F64]:
    """How far the sums may be below and above those of the operands' first values; infinite if both factors of a term
    may have a choice."""
    x, w, b = of
    first, second = (x, w) if x.also else (w, x)
    if second.also:
        return np.full((), -np.inf), np.full((), np.inf)
    low, high = _reach(first)
    zeros = (None, None) if b is None else (_reach(b) if b.also else (np.zeros(b.shape), np.zeros(b.shape)))
    none = None if b is None else np.zeros(b.shape)
    plus, minus = np.maximum(second.ref, 0.0), np.minimum(second.ref, 0.0)

    def of_both(one: F64, other: F64, more: F64 | None) -> F64:
        return apply(one, other, more) if first is x else apply(other, one, more)

    error = of_both(np.maximum(high, -low), second.bound, none)
    below = of_both(low, plus, zeros[0]) + of_both(high, minus, none) - error
    above = of_both(high, plus, zeros[1]) + of_both(low, minus, none) + error
    return below, above


def _reach(part: Bounded) -> tuple[F64, F64]:
    """How far each element may be below and above its first value."""
    apart = [np.where(other.where, other.values - part.ref, 0.0) for other in part.also]
    return np.minimum.reduce([np.zeros(part.shape), *apart]), np.maximum.reduce([np.zeros(part.shape), *apart])


def _between(made: Bounded, below: F64, above: F64, where: np.ndarray) -> Bounded:
    """Sums that may be anything from so far below to so far above; where that has no end anything is legal."""
    below, above = (np.broadcast_to(end, made.shape) for end in (below, above))
    finite = where & np.isfinite(below) & np.isfinite(above) & np.isfinite(made.ref)
    made = undetermined(made, where & ~finite)
    half = np.where(finite, np.maximum(above, -below) / 2, 0.0)
    if not half.any():
        return made
    wide = (half > 0) & ~made.anything
    ends = tuple(Alternative(np.where(wide, made.ref + end, made.ref), wide) for end in (below, above))
    return replace(
        made,
        bound=made.bound + half,
        typical=made.typical + half,
        certified=made.certified & ~wide,
        undetermined=made.undetermined | wide,
        also=(*made.also, *ends),
    )
