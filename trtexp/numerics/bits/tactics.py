"""What the name of a tactic says of its arithmetic, as the inspector of an engine gives it.

NVIDIA's kernels name the types of both operands, then the type in which they are multiplied and that of the running
sum, then that of what comes after: `sm80_xmma_gemm_f16f16_f16f32_f32_nn_n_…_tensor16x8x16`. `ffma` stands for
multiply-adds without tensor cores. Source: names beside what the kernels were seen to compute on an H100.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from trtexp.numerics.bits.instructions import Instruction, Operand, instruction

_TYPES = {"f32": "float32", "f16": "float16", "bf16": "bfloat16", "tf32": "tf32", "i8": "int8", "i32": "int32"}
_TYPE = "tf32|bf16|f32|f16|i32|i8"
_NAME = re.compile(rf"_(?:{_TYPE}){{2}}_(?P<type>{_TYPE})(?P<sum>{_TYPE})?_(?:{_TYPE})(?=_)")


@dataclass(frozen=True)
class Tactic:
    """The instruction that a tactic uses, and what it does to its operands before."""

    instruction: Instruction
    operands: tuple[Operand, Operand]


def tactic(name: str, gpu: str) -> Tactic | None:
    """What a tactic computes with on a generation of GPUs; None where its name does not say, or nothing is known of
    it."""
    match = _NAME.search(name)
    if match is None:
        return None
    type = _TYPES[match["type"]]
    row = instruction(type, _TYPES[match["sum"] or match["type"]], gpu)
    if row is None:
        return None
    return Tactic(row, next((operands for pattern, operands in _operands() if re.search(pattern, name)), row.operands))


@cache
def _operands() -> tuple[tuple[str, tuple[Operand, Operand]], ...]:
    text = (resources.files("trtexp.numerics.bits") / "tactics.json").read_text(encoding="utf-8")
    return tuple((row["pattern"], tuple(row["operands"])) for row in json.loads(text))
