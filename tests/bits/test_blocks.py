"""One step of each instruction against models that others wrote; `bits.recorded_blocks` made the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bits.drawn_blocks import blocks
from bits.kept_blocks import KEPT, SEED, bits_of, ours
from trtexp.numerics.bits.blocks import converted, fma, joined
from trtexp.numerics.bits.instructions import Instruction, instruction, instructions

RECORDED = np.load(Path(__file__).with_name("blocks.npz"))
ROWS = {row.name: row for row in instructions()}


def made(row: Instruction) -> np.ndarray:
    return bits_of(ours(row, blocks(ROWS[row.name], KEPT, SEED)), row)


@pytest.mark.parametrize("name", ROWS)
def test_a_step_has_the_bits_that_others_give(name: str) -> None:
    assert len(RECORDED[name]) == KEPT
    assert np.array_equal(made(ROWS[name]), RECORDED[name])


def others() -> list[tuple[str, Instruction]]:
    """Each row with one of its numbers changed by one."""
    found = []
    for row in ROWS.values():
        changes: list[dict[str, Any]] = []
        if row.fraction is not None:
            changes += [{"fraction": row.fraction - 1}, {"fraction": row.fraction + 1}, {"bits": row.bits - 1}]
        if row.accumulator == "float16":
            changes[-1] = {"rounding": "toward zero"}
        if row.type == "tf32":
            changes.append({"operands": ("rounded", "cut")})
        found += [(f"{row.name}, {change}", replace(row, **change)) for change in changes]
    return found


@pytest.mark.parametrize(("what", "row"), others(), ids=[what for what, _ in others()])
def test_blocks_tell_an_instruction_from_its_neighbours(what: str, row: Instruction) -> None:
    assert not np.array_equal(made(row), RECORDED[row.name])


def test_an_fma_rounds_once() -> None:
    # the product's last bit decides a tie that float64 alone rounds away: 1 + 2^-24 + 2^-60
    a, b = np.array([2.0**-30 * (1 + 2.0**-23)]), np.array([2.0**6])
    assert fma(a * 0 + 1, np.array([2.0**-24]), np.array([1.0]))[0] == 1.0
    assert fma(a, b, np.array([1.0]))[0] == 1 + 2.0**-23


@pytest.mark.parametrize(
    ("value", "cut", "rounded"),
    [
        (1 + 2.0**-11, 1, 1 + 2.0**-10),  # a tie goes away from zero
        (-1 - 2.0**-11, -1, -1 - 2.0**-10),
        (1 + 2.0**-12, 1, 1),
        (2 - 2.0**-23, 2 - 2.0**-10, 2),
        (np.inf, np.inf, np.inf),
    ],
)
def test_operands_of_tf32(value: float, cut: float, rounded: float) -> None:
    values = np.array([value], np.float32)
    assert converted(values, "cut")[0] == cut
    assert converted(values, "rounded")[0] == rounded
    assert converted(values, "as typed")[0] == np.float32(value)


def test_sums_are_joined_in_the_type_of_the_accumulator() -> None:
    half = instruction("float16", "float16", "Hopper")
    single = instruction("float16", "float32", "Hopper")
    exact = instruction("int8", "int32", "Ampere")
    assert half and single and exact
    left, right = np.array([2048.0]), np.array([1.0])
    assert joined(half, left, right)[0] == 2048
    assert joined(single, left, right)[0] == 2049
    assert joined(exact, np.array([2.0**31 - 1]), right)[0] == -(2.0**31)


def test_what_the_table_lacks_is_none() -> None:
    assert instruction("float8e4m3", "float32", "Ampere") is None
    assert instruction("float32", "float32", "any") is ROWS["fma"]
