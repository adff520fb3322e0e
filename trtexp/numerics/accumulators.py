"""Running sums as devices have them: how far a sum of products may be off, whatever the order of its blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trtexp.numerics.dtypes import F64, Mask


@dataclass(frozen=True)
class Accumulator:
    """How products are added: some at once, the block, and each block to a running sum.

    block: how many products are added at once. unit: what a rounded sum may lose, relative to it. aligned: what each
    term of a block, and the running sum, may lose when it is aligned to the largest of them, relative to that, or 0.
    toward_zero: all losses have one direction, so that they add up. joined: what is lost where two running sums become
    one. unfused: what a product may lose before it is added. bits: sums of so many significant bits lose nothing.
    largest: beyond it there is infinity. most_terms: with more terms the hard bound says nothing; None if it always
    says something.
    """

    block: int
    unit: float
    bits: int
    aligned: float = 0.0
    toward_zero: bool = False
    joined: float = 2.0**-24
    unfused: float = 0.0
    largest: float = 2.0**128 * (1 - 2.0**-24)
    most_terms: int | None = None

    @property
    def lost(self) -> float:
        """The most that the addition of a block loses, relative to the largest partial sum."""
        return self.unit + (self.block + 1) * self.aligned


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of products, per element.

    right: the results; m: sums of the terms' magnitudes; squares: of their squares; n: how many terms there are; s: no
    partial sum is further from 0, in any order.
    """

    right: F64
    m: F64
    squares: F64
    n: F64
    s: F64

    @property
    def usual(self) -> F64:
        """What partial sums are like, of terms in an order that does not depend on them: more than the root mean square
        of a walk from 0 to the result, which is √(right² / 3 + squares / 6)."""
        return np.minimum(np.sqrt(self.right**2 / 2 + self.squares / 4), self.s)


@dataclass(frozen=True, eq=False)
class SumError:
    """How far a sum may be off, per element: `hard`, whatever the order; `typical`, some deviations and a drift.

    judged: whether hard says something. overflows: a partial sum may be infinite, and what comes of it is open.
    """

    hard: F64
    typical: F64
    judged: Mask
    overflows: Mask


def most_blocks(terms: int, run: int, block: int) -> int:
    """The most blocks that `terms` products fill, of which `run` lie side by side: the channels of a tap, or all.

    A block may hold terms of several runs, and then there are fewer; at the worst each run has blocks of its own.
    """
    return -(-terms // max(run, 1)) * -(-max(run, 1) // block)


def sum_error(accumulator: Accumulator, sums: Sums, blocks: int | None = None, sigmas: float = 4.0) -> SumError:
    """The error of sums of products.

    The blocks may be added to any number of running sums, and these in any tree. blocks: the most that there are, as
    `most_blocks` has it; without it each term may have one to itself. sigmas: of the typical error.
    """
    n, s = sums.n, sums.s
    most = n if blocks is None else np.minimum(n, blocks)
    joins = np.maximum(most - 1, 0) if accumulator.block > 1 else 0.0
    loss = most * accumulator.lost + joins * accumulator.joined
    hard = np.where(loss < 1, loss / np.where(loss < 1, 1 - loss, 1), np.inf)
    hard = np.where(s == 0, 0.0, hard * np.where(s == 0, 1, s)) + accumulator.unfused * sums.m
    judged = np.ones(n.shape, bool) if accumulator.most_terms is None else n <= accumulator.most_terms
    typical = np.minimum(_typical(accumulator, most, joins, sums.usual, sigmas), hard)
    return SumError(hard, typical, judged, s + hard > accumulator.largest)


def _typical(accumulator: Accumulator, blocks: F64, joins: F64 | float, usual: F64, sigmas: float) -> F64:
    """Independent losses of sums of the usual size, and where they have one direction their mean: half of the most."""
    losses = (accumulator.unit, blocks), (accumulator.joined, joins)
    spread = np.sqrt(sum(loss**2 * times / 3 for loss, times in losses))
    spread = spread + accumulator.aligned * np.sqrt(blocks * (accumulator.block + 1) / 3)
    drift = blocks * (accumulator.unit + accumulator.block * accumulator.aligned) / 2
    return (sigmas * spread + drift * accumulator.toward_zero) * usual


def widest(errors: Sequence[SumError]) -> SumError:
    """What any of several accumulators may be off by; judged only where all are."""
    return SumError(
        np.maximum.reduce([e.hard for e in errors]),
        np.maximum.reduce([e.typical for e in errors]),
        np.logical_and.reduce([e.judged for e in errors]),
        np.logical_or.reduce([e.overflows for e in errors]),
    )


def certified(accumulator: Accumulator, lowest: np.ndarray, s: F64) -> Mask:
    """Whether no order of summation rounds: all terms are multiples of 2**lowest, and the sums fit the bits."""
    room = np.ldexp(1.0, np.clip(accumulator.bits + lowest, -1000, 1000).astype(np.int32))
    fits: Mask = s <= np.minimum(room, accumulator.largest)
    return fits
