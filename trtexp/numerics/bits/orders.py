"""A tree in words: `blocks of 16, k ascending`, `channel ascending, then row, column`, `2 sums of 32 terms each`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations, product

import numpy as np

from trtexp.numerics.bits.trees import Sum


def described(tree: Sum, axes: Mapping[str, int]) -> str:
    """One line for a tree. axes: the names and extents of what the terms run over, outermost first, as they are
    counted: `{"channel": 8, "row": 3, "column": 3}`."""
    sums = _sums(tree)
    order = _order([term for sum in sums for term in sum.terms], axes)
    blocks = _blocks(tree)
    what = [f"blocks of {blocks}"] if blocks > 1 else []
    if len(sums) > 1:
        sizes = sorted({len(sum.terms) for sum in sums})
        what.append(f"{len(sums)} sums of {' and '.join(f'{size:,}' for size in sizes)} terms")
    return ", ".join([*what, order])


def _sums(tree: Sum) -> list[Sum]:
    """The running sums of single terms or blocks that a tree joins."""
    inner = [part for step in tree.steps for part in step if isinstance(part, Sum)]
    own = Sum(tuple(step for step in tree.steps if all(isinstance(part, int) for part in step)))
    return [*([own] if own.steps else []), *(sum for part in inner for sum in _sums(part))]


def _blocks(tree: Sum) -> int:
    """The most terms that are added at once."""
    return max(len([part for part in step if isinstance(part, int)]) for sum in _sums(tree) for step in sum.steps)


def _order(terms: list[int], axes: Mapping[str, int]) -> str:
    """How the axes are run through, outermost first; those of extent 1 are left out."""
    names = [name for name, extent in axes.items() if extent > 1]
    extents = [axes[name] for name in names]
    indices = np.arange(int(np.prod(extents, dtype=int))).reshape(extents)
    for nesting in permutations(range(len(names))):
        for signs in product((1, -1), repeat=len(names)):
            turned = indices[tuple(slice(None, None, sign) for sign in signs)].transpose(nesting)
            if np.array_equal(turned.reshape(-1), terms):
                return _told([(names[axis], signs[axis]) for axis in nesting])
    return "in another order"


def _told(runs: list[tuple[str, int]]) -> str:
    words = {1: "ascending", -1: "descending"}
    if not runs:
        return "one term"
    if len({sign for _, sign in runs}) == 1:
        return f"{', '.join(name for name, _ in runs)} {words[runs[0][1]]}"
    return ", ".join(f"{name} {words[sign]}" for name, sign in runs)
