"""The types that a layer computes in and gives, where a weakly typed network asks for them, or half is granted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.attributes import Typed
from trtexp.layers.operands import Operand, each_float
from trtexp.numerics import UNIT, Bounded, converted, either, kept, leaves, perhaps_half, undetermined

#: What a layer of float32 may be off by where it is computed in half. 8.5.3.1 and 8.6.0 were off by 1.3 in all but
#: sigmoids, whose rounded argument does the rest.
HALF_ULPS = 4.0
#: The types that a layer may be asked for, whose numbers are known; others are codes, of a scale that nothing says.
FLOATS = ("float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Types:
    """What a layer is asked for. precision, output: dtypes, empty if it is not asked; half: whether float32 may be
    half; given: the dtype of its first float input, empty if it has none."""

    precision: str
    output: str
    half: bool
    given: str

    @staticmethod
    def of(asked: Typed, inputs: Collection[Bounded], half: bool) -> Types:
        precision = DTYPE_OF_MEMBER.get(asked.precision or "", "")
        given = next((x.dtype for x in inputs if x.dtype in UNIT), "")
        return Types(precision, DTYPE_OF_MEMBER.get(asked.output_type or "", ""), half and not asked.precision, given)

    def taken(self, operands: Sequence[Operand]) -> list[Operand]:
        """The operands as the layer takes them in."""
        if self.precision in UNIT and self.given:
            operands = [each_float(partial(converted, dtype=self.precision), operand) for operand in operands]
        return [each_float(perhaps_half, operand) if self.half else operand for operand in operands]

    def made(self, outputs: Sequence[Bounded]) -> tuple[Bounded, ...]:
        """The outputs as the layer gives them."""
        if self.half:
            outputs = [perhaps_half(y, HALF_ULPS) for y in outputs]
        if self.precision in UNIT and self.given:
            outputs = [ranged(y, self.given) if y.dtype == self.precision else y for y in outputs]
        if self.precision and self.precision not in FLOATS and self.given:
            outputs = [unknown(y) for y in outputs]
        if self.output and outputs and outputs[0].dtype != self.output:
            codes = outputs[0].dtype in UNIT and self.output not in FLOATS
            first = converted(outputs[0], self.output)
            outputs = [unknown(first) if codes else first, *outputs[1:]]
        return tuple(outputs)


def unknown(y: Bounded) -> Bounded:
    """An output of which nobody knows the numbers."""
    return undetermined(y, np.ones(y.shape, bool))


def ranged(y: Bounded, dtype: str) -> Bounded:
    """An output in another type than it was computed in, the range of which it may have left, or not."""
    return converted(either(y, kept(y), leaves(y)), dtype)
