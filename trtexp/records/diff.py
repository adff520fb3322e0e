"""The records of two releases -> what changed from one to the other, the gravest first. No GPU, no YAML is needed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trtexp.numerics import F64, UNIT, Mask, decode, ulps
from trtexp.numerics.format import number, rounded
from trtexp.records.model import CaseRecord, OutputRecord, ReportRecord, array, tensor

#: kind of change -> what a reader calls it, the gravest first
KINDS = {
    "fails": "newly not as expected",
    "unsupported": "no longer supported",
    "ends": "ended otherwise",
    "values": "values moved",
    "shapes": "shapes changed",
    "dtypes": "dtypes changed",
    "outputs": "other outputs",
    "errors": "error messages changed",
    "warnings": "Python warnings changed",
    "log": "log lines changed",
    "verdicts": "judged otherwise",
    "passes": "newly as expected",
    "supported": "newly supported",
    "network": "other network or build options",
    "yaml": "made from another text of the experiment",
    "gone": "only in {before}",
    "new": "only in {after}",
    "lines": "only the line numbers of TensorRT's own source",
}

#: [network.cpp::addDeconvolutionNd::1088], in checkNOrMoreDims at network.cpp:865
_SOURCE_LINE = re.compile(r"(?<=[\w>]::)\d+\b|(?<=\.cpp:)\d+|(?<=\.h:)\d+")
_NOT_RUN = {"built", "unjudged"}


@dataclass(frozen=True)
class Change:
    """One thing that changed. case: None if it is the whole file; before, after: lines that only one of the two has."""

    kind: str
    experiment: str
    case: str | None
    text: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diff:
    """All changes between two releases. cases: in both; alike: of these, how many did not change; outputs: how many
    have values on both sides, which alone can be compared."""

    before: tuple[ReportRecord, ...]
    after: tuple[ReportRecord, ...]
    changes: tuple[Change, ...]
    cases: int
    alike: int
    outputs: int

    @property
    def names(self) -> tuple[str, str]:
        """The names of the two releases."""
        before, after = (next((r.release.name for r in side), "nothing") for side in (self.before, self.after))
        return before, after

    def title(self, kind: str) -> str:
        return KINDS[kind].format(before=self.names[0], after=self.names[1])

    def of(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]


def diff(before: Sequence[ReportRecord], after: Sequence[ReportRecord]) -> Diff:
    """Compare two releases file by file and case by case."""
    first, second = ({r.experiment: r for r in sorted(side, key=lambda r: r.experiment)} for side in (before, after))
    changes = [Change("gone", name, None) for name in first if name not in second]
    changes += [Change("new", name, None) for name in second if name not in first]
    shared = [(first[name], second[name]) for name in first if name in second]
    for a, b in shared:
        changes += _reports(a, b)
    pairs = [pair for a, b in shared for pair in _pairs(a, b)]
    changed = {(c.experiment, c.case) for c in changes if c.case is not None and c.kind not in ("gone", "new")}
    outputs = [pair for a, b in pairs for pair in _outputs(a, b) if pair[0].actual and pair[1].actual]
    order = list(KINDS)
    return Diff(
        tuple(first.values()),
        tuple(second.values()),
        tuple(sorted(changes, key=lambda change: (order.index(change.kind), change.experiment))),
        len(pairs),
        len(pairs) - len(changed),
        len(outputs),
    )


def _pairs(a: ReportRecord, b: ReportRecord) -> list[tuple[CaseRecord, CaseRecord]]:
    others = {case.name: case for case in b.cases}
    return [(case, others[case.name]) for case in a.cases if case.name in others]


def _outputs(a: CaseRecord, b: CaseRecord) -> list[tuple[OutputRecord, OutputRecord]]:
    others = {output.name: output for output in b.outputs}
    return [(output, others[output.name]) for output in a.outputs if output.name in others]


def _reports(a: ReportRecord, b: ReportRecord) -> Iterator[Change]:
    name = a.experiment
    if a.sha256 != b.sha256:
        yield Change("yaml", name, None, "run the older one again to compare like with like")
    both_ran = "reference" not in (a.release.backend, b.release.backend)
    if both_ran and a.options != b.options:
        yield Change("network", name, None, "", tuple(a.options), tuple(b.options))
    for case in a.cases:
        if case.name not in {c.name for c in b.cases}:
            yield Change("gone", name, case.name)
    for case in b.cases:
        if case.name not in {c.name for c in a.cases}:
            yield Change("new", name, case.name)
    for old, new in _pairs(a, b):
        for kind, text, before, after in _cases(old, new, both_ran):
            yield Change(kind, name, old.name, text, before, after)


_Found = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _cases(a: CaseRecord, b: CaseRecord, both_ran: bool) -> Iterator[_Found]:
    """both_ran: TensorRT answered on both sides; the reference has no messages, warnings, log or values."""
    if a.definition != b.definition:
        yield "network", "", tuple(a.differs), tuple(b.differs)
    yield from _ending(a, b, both_ran)
    for old, new in _outputs(a, b):
        yield from _form(old, new)
    names = [{output.name for output in case.outputs} for case in (a, b)]
    if all(names) and names[0] != names[1]:
        yield "outputs", "", tuple(sorted(names[0] - names[1])), tuple(sorted(names[1] - names[0]))
    if both_ran and "unsupported" not in (a.status, b.status):
        yield from _told(a, b)
        for old, new in _outputs(a, b):
            yield from _values(old, new)


def _ending(a: CaseRecord, b: CaseRecord, both_ran: bool) -> Iterator[_Found]:
    """Status, phase of a refusal, headline; a case that one side did not run or judge has not ended otherwise."""
    lines = (a.headline, *a.problems), (b.headline, *b.problems)
    lacked = [case.status == "unsupported" for case in (a, b)]
    if a.as_expected != b.as_expected:
        yield ("fails" if a.as_expected else "passes"), "", *lines
    elif lacked[0] == lacked[1] and not (a.as_expected and _NOT_RUN & {a.status, b.status}):
        if (a.status, a.phase) != (b.status, b.phase):
            yield "ends", "", *lines
        elif both_ran and a.headline != b.headline:
            yield "verdicts", "", (a.headline,), (b.headline,)
    if both_ran and lacked[0] != lacked[1]:
        yield ("supported" if lacked[0] else "unsupported"), "", (a.headline,), (b.headline,)


def _told(a: CaseRecord, b: CaseRecord) -> Iterator[_Found]:
    """Messages, warnings and log lines, and apart from these what only stands elsewhere in TensorRT's source."""
    moved = False
    for kind, old, new in (
        ("errors", [a.message] if a.message else [], [b.message] if b.message else []),
        ("warnings", a.warnings, b.warnings),
        ("log", a.log, b.log),
    ):
        before, after = _lines(old, new), _lines(new, old)
        if before or after:
            yield kind, "", before, after
        elif sorted(old) != sorted(new):
            moved = True
    if moved:
        yield "lines", "", (), ()


def _lines(those: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The lines that the others lack, wherever they stand in TensorRT's source; `3 × ` before what comes that often."""
    left = Counter(map(_placeless, those))
    left.subtract(map(_placeless, others))
    first = {_placeless(line): line for line in reversed(those)}
    return tuple(f"{n} × {first[key]}" if n > 1 else first[key] for key, n in left.items() if n > 0)


def _placeless(text: str) -> str:
    return _SOURCE_LINE.sub("N", text)


def _form(a: OutputRecord, b: OutputRecord) -> Iterator[_Found]:
    if a.shape != b.shape:
        yield "shapes", a.name, (_dims(a.shape),), (_dims(b.shape),)
    if a.dtype != b.dtype:
        yield "dtypes", a.name, (a.dtype,), (b.dtype,)


def _dims(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "scalar"


def _values(a: OutputRecord, b: OutputRecord) -> Iterator[_Found]:
    """Which elements have other bits, by how many ulps, and how far that is measured by the bound."""
    old, new = a.actual, b.actual
    if old is None or new is None or (old.dtype, old.shape) != (new.dtype, new.shape):
        return
    if old.values is None or new.values is None:
        if old.summary != new.summary:
            yield "values", a.name, (old.summary or "no values",), (new.summary or "no values",)
        return
    first, second = tensor(old), tensor(new)
    x, y = decode(first), decode(second)
    distance = ulps(first, second)
    moved: Mask = (distance != 0) | (np.signbit(x.astype(np.float64)) != np.signbit(y.astype(np.float64)))
    moved &= ~(np.isnan(x.astype(np.float64)) & np.isnan(y.astype(np.float64)))
    if moved.any():
        yield "values", _sentence(a, b, moved, distance), (), ()


def _sentence(a: OutputRecord, b: OutputRecord, moved: Mask, distance: F64) -> str:
    """The element that moved furthest, measured by the bound where there is one."""
    assert a.actual is not None and b.actual is not None
    old, new = (decode(tensor(side)).astype(np.float64) for side in (a.actual, b.actual))
    far = distance
    bound = None if b.bound is None else array(b.actual.model_copy(update={"values": b.bound}))
    if bound is not None:
        with np.errstate(all="ignore"):
            far = np.where(moved, np.abs(new - old) / bound, 0)
    place = np.unravel_index(int(np.argmax(np.where(moved, np.where(np.isnan(far), np.inf, far), -1))), moved.shape)
    index = ", ".join(str(i) for i in place)
    values = " → ".join(number(_leaf(side, place), 0.0, a.dtype) for side in (a.actual.values, b.actual.values))
    parts = [f"{int(moved.sum())} of {moved.size} elements moved", f"the furthest {a.name}[{index}]: {values}"]
    if a.dtype in UNIT:
        most = float(distance.max())
        parts[0] += f", by up to {number(most)} ulp" if np.isfinite(most) else ", some to or from NaN"
    if bound is not None:
        parts[1] += f", {_bounds(float(far[place]))}"
    ratios = [None if o.actual_reference is None else o.actual_reference.ratio for o in (a, b)]
    if None not in ratios and ratios[0] != ratios[1]:
        parts.append(f"worst error {' → '.join(rounded(ratio, 3) for ratio in ratios)} of the bound")
    return "; ".join(parts)


def _leaf(values: object, place: Sequence[np.intp]) -> object:
    for i in place:
        assert isinstance(values, list)
        values = values[i]
    return values


def _bounds(ratio: float) -> str:
    return f"{rounded(ratio, 2)} of the bound" if np.isfinite(ratio) else "where no error is allowed"
