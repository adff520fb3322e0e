"""What each instruction makes of drawn blocks, by mmasim and mmaemu, two models that others wrote: all of a million
blocks must be the same bits as ours, and a thousand of each are kept for tests without torch. `make test-bits` runs it.

    python -m bits.recorded_blocks COUNT [NAME…]

Names of instructions restrict it to these, and then nothing is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bits.drawn_blocks import Blocks, blocks
from bits.kept_blocks import KEPT, SEED, bits_of, ours
from trtexp.numerics.bits.blocks import converted
from trtexp.numerics.bits.instructions import Instruction, instructions

FILE = Path(__file__).with_name("blocks.npz")
PART = 50_000
#: blocks of an instruction -> what it makes of them, in the accumulator's type
Judge = Callable[[Instruction, Blocks], np.ndarray]


def main(count: int, names: list[str]) -> int:
    """Compare, print a line for each judge of each instruction, keep some of them. Returns an exit code."""
    wrong = 0
    for row in (each for each in instructions() if not names or each.name in names):
        for judge in judges(row):
            same = sum(_same(row, judge, PART, SEED + part) for part in range(0, count, PART))
            wrong += same != count
            print(f"{row.name}: {judge.__name__} agrees on {same:,} of {count:,} blocks", flush=True)
    if not wrong and not names:
        kept = {row.name: bits_of(judges(row)[0](row, blocks(row, KEPT, SEED)), row) for row in instructions()}
        np.savez_compressed(FILE, **kept)
    return 1 if wrong else 0


def _same(row: Instruction, judge: Judge, count: int, seed: int) -> int:
    drawn = blocks(row, count, seed)
    return int((bits_of(judge(row, drawn), row) == bits_of(ours(row, drawn), row)).sum())


def judges(row: Instruction) -> list[Judge]:
    """Who has an opinion of an instruction."""
    if row.type == "int8":
        return [torch_int32]
    return [mmasim, mmaemu] if row.type == "float8e4m3" else [mmasim]


def torch_int32(row: Instruction, drawn: Blocks) -> np.ndarray:
    """Sums of int32, which wrap around."""
    import torch

    a, b, total = (torch.from_numpy(each.astype(np.int32)) for each in (drawn.a, drawn.b, drawn.total))
    return ((a * b).sum(-1, dtype=torch.int32) + total).numpy()


def mmasim(row: Instruction, drawn: Blocks) -> np.ndarray:
    """By the instruction of PTX of the first generation that the row names."""
    from mmasim.arithmetic.fma import fma
    from mmasim.nv_ptx import MMA, WGMMA

    a, b, total = _tensor(drawn.a), _tensor(drawn.b), _tensor(drawn.total)
    if row.name == "fma":
        return fma(a[:, 0], b[:, 0], total).numpy()
    arch = "Ada Lovelace" if row.name == "FP8 of Ada" else "Hopper" if "Hopper" in row.gpus else "Ampere"
    result = {"float32": "f32", "float16": "f16"}[row.accumulator]
    shape, type = {
        "float16": ("m16n8k16", "f16"),
        "bfloat16": ("m16n8k16", "bf16"),
        "tf32": ("m16n8k8", "tf32"),
        "float8e4m3": ("m16n8k32", "e4m3"),
    }[row.type]
    if row.name == "FP8 of Hopper":
        return WGMMA(arch, f"m64n8k32.{result}.{type}.{type}").dpa(a, b, total).numpy()
    return MMA(arch, f"{shape}.{result}.{type}.{type}.{result}").dpa(a, b, total).numpy()


def mmaemu(row: Instruction, drawn: Blocks) -> np.ndarray:
    """By the step of its model of FP8, which takes numbers alone: blocks with NaN are NaN."""
    import torch
    from mmaemu.model.chain import bfma
    from mmaemu.model.presets import get_preset

    a, b = (torch.from_numpy(np.nan_to_num(converted(each, "as typed"))) for each in (drawn.a, drawn.b))
    total = torch.from_numpy(converted(drawn.total, "as typed"))
    found = bfma(a, b, total, get_preset("ada" if row.name == "FP8 of Ada" else "hopper")).numpy()
    bad = np.isnan(drawn.a.astype(np.float32)).any(-1) | np.isnan(drawn.b.astype(np.float32)).any(-1)
    return np.where(bad, np.float32(np.nan), found.astype(np.float32))


def _tensor(values: np.ndarray) -> object:
    import torch

    types = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float8_e4m3fn": torch.float8_e4m3fn}
    if values.dtype.name not in types:
        return torch.from_numpy(values)
    storage = values.view(np.int8 if values.dtype.itemsize == 1 else np.int16)
    return torch.from_numpy(storage).view(types[values.dtype.name])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
