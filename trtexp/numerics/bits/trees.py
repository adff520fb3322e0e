"""In which order a tactic adds the terms of a dot product: read off its results, kept as data, told in words.

Reading: term i is made huge, term j its negative, all others 1. A 1 that is added while the huge number is there is
lost, so that the result is the number of terms which join after i and j have met, and n minus it the size of the
smallest sum that holds both. Source of the trick: FPRev, USENIX ATC 2025.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Union

import numpy as np

#: How many terms the smallest sum has that holds a term and each of some others; -1 where the answer is no number.
Sizes = Callable[[int, list[int]], list[int]]


class NotATree(ValueError):
    """Results that no order of summation gives: Winograd, FFT."""


@dataclass(frozen=True)
class Sum:
    """A running sum. steps: in order; what a step holds is added at once, terms by their index and other sums.

    Where two sums become one, the one with the lowest term goes on, and the other is a step of it.
    """

    steps: tuple[tuple[Union[int, Sum], ...], ...]

    @property
    def terms(self) -> list[int]:
        """All terms, in the order in which they are added."""
        return list(_terms(self))


def _terms(sum: Sum) -> Iterator[int]:
    for step in sum.steps:
        for part in step:
            yield from [part] if isinstance(part, int) else _terms(part)


def read(terms: int, sizes: Sizes) -> Sum:
    """The tree of a dot product of some terms, with as few questions as its form needs: n - 1 for one running sum in
    ascending order, n (n - 1) / 2 at the worst. Raises NotATree."""
    if terms == 1:
        return Sum(((0,),))
    return _oriented(_read(list(range(terms)), sizes)[0])


def from_sizes(sizes: np.ndarray) -> Sum:
    """The tree behind a matrix (n, n) of the sizes of the smallest sums that hold two terms. Raises NotATree unless all
    of the matrix follows from the tree."""
    tree = read(len(sizes), lambda i, others: [int(sizes[i, j]) for j in others])
    if not np.array_equal(_sizes(tree, len(sizes)), np.where(np.eye(len(sizes), dtype=bool), 0, sizes)):
        raise NotATree("some pairs of terms meet elsewhere than the others say")
    return tree


def _read(among: list[int], sizes: Sizes) -> tuple[Sum, int]:
    """The tree of some terms, and the size of the smallest sum in which all of them are."""
    first, *others = among
    if not others:
        return Sum(((first,),)), 1
    meet = dict(zip(others, sizes(first, others), strict=True))
    tree, size = Sum(((first,),)), 1
    for at in sorted(set(meet.values())):
        group = [term for term, found in meet.items() if found == at]
        if at <= size or at < 0:
            raise NotATree(f"terms {first} and {group[0]} meet in a sum of {at} terms")
        other, within = _read(group, sizes)
        if within > at:
            raise NotATree(f"terms {group[0]} and {group[-1]} meet in a sum of {within} terms, outside of one of {at}")
        tree, size = _met(tree, other, at == within), at
    return tree, size


def _met(left: Sum, right: Sum, at_once: bool) -> Sum:
    """Two trees that meet. at_once: what meets last in the right one does so in the very same step."""
    parts = [*_parts(left, False), *_parts(right, at_once)]
    sums = [part for part in parts if isinstance(part, Sum)]
    terms = tuple(part for part in parts if not isinstance(part, Sum))
    if not sums:
        return Sum((terms,)) if at_once else Sum(tuple((term,) for term in terms))
    if len(sums) == 1:
        return Sum((*sums[0].steps, terms))
    if len(sums) == 2 and not terms:
        return Sum((*sums[0].steps, (sums[1],)))
    return Sum(((*sums, *terms),))


def _parts(tree: Sum, apart: bool) -> list[int | Sum]:
    """What a tree brings to a step: itself, or, if they are apart, what its last step adds and all before."""
    if len(tree.steps) == 1 and (apart or len(tree.steps[0]) == 1):
        return list(tree.steps[0])
    if not apart:
        return [tree]
    return [*_parts(Sum(tree.steps[:-1]), False), *tree.steps[-1]]


def _oriented(tree: Sum) -> Sum:
    """The first two of single terms come in the direction of the third: their results do not say which was first."""
    steps = tuple(tuple(_oriented(part) if isinstance(part, Sum) else part for part in step) for step in tree.steps)
    heads = [step[0] for step in steps[:3] if len(step) == 1 and isinstance(step[0], int)]
    if len(heads) == 3 and (heads[0] < heads[1]) != (heads[1] < heads[2]):
        steps = (steps[1], steps[0], *steps[2:])
    return Sum(steps)


def _sizes(tree: Sum, terms: int) -> np.ndarray:
    """The matrix that a tree gives."""
    found = np.zeros((terms, terms), int)

    def met(part: int | Sum) -> list[int]:
        if isinstance(part, int):
            return [part]
        held: list[int] = []
        for step in part.steps:
            groups = [*([held] if held else []), *map(met, step)]
            held = [term for group in groups for term in group]
            for at, group in enumerate(groups):
                later = [term for other in groups[at + 1 :] for term in other]
                found[np.ix_(group, later)] = found[np.ix_(later, group)] = len(held)
        return held

    met(tree)
    return found


def running(terms: list[int], block: int = 1) -> Sum:
    """One running sum of some terms, in their order, so many at once."""
    return Sum(tuple(tuple(terms[at : at + block]) for at in range(0, len(terms), block)))
