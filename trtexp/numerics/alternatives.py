"""Sets of legal values: elements that may be one thing or another, and elements that may be anything."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from trtexp.numerics.bounded import Alternative, Bounded
from trtexp.numerics.dtypes import Mask

MOST_CHOICES = 16  # among the legal values of several inputs; of what has more anything is legal


def same(a: np.ndarray, b: np.ndarray) -> Mask:
    """Where two values are one number, or both NaN."""
    both: Mask = (a == b) | ((a != a) & (b != b))
    return both


def undetermined(x: Bounded, where: Mask) -> Bounded:
    """x, of which anything is legal where `where` holds."""
    if not where.any():
        return x
    also = (Alternative(other.values, other.where & ~where) for other in x.also)
    return replace(
        x,
        certified=x.certified & ~where,
        undetermined=x.undetermined | where,
        also=tuple(other for other in also if other.where.any()),
    )


def either(x: Bounded, other: Bounded, where: Mask) -> Bounded:
    """x, of which the legal values of `other` are legal, too, where `where` holds; each within the larger error."""
    made = undetermined(x, where & other.anything)
    for values, legal in [(other.ref, where), *((more.values, where & more.where) for more in other.also)]:
        made = _joined(made, values, legal & ~made.anything & ~same(values, x.ref))
    bound, typical, slack = (
        np.where(where, np.maximum(getattr(x, kind), getattr(other, kind)), getattr(x, kind))
        for kind in ("bound", "typical", "slack")
    )
    certified = x.certified & (other.certified | ~where) & ~made.undetermined
    return replace(made, bound=bound, typical=typical, slack=slack, certified=certified)


def _joined(x: Bounded, values: np.ndarray, where: Mask) -> Bounded:
    """One more alternative where it is new, put beside the first that stands elsewhere."""
    for other in x.also:
        where = where & ~(other.where & same(values, other.values))
    if not where.any():
        return x
    also = list(x.also)
    for i, other in enumerate(also):
        if not (other.where & where).any():
            also[i] = Alternative(np.where(where, values, other.values), other.where | where)
            break
    else:
        also.append(Alternative(np.broadcast_to(values, x.shape), np.broadcast_to(where, x.shape)))
    return replace(x, undetermined=x.undetermined | where, also=tuple(also))


def elementwise(evaluate: Callable[[Sequence[Bounded]], Bounded], inputs: Sequence[Bounded]) -> Bounded:
    """A function of corresponding elements, for each choice among the legal values of its inputs.

    `evaluate` need not know of them. Where anything is legal of an input, anything is of the result.
    """
    plain = [replace(x, undetermined=np.zeros(x.shape, bool), also=()) if x.undetermined.any() else x for x in inputs]
    made = evaluate(plain)
    if all(x is y for x, y in zip(plain, inputs, strict=True)):
        return made
    few = np.prod([1 + len(x.also) for x in inputs]) <= MOST_CHOICES
    for others in list(itertools.product(*((None, *x.also) for x in inputs)))[1:] if few else []:
        chosen, where = list(plain), np.ones(made.shape, bool)
        for i, other in enumerate(others):
            if other is not None:
                chosen[i] = replace(plain[i], ref=np.where(other.where, other.values, plain[i].ref))
                where = where & other.where
        made = either(made, evaluate(chosen), where)
    lost = np.logical_or.reduce([np.broadcast_to(x.anything if few else x.undetermined, made.shape) for x in inputs])
    return undetermined(made, lost)
