"""Green cases whose tolerance deserves a look, from their records alone: what passes only just, or anything would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from trtexp.numerics import F64, UNIT, decode, spacing
from trtexp.numerics.similarity import cosine, snr_db
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import Comparison, Place
from trtexp.records.model import OutputRecord, ReportRecord
from trtexp.records.tensors import array, has_gaps, tensor

MOST_USED = 0.5  # of a bound; more of it is worth a look
WIDE = 10  # times what is needed; a tolerance written by hand should be closer


@dataclass(frozen=True)
class Tightest:
    """The least that a result passes. rules: of the kind that was written, in ulps where none was. either: of `close`
    atol or rtol alone is enough. bound: the share of the bound, where nothing else can be told."""

    rules: tuple[Tolerance, ...] = ()
    either: bool = False
    bound: float | None = None


@dataclass(frozen=True)
class AuditNote:
    """What stands out about one output on one release.

    nearly_used: `share` of what is allowed is used. wide: all rules together allow over ten times what is needed, of
    which `share` is used. only_atol: `count` elements pass by atol of `rule` alone. own_size: `count` elements are off
    by their own size. loose: `rule`, which is for the whole tensor, is far too wide.
    """

    kind: Literal["nearly_used", "wide", "only_atol", "own_size", "loose"]
    share: float = 0.0
    count: int = 0
    rule: Tolerance | None = None


class Noted(NamedTuple):
    """A note with the place of its case, and what would do."""

    place: Place
    case: str
    output: OutputRecord
    release: str
    note: AuditNote
    tightest: Tightest


class Unknown(NamedTuple):
    """An output with a tolerance by hand that no record has a value for."""

    experiment: str
    case: str
    output: str
    tolerance: tuple[Tolerance, ...]


class Audit(NamedTuple):
    """noted: in the order of the records. outputs: how many were looked at."""

    noted: list[Noted]
    outputs: int
    unknown: list[Unknown]


def audit(reports: Iterable[ReportRecord]) -> Audit:
    """Look at every output of every case that is as expected and was compared."""
    noted: list[Noted] = []
    judged: dict[Unknown, bool] = {}
    outputs = 0
    for report in reports:
        for case in report.cases:
            for output in case.outputs if case.as_expected and case.finding is None else ():
                compared = _compared(output)
                outputs += compared is not None
                if by_hand(output):
                    key = Unknown(report.experiment, case.name, output.name, tuple(output.tolerance))
                    judged[key] = judged.get(key, False) or compared is not None
                if compared is not None:
                    least = tightest(output, compared)
                    place = (case.place, case.name, output, report.release.name)
                    noted += (Noted(*place, note, least) for note in _notes(output, compared))
    return Audit(noted, outputs, [key for key, known in judged.items() if not known])


def by_hand(output: OutputRecord) -> list[Tolerance]:
    """The rules that somebody wrote."""
    return [rule for rule in output.tolerance if rule.by_hand]


def _compared(output: OutputRecord) -> Comparison | None:
    """The comparison to look at: the device's, or of the literals where a tolerance by hand was made for them."""
    found = output.actual_reference or output.actual_expected
    if found is None and by_hand(output):
        found = output.expected_reference
    return found if found is not None and found.agrees and found.ratio is not None else None


def _notes(output: OutputRecord, compared: Comparison) -> Iterator[AuditNote]:
    used, rules = float(compared.ratio or 0), by_hand(output)
    if used > MOST_USED and np.isfinite(used):
        yield AuditNote("nearly_used", share=used)
    elementwise = [rule for rule in rules if rule.kind in ("ulp", "close")]
    if elementwise and used * WIDE < 1:
        yield AuditNote("wide", share=used)
    pair = _pair(output)
    if pair is None:
        return
    error, reference = np.abs(pair[0] - pair[1]), np.abs(pair[1])
    for rule in elementwise:
        held = int((error > rule.rtol * reference).sum()) if rule.kind == "close" and rule.atol else 0
        if held:
            yield AuditNote("only_atol", count=held, rule=rule)
    lost = int(((error >= reference) & (reference > 0)).sum()) if not rules else 0
    if lost:
        yield AuditNote("own_size", count=lost)
    for rule in rules:
        if rule.kind == "snr_db" and snr_db(*pair) > rule.limit + 20:
            yield AuditNote("loose", rule=rule)
        if rule.kind == "cosine" and (1 - cosine(*pair)) * WIDE < 1 - rule.limit:
            yield AuditNote("loose", rule=rule)


def tightest(output: OutputRecord, compared: Comparison) -> Tightest:
    """The least tolerance that this result passes, of the kind that was written; in ulps where none was."""
    if not compared.max_error and not compared.error:
        return Tightest((Tolerance("exact"),))
    rules, pair = by_hand(output), _pair(output)
    kinds = {rule.kind for rule in rules}
    if pair is None:
        used = float(compared.ratio or 0)
        scaled = tuple(_scaled(rule, used) for rule in rules if rule.kind in ("ulp", "close"))
        return Tightest(scaled) if scaled else Tightest(bound=used)
    error, reference = np.abs(pair[0] - pair[1]), np.abs(pair[1])
    least = []
    if kinds <= {"ulp"}:
        if output.dtype not in UNIT:
            return Tightest((Tolerance("close", atol=float(error.max())),), either=True)
        least.append(Tolerance("ulp", limit=float((error / spacing(reference, output.dtype)).max())))
    if "close" in kinds:
        some = error > 0
        relative = float((error[some] / reference[some]).max()) if reference[some].all() else np.inf
        least.append(Tolerance("close", atol=float(error.max()), rtol=relative if relative < 1 else 0.0))
    if "snr_db" in kinds:
        least.append(Tolerance("snr_db", limit=snr_db(*pair)))
    if "cosine" in kinds:
        least.append(Tolerance("cosine", limit=cosine(*pair)))
    return Tightest(tuple(least), either=True)


def _scaled(rule: Tolerance, used: float) -> Tolerance:
    """A rule times the share of it that is used."""
    return replace(rule, limit=rule.limit * used, atol=rule.atol * used, rtol=rule.rtol * used, reason="")


def _pair(output: OutputRecord) -> tuple[F64, F64] | None:
    """What was compared, element by element; None where the record does not hold all values: the tensor is too large,
    or its author left some out."""
    got, want = output.actual or output.expected, output.reference or output.expected
    if got is None or want is None or got.values is None or want.values is None or got.shape != want.shape:
        return None
    if has_gaps(got):
        return None
    there, wanted = decode(tensor(got)).astype(np.float64), array(want)
    finite = np.isfinite(there) & np.isfinite(wanted)
    return np.where(finite, there, 0.0), np.where(finite, wanted, 0.0)
