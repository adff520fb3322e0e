"""One step of a running sum, to the bit: products are added to it at once, as an instruction does. In float64, where
each of these steps is exact, so that no result depends on a mathematical library.

Source of the steps of tensor cores: Khattak and Mikaitis, arXiv 2512.07004, and MMA-Sim, arXiv 2511.10909.
"""

from __future__ import annotations

import numpy as np

from trtexp.numerics.bits.instructions import Instruction, Operand
from trtexp.numerics.dtypes import F64

#: Exponents below which the numbers of a type are subnormal and keep this one.
LOWEST = {"float32": -126, "tf32": -126, "bfloat16": -126, "float16": -14, "float8e4m3": -6}
_TF32 = np.uint32(0xFFFFE000)  # the bits of a float32 that TF32 has
_HALF_OF_TF32 = np.uint32(0x1000)  # half a unit of its last place
_QUIET = np.uint32(0x00400000)  # NaN has it set, and keeps it


def converted(values: np.ndarray, operand: Operand) -> F64:
    """What an operand becomes before it is multiplied. values: float32 for `cut` and `rounded`, to 11 significant bits,
    halves away from zero; as they are for `as typed`. A NaN of lower bits alone is infinity once they are cut."""
    with np.errstate(invalid="ignore"):  # NaN that signals
        if operand == "as typed":
            return np.asarray(values, np.float64)
        bits = np.asarray(values, np.float32).view(np.uint32)
        if operand == "rounded":
            bits = np.where(np.isnan(values), bits | _QUIET, np.where(np.isinf(values), bits, bits + _HALF_OF_TF32))
        return (bits & _TF32).view(np.float32).astype(np.float64)


def added(instruction: Instruction, a: F64, b: F64, total: F64) -> F64:
    """A running sum after one step.

    a, b: (..., k), converted operands, k at most the block of the instruction; total: (...). Returns (...).
    """
    if instruction.rounding == "exact":
        return _wrapped((a * b).sum(-1) + total)
    if instruction.fraction is None:
        return fma(a[..., 0], b[..., 0], total)
    with np.errstate(invalid="ignore", over="ignore"):
        return _rounded(instruction, _aligned(instruction, a, b, total))


def fma(a: F64, b: F64, c: F64) -> F64:
    """float32's fused multiply-add: a b + c, rounded once, to nearest.

    The product is exact in float64. The sum is rounded to odd there, which keeps all that the second rounding asks for.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        product = np.asarray(a * b)
        near = np.asarray(product + c)
        back = near - product
        lost = (product - (near - back)) + (c - back)
        even = near.view(np.int64) & 1 == 0
        inexact = np.isfinite(near) & (lost != 0) & even
        odd = np.where(inexact, np.nextafter(near, np.copysign(np.inf, lost)), near)
        return odd.astype(np.float32).astype(np.float64)


def joined(instruction: Instruction, left: F64, right: F64) -> F64:
    """Two running sums as one: an ordinary addition in the accumulator's type."""
    if instruction.rounding == "exact":
        return _wrapped(left + right)
    dtype = np.float16 if instruction.accumulator == "float16" else np.float32
    with np.errstate(invalid="ignore", over="ignore"):
        return (left.astype(dtype) + right.astype(dtype)).astype(np.float64)


def _aligned(instruction: Instruction, a: F64, b: F64, total: F64) -> F64:
    """The sum of what is left of all terms, exact."""
    assert instruction.fraction is not None and instruction.zero is not None
    lowest = LOWEST[instruction.type]
    (sa, ea), (sb, eb) = _normal(a, lowest), _normal(b, lowest)
    st, et = _normal(total, LOWEST[instruction.accumulator])
    significands = np.concatenate([sa * sb, st[..., None]], -1)
    exponents = np.concatenate([ea + eb, et[..., None]], -1)
    exponents = np.where(significands == 0, instruction.zero, exponents)
    top = exponents.max(-1)
    kept = np.trunc(np.ldexp(significands, exponents - top[..., None] + instruction.fraction))
    return np.asarray(np.ldexp(kept.sum(-1), top - instruction.fraction))


def _normal(values: F64, lowest: int) -> tuple[F64, np.ndarray]:
    """Significands in [1, 2), or below 1 for subnormal numbers, and exponents."""
    exponent = np.maximum(np.frexp(values)[1] - 1, lowest)
    return np.ldexp(values, -exponent), exponent


def _rounded(instruction: Instruction, exact: F64) -> F64:
    """+0 where it is 0, whatever its sign."""
    if instruction.rounding == "to nearest":
        return exact.astype(np.float16).astype(np.float64) + 0.0
    digits = instruction.bits - 1
    significand, exponent = _normal(exact, LOWEST["float32"])
    cut = np.ldexp(np.trunc(np.ldexp(significand, digits)), exponent - digits)
    return cut.astype(np.float32).astype(np.float64) + 0.0


def _wrapped(sums: F64) -> F64:
    """int32, which wraps around; sums are exact, below 2^53."""
    return sums.astype(np.int64).astype(np.int32).astype(np.float64)
