"""What tests of instructions share with the program that recorded them."""

from __future__ import annotations

import numpy as np

from bits.drawn_blocks import Blocks
from trtexp.numerics.bits.blocks import added, converted
from trtexp.numerics.bits.instructions import Instruction

SEED, KEPT = 20_26, 1_000
_CANONICAL = {"float32": 0x7FFFFFFF, "float16": 0x7FFF}


def ours(row: Instruction, drawn: Blocks) -> np.ndarray:
    """What trtexp makes of blocks, in the accumulator's type."""
    first, second = row.operands
    made = added(row, converted(drawn.a, first), converted(drawn.b, second), converted(drawn.total, "as typed"))
    return made.astype(row.accumulator)


def bits_of(values: np.ndarray, row: Instruction) -> np.ndarray:
    """Their bits, with one NaN."""
    if row.accumulator == "int32":
        return values.astype(np.int32).view(np.uint32)
    bits = values.view(np.uint32 if row.accumulator == "float32" else np.uint16)
    return np.where(np.isnan(values), bits.dtype.type(_CANONICAL[row.accumulator]), bits)
