"""One output of one case: judged, put into words, recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from trtexp.definition.network import Array
from trtexp.judging.compare import ExpectedValues, Judgement, Pair, judge, odd_one_out
from trtexp.numerics import F64, Arithmetic, Bounded, decode, half_unit
from trtexp.numerics.format import number, rounded
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.model import WHOLE, Comparison, Mark, OutputRecord, TensorRecord, numbers, tensor_record
from trtexp.spec.case import Case, Expected

MOST_MARKS = 20
REFERENCE_DIGITS = 12  # float64 sums may differ in their last bits from one numpy to the next


@dataclass(frozen=True, eq=False)
class JudgedOutput:
    """An output's name, what came and what was expected, and the judgement."""

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

    def form_faults(self) -> Iterator[str]:
        """TensorRT's own dtype and shape before the run, against what is expected or the reference says."""
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
            yield f"{self.name}: TensorRT infers shape {dims(shape)}, expected {dims(wanted_shape)}"
        if wanted_dtype is not None and dtype != wanted_dtype:
            yield f"{self.name}: TensorRT infers dtype {dtype}, expected {wanted_dtype}"

    def sentences(self) -> list[str]:
        """What is wrong, the worst element first; empty if nothing is."""
        name, judged = self.name, self.judged
        said = [f"{name}: {fault}" for fault in judged.faults]
        for mark in self.marks()[:1]:
            bad, total = len(list(_bad(judged))), judged.reference.ref.size if judged.reference else "its"
            index = ", ".join(str(i) for i in mark.index)
            sides = (("expected", mark.expected), ("actual", mark.actual), ("reference", mark.reference))
            values = ", ".join(f"{side} {value}" for side, value in sides if value is not None)
            blame = mark.odd if mark.odd == "all differ" else f"{mark.odd} is the odd one out"
            said.append(f"{name}[{index}]: {values}; {mark.allowed}; {blame}; {bad} of {total} elements")
        said += [f"{name}: {note}" for note in judged.notes if note.startswith("too low")]
        if judged.verdict == "vacuous":
            said.append(f"{name}: the bound is over a tenth of the values' size; name snr_db, or judge layer by layer")
        if judged.verdict == "undetermined":
            said.append(f"{name}: {judged.undetermined} elements have more than one legal value")
        if judged.verdict == "mismatch" and not said:
            said.append(f"{name}: outside the typical bound, which this case demands")
        return said

    def marks(self) -> list[Mark]:
        """The elements at which any two of the three disagree, the worst first."""
        first = next((pair for pair in _pairs(self.judged) if not pair.agrees), None)
        worst = [] if first is None else [first.worst]
        return [self._mark(i) for i in [*worst, *(i for i in _bad(self.judged) if i not in worst)][:MOST_MARKS]]

    def _mark(self, index: tuple[int, ...]) -> Mark:
        pair = next(pair for pair in _pairs(self.judged) if pair.bad[index])
        allowed, error = float(pair.allowed[index]), float(pair.error[index])
        off = f"off by {rounded(error, 3)}, {rounded(allowed, 3)} allowed"
        if 0 < allowed < np.inf and np.isfinite(error):
            off += f" ({rounded(error / allowed, 3)} bounds)"
        reference = self.judged.reference
        return Mark(
            index=list(index),
            expected=None
            if self.judged.expected_reference is None and self.judged.actual_expected is None
            else self._expected_text(index),
            actual=None if self.actual is None else _text(decode(self.actual)[index]),
            reference=None
            if reference is None
            else number(float(reference.ref[index]), float(reference.bound[index]) / 100),
            allowed=off,
            odd=odd_one_out(self.judged, index),
        )

    def _expected_text(self, index: tuple[int, ...]) -> str | None:
        if self.expected is None or self.expected.made is None:
            return None
        text = self.expected.made.text
        if text is None:
            return _text(decode(self.expected.made.array)[index])
        flat = np.array(text, dtype=object).reshape(-1)  # it may be nested less deeply than the shape
        return str(flat[int(np.ravel_multi_index(index, self.expected.made.array.shape))])

    def record(self) -> OutputRecord:
        judged, reference, expected = self.judged, self.judged.reference, self.expected
        made = expected.made if expected else None
        dtype, shape = self._form()
        small = reference is not None and reference.ref.size <= WHOLE
        ratios = judged.typical[~reference.certified] if reference is not None and judged.typical is not None else None
        return OutputRecord(
            name=self.name,
            verdict=judged.verdict,
            sentences=[*self.form_faults(), *self.sentences()],
            dtype=dtype,
            shape=list(shape),
            expected=tensor_record(made.array, made.made, made.text) if made else None,
            origin=expected.origin if expected else None,
            note=expected.note if expected else None,
            actual=tensor_record(self.actual) if self.actual else None,
            reference=_reference_record(reference) if reference is not None else None,
            bound=numbers(_digits(reference.bound, 3)) if small and reference is not None else None,
            tolerance=" and ".join(rule.describe() for rule in self.rules),
            actual_reference=_comparison(judged.actual_reference),
            actual_expected=_comparison(judged.actual_expected),
            expected_reference=_comparison(judged.expected_reference),
            elements=int(np.prod(shape, dtype=np.int64)),
            certified=judged.certified,
            certified_wrong=judged.certified_wrong,
            undetermined=judged.undetermined,
            terms=self._terms(),
            typical=_brief(ratios.max()) if ratios is not None and ratios.size else None,
            rms_typical=_brief(np.sqrt(np.mean(ratios**2))) if ratios is not None and ratios.size else None,
            marks=self.marks(),
            assumptions=self._assumptions(),
        )

    def _form(self) -> tuple[str, tuple[int, ...]]:
        """dtype and shape: of what came, else as TensorRT infers it, else of the reference or of what is expected."""
        if self.actual is not None:
            return self.actual.dtype, self.actual.shape
        if self.inferred is not None:
            return self.inferred
        reference, expected = self.judged.reference, self.expected
        if reference is None and expected is not None and expected.made is not None:
            return expected.made.array.dtype, expected.made.array.shape
        return (reference.dtype, reference.shape) if reference is not None else ("unknown", ())

    def _assumptions(self) -> list[str]:
        return [*self.judged.notes, *(f"{rule.describe()}: {rule.reason}" for rule in self.rules if rule.reason)]

    def _terms(self) -> str | None:
        """How many terms make the worst element, and how large they are; None if there is no error."""
        reference, pair = self.judged.reference, self.judged.actual_reference
        if reference is None or pair is None or reference.terms is None or not pair.error.any():
            return None
        m, n, s = (float(part[pair.worst]) for part in reference.terms)
        return f"a sum of {n:.0f} terms, magnitudes {rounded(m, 3)} in all, partial sums up to {rounded(s, 3)}"


def judge_output(
    case: Case, name: str, actual: Array | None, inferred: tuple[str, tuple[int, ...]] | None
) -> JudgedOutput:
    """Compare one output of a case with what is expected and with the reference."""
    expected = case.expected.get(name)
    rules = expected.tolerance if expected and expected.tolerance else case.tolerance
    tried = attempts(case, name, rules)
    judged = judge(actual, tried, _literal(expected, tried) if expected else None, rules)
    return JudgedOutput(name, judged, actual, expected, rules, inferred)


def attempts(case: Case, name: str, rules: Sequence[Tolerance]) -> list[tuple[str, Bounded]]:
    """The reference of an output with its bounds, strictest first; a looser one names the freedom it grants."""
    auto = next((rule for rule in rules if rule.kind == "auto"), Tolerance())
    plain = partial(Arithmetic, acc=auto.acc, lam=auto.lam)
    tf32 = case.definition.options.flags.get("TF32", False) if auto.tf32 is None else auto.tf32
    local = auto.local is not False
    granted = [("", plain(local=local))]
    if tf32:
        granted.append(("TF32 accuracy", plain(tf32=True, local=local)))
    if auto.local is None and any(layer.method.startswith("add_convolution") for layer in case.layers.values()):
        granted.append(("transform-domain accuracy", plain(tf32=tf32, local=False)))
    found = [(note, case.evaluation(arithmetic).tensors.get(name)) for note, arithmetic in granted]
    return [(note, bounded) for note, bounded in found if bounded is not None]


def dims(shape: Sequence[int]) -> str:
    """A shape in words: `1×1×3×3`."""
    return "×".join(str(n) for n in shape) or "scalar"


def _literal(expected: Expected, tried: Sequence[tuple[str, Bounded]]) -> ExpectedValues:
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
    computed = (expected.origin or "").split(" ")[0] in ("source", "observed")
    return ExpectedValues(values, half, expected.dtype, expected.shape, computed, expected.signed_zero)


def _pairs(judged: Judgement) -> Iterator[Pair]:
    for pair in (judged.actual_reference, judged.actual_expected, judged.expected_reference):
        if pair is not None:
            yield pair


def _bad(judged: Judgement) -> Iterator[tuple[int, ...]]:
    """Indices of all elements at which any two of the three disagree, in order."""
    masks = [pair.bad for pair in _pairs(judged)]
    if masks:
        yield from (tuple(int(i) for i in index) for index in np.argwhere(np.logical_or.reduce(masks)))


def _text(value: Any) -> str:
    if value.dtype.kind in "bi" or value.dtype.name == "int4":
        return number(bool(value) if value.dtype.kind == "b" else int(value))
    return number(float(value), 0.0, str(value.dtype))


def _digits(values: F64, digits: int) -> F64:
    """Values rounded to so many significant digits; whole numbers of no more digits are that already."""
    short = (np.abs(values) < 10.0**digits) & (values == np.rint(values))
    if short.all():
        return values
    text = [f"{x:.{digits - 1}e}" for x in values.reshape(-1)]
    return np.array([float(x) for x in text]).reshape(values.shape)


def _brief(value: Any) -> float | str:
    found = numbers(_digits(np.asarray(value, dtype=np.float64), 3))
    assert isinstance(found, (float, str))
    return found


def _reference_record(reference: Bounded) -> TensorRecord:
    shape = list(reference.shape)
    if reference.ref.size > WHOLE:
        low, high = np.nanmin(reference.ref), np.nanmax(reference.ref)
        return TensorRecord(
            dtype="float64", shape=shape, summary=f"{reference.ref.size} elements from {low:.9g} to {high:.9g}"
        )
    return TensorRecord(dtype="float64", shape=shape, values=numbers(_digits(reference.ref, REFERENCE_DIGITS)))


def _comparison(pair: Pair | None) -> Comparison | None:
    if pair is None:
        return None
    if not pair.error.size:
        return Comparison(agrees=True, bad=0)
    worst, ratio = pair.worst, pair.ratio
    return Comparison(
        agrees=pair.agrees,
        bad=int(pair.bad.sum()),
        ratio=_brief(ratio[worst]),
        index=list(worst),
        error=_brief(pair.error[worst]),
        max_error=_brief(pair.error.max()),
    )
