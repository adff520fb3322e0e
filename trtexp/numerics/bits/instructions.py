"""What instructions of GPUs multiply and add, as data: `instructions.json`, each row with its source."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

Operand = Literal["as typed", "cut", "rounded"]


@dataclass(frozen=True)
class Instruction:
    """One row of the table.

    type: what is multiplied, `tf32` for float32 that is cut to 11 significant bits. accumulator: the type of running
    sums. gpus: generations that have it, none for any. block: the most products that are added at once. fraction: the
    products of a block and the running sum are aligned to the largest exponent among them, and cut so many bits below
    it; None where a sum is exact before it is rounded. rounding and bits: what becomes of the sum, of which so many
    significant bits are kept. zero: the exponent that a term of 0 counts with. operands: what is done to either of them
    before. measured and source: as in the table of what is allowed.
    """

    name: str
    type: str
    accumulator: str
    gpus: tuple[str, ...]
    block: int
    fraction: int | None
    rounding: Literal["to nearest", "toward zero", "exact"]
    bits: int
    zero: int | None
    operands: tuple[Operand, Operand]
    measured: tuple[str, ...]
    source: str


@cache
def instructions() -> tuple[Instruction, ...]:
    """The table."""
    text = (resources.files("trtexp.numerics.bits") / "instructions.json").read_text(encoding="utf-8")
    lists = ("gpus", "operands", "measured")
    return tuple(Instruction(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in json.loads(text))


def instruction(type: str, accumulator: str, gpu: str) -> Instruction | None:
    """What multiplies a type into an accumulator on a generation of GPUs; None where the table has nothing."""
    for row in instructions():
        if (row.type, row.accumulator) == (type, accumulator) and (not row.gpus or gpu in row.gpus):
            return row
    return None
