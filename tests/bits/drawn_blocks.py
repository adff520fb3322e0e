"""Blocks of numbers to try instructions on, drawn from a seed: the same bits with every release of numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trtexp.numerics.bits.instructions import Instruction
from trtexp.numerics.dtypes import VALUE_DTYPES

#: Exponent bits, fraction bits and storage of what is multiplied or added.
LAYOUT = {
    "float32": (8, 23, np.uint32),
    "tf32": (8, 23, np.uint32),
    "bfloat16": (8, 7, np.uint16),
    "float16": (5, 10, np.uint16),
    "float8e4m3": (4, 3, np.uint8),
}
REGIMES = ("any", "near", "wide", "few", "cancelling", "smallest", "large sum")


@dataclass(frozen=True)
class Blocks:
    """a, b: (count, block); total: (count,), the running sum before; all in the types that they have."""

    a: np.ndarray
    b: np.ndarray
    total: np.ndarray


class Draw:
    """Raw numbers of PCG64, which do not change from one numpy to the next."""

    def __init__(self, seed: int) -> None:
        self._raw = np.random.PCG64(seed)

    def below(self, most: int, shape: tuple[int, ...]) -> np.ndarray:
        """Whole numbers from 0 to most - 1."""
        raw = self._raw.random_raw(int(np.prod(shape))).reshape(shape)
        return ((raw >> np.uint64(11)) % np.uint64(most)).astype(np.int64)


def blocks(instruction: Instruction, count: int, seed: int) -> Blocks:
    """Blocks in which each regime is as frequent as the others.

    Any bits, NaN and infinity with them; exponents near to each other, or wide apart; zeros; two large products that
    cancel, so that what was cut of the others shows; the smallest exponents; a running sum beyond the products.
    """
    draw = Draw(seed)
    if instruction.type == "int8":
        a, b = (draw.below(256, (count, 16)) - 128 for _ in range(2))
        return Blocks(a.astype(np.int8), b.astype(np.int8), (draw.below(2**32, (count,)) - 2**31).astype(np.int32))
    regime = draw.below(len(REGIMES), (count,))
    shape = (count, instruction.block)
    a, b = (_numbers(draw, instruction.type, shape, regime) for _ in range(2))
    if instruction.block > 1:
        _cancel(draw, instruction, a, b, np.flatnonzero(regime == REGIMES.index("cancelling")))
    total = _numbers(draw, instruction.accumulator, (count, 1), regime, total=True)[:, 0]
    return Blocks(_typed(a, instruction.type), _typed(b, instruction.type), _typed(total, instruction.accumulator))


def _cancel(draw: Draw, instruction: Instruction, a: np.ndarray, b: np.ndarray, rows: np.ndarray) -> None:
    """Make the first product of some rows large, and the last its negative."""
    exponents, fraction, _ = LAYOUT[instruction.type]
    least, steps = (4, 4) if instruction.type == "float8e4m3" else (10, 5)
    for factor in (a, b):
        large = 2 ** (exponents - 1) - 1 + least + draw.below(steps, (len(rows),))
        factor[rows, 0] = large << fraction | draw.below(2**fraction, (len(rows),))
        factor[rows, -1] = factor[rows, 0]
    a[rows, -1] |= 1 << (exponents + fraction)


def _numbers(draw: Draw, type: str, shape: tuple[int, int], regime: np.ndarray, total: bool = False) -> np.ndarray:
    """Bits of numbers, as whole numbers."""
    exponents, fraction, _ = LAYOUT[type]
    bias = 2 ** (exponents - 1) - 1
    quarter = max(2, bias // 4)
    spread = {
        "any": draw.below(2**exponents, shape),
        "near": bias - 1 + draw.below(3, shape),
        "wide": bias - quarter + draw.below(2 * quarter, shape),
        "few": bias + draw.below(2, shape),
        "cancelling": bias + draw.below(2, shape),
        "smallest": draw.below(3, shape),
        "large sum": bias + draw.below(2, shape) + (quarter * total),
    }
    exponent = np.choose(regime[:, None], [spread[name] for name in REGIMES])
    bits = (draw.below(2, shape) << exponents | exponent) << fraction | draw.below(2**fraction, shape)
    few = (regime == REGIMES.index("few"))[:, None] & (draw.below(4, shape) > 0)
    return np.where(few, draw.below(2, shape) << (exponents + fraction), bits)


def _typed(bits: np.ndarray, type: str) -> np.ndarray:
    """The numbers of some bits."""
    storage = bits.astype(LAYOUT[type][2])
    return storage.view(VALUE_DTYPES["float32" if type == "tf32" else type])
