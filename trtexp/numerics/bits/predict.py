"""What a dot product gives, to the bit: an instruction, and the order in which a tactic sums."""

from __future__ import annotations

import numpy as np

from trtexp.numerics.bits.blocks import added, converted, joined
from trtexp.numerics.bits.instructions import Instruction, Operand
from trtexp.numerics.bits.trees import Sum
from trtexp.numerics.dtypes import F64


class Unexplained(ValueError):
    """A tree that the instruction cannot have made."""


def predicted(
    instruction: Instruction, tree: Sum, a: np.ndarray, b: np.ndarray, operands: tuple[Operand, Operand] | None = None
) -> F64:
    """The accumulator at the end, before it is rounded to the type of the output.

    a, b: (..., n), the terms' factors, which broadcast against each other. operands: what the tactic does to them; as
    the instruction does if left out. Raises Unexplained.
    """
    first, second = operands or instruction.operands
    return _total(instruction, tree, converted(a, first), converted(b, second))


def _total(instruction: Instruction, tree: Sum, a: F64, b: F64) -> F64:
    total = np.zeros(np.broadcast_shapes(a.shape[:-1], b.shape[:-1]))
    started = False
    for step in tree.steps:
        sums = [part for part in step if isinstance(part, Sum)]
        terms = [part for part in step if isinstance(part, int)]
        if (sums and terms) or len(sums) > 1 or len(terms) > instruction.block:
            raise Unexplained(
                f"{len(terms)} terms and {len(sums)} sums are added at once, {instruction.name} adds "
                f"{instruction.block} terms at most"
            )
        if terms:
            total = added(instruction, a[..., terms], b[..., terms], total)
        elif started:
            total = joined(instruction, total, _total(instruction, sums[0], a, b))
        else:
            total = _total(instruction, sums[0], a, b)
        started = True
    return total
