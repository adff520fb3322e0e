"""Green cases whose tolerance deserves a look, from their records alone: what passes only just, or anything would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from trtexp.numerics import F64, UNIT, decode, spacing
from trtexp.numerics.format import rounded
from trtexp.numerics.tolerance import Tolerance, read_words
from trtexp.records.model import Comparison, OutputRecord, ReportRecord, array, tensor

MOST_USED = 0.5  # of a bound; more of it is worth a look
WIDE = 10  # times what is needed; a tolerance written by hand should be closer


class Remark(NamedTuple):
    """What stands out. place: `file:line:column: case: output`, with the release; tightest: the least that passes."""

    place: str
    text: str
    tightest: str


class Audit(NamedTuple):
    """remarks: in the order of the records. unknown: tolerances by hand of outputs that no record has a value for."""

    remarks: list[Remark]
    outputs: int
    unknown: list[str]


def audit(reports: Iterable[ReportRecord]) -> Audit:
    """Look at every output of every case that is as expected and was compared."""
    remarks: list[Remark] = []
    judged: dict[str, bool] = {}
    outputs = 0
    for report in reports:
        for case in report.cases:
            for output in case.outputs if case.as_expected and case.finding is None else ():
                name = f"{case.location}: {case.name}: {output.name}"
                compared = _compared(output)
                outputs += compared is not None
                if by_hand(output):
                    key = f"{report.experiment}: {case.name}: {output.name}: {output.tolerance}"
                    judged[key] = judged.get(key, False) or compared is not None
                if compared is not None:
                    place = f"{name} on {report.release.name}"
                    remarks += (Remark(place, text, tightest(output, compared)) for text in _texts(output, compared))
    return Audit(remarks, outputs, [key for key, known in judged.items() if not known])


def by_hand(output: OutputRecord) -> list[Tolerance]:
    """The rules that somebody wrote: `auto` and `exact` have nothing to choose."""
    return [rule for rule in read_words(output.tolerance) if rule.kind not in ("auto", "exact")]


def _compared(output: OutputRecord) -> Comparison | None:
    """The comparison to look at: the device's, or of the literals where a tolerance by hand was made for them."""
    found = output.actual_reference or output.actual_expected
    if found is None and by_hand(output):
        found = output.expected_reference
    return found if found is not None and found.agrees and found.ratio is not None else None


def _texts(output: OutputRecord, compared: Comparison) -> Iterator[str]:
    used, rules = float(compared.ratio or 0), by_hand(output)
    if used > MOST_USED and np.isfinite(used):
        yield f"uses {rounded(used, 2)} of what {output.tolerance} allows"
    elementwise = [rule for rule in rules if rule.kind in ("ulp", "close")]
    if elementwise and used * WIDE < 1:
        much = f"{rounded(1 / used, 2)} times what is needed" if used else "for a result that is exact"
        yield f"{output.tolerance} is far too wide: {much}"
    pair = _pair(output)
    if pair is None:
        return
    error, reference = np.abs(pair[0] - pair[1]), np.abs(pair[1])
    for rule in elementwise:
        held = int((error > rule.rtol * reference).sum()) if rule.kind == "close" and rule.atol else 0
        if held:
            yield f"{held} of {error.size} elements pass only by atol {rule.atol:g}"
    lost = int(((error >= reference) & (reference > 0)).sum()) if not rules else 0
    if lost:
        yield f"{lost} of {error.size} elements are off by their own size or more: only the bound's absolute part holds"
    for rule in rules:
        if rule.kind == "snr_db" and _snr(*pair) > rule.limit + 20:
            yield f"{rule.describe()} is far too wide"
        if rule.kind == "cosine" and (1 - _cosine(*pair)) * WIDE < 1 - rule.limit:
            yield f"{rule.describe()} is far too wide"


def tightest(output: OutputRecord, compared: Comparison) -> str:
    """The least tolerance that this result passes, of the kind that was written; in ulps where none was."""
    if not compared.max_error and not compared.error:
        return "exact"
    rules, pair = by_hand(output), _pair(output)
    kinds = {rule.kind for rule in rules}
    if pair is None:
        scaled = [_scaled(rule, float(compared.ratio or 0)) for rule in rules if rule.kind in ("ulp", "close")]
        return " and ".join(scaled) or f"{rounded(compared.ratio or 0, 2)} of the bound"
    error, reference = np.abs(pair[0] - pair[1]), np.abs(pair[1])
    said = []
    if kinds <= {"ulp"}:
        if output.dtype not in UNIT:
            return f"atol {rounded(float(error.max()), 2)}"
        said.append(f"ulp {rounded(float((error / spacing(reference, output.dtype)).max()), 2)}")
    if "close" in kinds:
        some = error > 0
        relative = float((error[some] / reference[some]).max()) if reference[some].all() else np.inf
        said.append(f"atol {rounded(float(error.max()), 2)}" + (f", or rtol {rounded(relative, 2)}" * (relative < 1)))
    if "snr_db" in kinds:
        said.append(f"snr_db {rounded(_snr(*pair), 3)}")
    if "cosine" in kinds:
        said.append(f"cosine {_cosine(*pair):.9g}")
    return " and ".join(said)


def _scaled(rule: Tolerance, used: float) -> str:
    """A rule times the share of it that is used."""
    if rule.kind == "ulp":
        return f"ulp {rounded(rule.limit * used, 2)}"
    return f"atol {rounded(rule.atol * used, 2)}, rtol {rounded(rule.rtol * used, 2)}"


def _pair(output: OutputRecord) -> tuple[F64, F64] | None:
    """What was compared, element by element; None where the record holds no values, since the tensor is too large."""
    got, want = output.actual or output.expected, output.reference or output.expected
    if got is None or want is None or got.values is None or want.values is None or got.shape != want.shape:
        return None
    there, wanted = decode(tensor(got)).astype(np.float64), array(want)
    finite = np.isfinite(there) & np.isfinite(wanted)
    return np.where(finite, there, 0.0), np.where(finite, wanted, 0.0)


def _snr(got: F64, want: F64) -> float:
    noise = float(np.sum((got - want) ** 2))
    return 10 * float(np.log10(float(np.sum(want**2)) / noise)) if noise and want.any() else float("inf")


def _cosine(got: F64, want: F64) -> float:
    norms = float(np.linalg.norm(got) * np.linalg.norm(want))
    return float(np.sum(got * want)) / norms if norms else 1.0
