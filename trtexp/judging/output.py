"""One output of one case: what is expected of it, compared with what came and with the reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from trtexp.definition.network import Array
from trtexp.judging.compare import ExpectedValues, Judgement, judge
from trtexp.numerics import Arithmetic, Bounded, half_unit
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import FormFault, Freedom
from trtexp.spec.case import Case, Expected

CONVOLUTIONS = ("add_convolution", "add_convolution_nd")  # TensorRT may compute these by a transform


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
        return bool(self.inferred_faults()) or self.judged.verdict in ("mismatch", "vacuous", "undetermined")

    def inferred_faults(self) -> list[FormFault]:
        """TensorRT's own dtype and shape before the run, against what is expected or the reference says."""
        return list(self._inferred_faults())

    def _inferred_faults(self) -> Iterator[FormFault]:
        if self.inferred is None:
            return
        reference, expected = self.judged.reference, self.expected
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
    rules = expected.tolerance if expected and expected.tolerance else case.tolerance
    tried = attempts(case, name, rules)
    judged = judge(actual, tried, _literal(expected, tried) if expected else None, rules)
    return JudgedOutput(name, judged, actual, expected, rules, inferred)


def attempts(case: Case, name: str, rules: Sequence[Tolerance]) -> list[tuple[Freedom | None, Bounded]]:
    """The reference of an output with its bounds, strictest first; a looser one names the freedom it grants."""
    auto = next((rule for rule in rules if rule.kind == "auto"), Tolerance())
    plain = partial(Arithmetic, acc=auto.acc, lam=auto.lam)
    tf32 = case.definition.options.flags.get("TF32", False) if auto.tf32 is None else auto.tf32
    local = auto.local is not False
    granted: list[tuple[Freedom | None, Arithmetic]] = [(None, plain(local=local))]
    if tf32:
        granted.append(("tf32", plain(tf32=True, local=local)))
    if auto.local is None and any(layer.method in CONVOLUTIONS for layer in case.layers.values()):
        granted.append(("transform_domain", plain(tf32=tf32, local=False)))
    found = [(freedom, case.evaluation(arithmetic).tensors.get(name)) for freedom, arithmetic in granted]
    return [(freedom, bounded) for freedom, bounded in found if bounded is not None]


def _literal(expected: Expected, tried: Sequence[tuple[Freedom | None, Bounded]]) -> ExpectedValues:
    dtype = expected.dtype or (tried[0][1].dtype if tried else "float32")
    if expected.made is None:
        return ExpectedValues(None, None, expected.dtype, expected.shape)
    values = np.asarray(expected.made.decimals)
    if not values.dtype == np.int64 == expected.made.array.bits.dtype:
        values = values.astype(np.float64)
    half = np.zeros(values.shape)
    if expected.made.text is not None and not expected.exact_digits:
        texts = np.array(expected.made.text, dtype=object).reshape(-1)
        half = np.array([half_unit(str(text), dtype) for text in texts]).reshape(values.shape)
    computed = expected.origin is not None and expected.origin.computed
    return ExpectedValues(values, half, expected.dtype, expected.shape, computed, expected.signed_zero)
