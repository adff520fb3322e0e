"""One output of one case: what is expected of it, compared with what came and with the reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trtexp.definition.network import Array
from trtexp.judging.compare import judge
from trtexp.judging.judgement import Judgement
from trtexp.judging.literal import ExpectedValues
from trtexp.judging.readings import readings
from trtexp.numerics import UNIT, Bounded, held
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import FormFault
from trtexp.spec.case import Case, Expected


@dataclass(frozen=True, eq=False)
class JudgedOutput:
    """What came and what was expected of an output, and the judgement. inferred: dtype and shape before the run."""

    name: str
    judged: Judgement
    actual: Array | None
    expected: Expected | None
    rules: tuple[Tolerance, ...]
    inferred: tuple[str, tuple[int, ...]] | None

    @property
    def known(self) -> bool:
        """Whether there is anything to show of it."""
        sides = (self.actual, self.inferred, self.expected, self.judged.reference)
        return any(side is not None for side in sides)

    @property
    def wrong(self) -> bool:
        """Whether an expectation is not met: a form, a value, or that the bound says enough."""
        return bool(self.inferred_faults()) or self.judged.verdict in ("mismatch", "vacuous")

    @property
    def unjudged(self) -> bool:
        """Whether nobody can tell if it is right: it has no reference, or any value of it is legal."""
        judged = self.judged
        none = judged.reference is None or 0 < judged.reference.ref.size == judged.unsettled
        return judged.verdict == "unjudged" and (none or (self.expected is not None and self.expected.made is not None))

    def inferred_faults(self, found: bool = False) -> list[FormFault]:
        """TensorRT's own dtype and shape before the run, against what is expected, or else what the reference says.

        found: there is a finding, so that the reference does not count.
        """
        return list(self._inferred_faults(None if found else self.judged.reference))

    def _inferred_faults(self, reference: Bounded | None) -> Iterator[FormFault]:
        if self.inferred is None:
            return
        expected = self.expected
        dtype, shape = self.inferred
        wanted_shape = expected.shape if expected else None
        wanted_dtype = expected.dtype if expected else None
        if reference is not None:
            wanted_shape = wanted_shape if wanted_shape is not None else reference.shape
            wanted_dtype = wanted_dtype or reference.dtype
        if wanted_shape is not None and -1 not in shape and tuple(shape) != tuple(wanted_shape):
            yield FormFault(what="shape", inferred=list(shape), expected=list(wanted_shape))
        if wanted_dtype is not None and dtype != wanted_dtype:
            yield FormFault(what="dtype", inferred=dtype, expected=wanted_dtype)


def judge_output(
    case: Case, name: str, actual: Array | None, inferred: tuple[str, tuple[int, ...]] | None
) -> JudgedOutput:
    """Compare one output of a case with what is expected and with the reference."""
    expected = case.expected.get(name)
    rules = rules_of(case, expected)
    tensor = case.evaluation().tensors.get(name)
    dtype = tensor.dtype if tensor is not None else None if actual is None else actual.dtype
    literal = None if expected is None else _literal(case, expected, dtype)
    return JudgedOutput(
        name, judge(actual, readings(case, name, rules), literal, rules), actual, expected, rules, inferred
    )


def rules_of(case: Case, expected: Expected | None) -> tuple[Tolerance, ...]:
    """The tolerance of an output: its own, or else that of the case."""
    return expected.tolerance if expected and expected.tolerance else case.tolerance


def _literal(case: Case, expected: Expected, dtype: str | None) -> ExpectedValues:
    """dtype: of the reference or else of what came, None if there is neither."""
    if expected.made is None:
        return ExpectedValues(None, None, expected.dtype, expected.shape)
    dtype = expected.dtype or dtype or "float32"
    values = np.asarray(expected.made.decimals)
    whole = dtype not in UNIT and np.array_equal(np.rint(values), values)
    values = held(values, dtype) if whole else values.astype(np.float64)
    half = np.zeros(values.shape) if expected.exact_digits else expected.made.half_units(dtype)
    return ExpectedValues(
        values,
        half,
        expected.dtype,
        expected.shape,
        computed=expected.origin is None or expected.origin.kind != "derived",
        signed_zero=expected.signed_zero,
        exact=expected.exact_digits,
        given=expected.made.given,
        settles=case.finding is not None
        or (expected.origin is not None and expected.origin.settles(case.release, case.family)),
    )
