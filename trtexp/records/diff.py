"""The records of two releases -> what changed from one to the other, the gravest first. No GPU, no YAML is needed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Union, get_args

import numpy as np

from trtexp.numerics import F64, UNIT, Mask, decode, ulps
from trtexp.records.facts import BuildRecord, Difference, Number
from trtexp.records.model import CaseRecord, OutputRecord, ReportRecord
from trtexp.records.tensors import Summary, array, tensor

Kind = Literal[
    "fails",  # newly not as expected
    "unsupported",  # no longer supported
    "ends",  # ended otherwise
    "values",
    "shapes",
    "dtypes",
    "outputs",
    "errors",
    "warnings",
    "log",
    "verdicts",
    "passes",  # newly as expected
    "supported",  # newly supported
    "network",  # other network or build options
    "yaml",  # made from another text of the experiment
    "gone",  # only in the first
    "new",  # only in the second
    "lines",  # only the line numbers of TensorRT's own source
]
KINDS: tuple[Kind, ...] = get_args(Kind)  #: the gravest first

#: [network.cpp::addDeconvolutionNd::1088], in checkNOrMoreDims at network.cpp:865
_SOURCE_LINE = re.compile(r"(?<=[\w>]::)\d+\b|(?<=\.cpp:)\d+|(?<=\.h:)\d+")
_NOT_RUN = {"built", "unjudged"}


@dataclass(frozen=True, order=True)
class Told:
    """A message, warning or log line that only one side has, and how often. severity: of a log line."""

    text: str
    count: int = 1
    severity: str | None = None


@dataclass(frozen=True)
class Moved:
    """Elements with other bits. furthest: the index of the one that moved furthest, measured by the bound where there
    is one; before, after: its values; bounds: how far it moved in bounds. ulps: the most that any moved, infinite to or
    from NaN, None where the dtype has none. ratios: the worst error / bound on both sides, where that changed. timed:
    layers whose kernels TensorRT chose by timing."""

    count: int
    elements: int
    dtype: str
    furthest: tuple[int, ...]
    before: object
    after: object
    ulps: float | None = None
    bounds: float | None = None
    ratios: tuple[Number, Number] | None = None
    timed: tuple[str, ...] = ()


#: What stands on one side of a change: a case for its ending, or what else differs.
Fact = Union[CaseRecord, BuildRecord, Difference, Told, Summary, tuple[int, ...], str, None]


@dataclass(frozen=True)
class Change:
    """One thing that changed. case: None if it is the whole file; output: the one it is about; before, after: what only
    one of the two has."""

    kind: Kind
    experiment: str
    case: str | None
    output: str | None = None
    before: tuple[Fact, ...] = ()
    after: tuple[Fact, ...] = ()
    moved: Moved | None = None


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

    def of(self, kind: Kind) -> list[Change]:
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
    return Diff(
        tuple(first.values()),
        tuple(second.values()),
        tuple(sorted(changes, key=lambda change: (KINDS.index(change.kind), change.experiment))),
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
        yield Change("yaml", name, None)
    both_ran = "reference" not in (a.release.backend, b.release.backend)
    if both_ran and a.build != b.build:
        yield Change("network", name, None, None, (a.build,), (b.build,))
    for case in a.cases:
        if case.name not in {c.name for c in b.cases}:
            yield Change("gone", name, case.name)
    for case in b.cases:
        if case.name not in {c.name for c in a.cases}:
            yield Change("new", name, case.name)
    for old, new in _pairs(a, b):
        for found in _cases(old, new, both_ran):
            yield Change(found.kind, name, old.name, found.output, found.before, found.after, found.moved)


class _Found(NamedTuple):
    kind: Kind
    output: str | None = None
    before: tuple[Fact, ...] = ()
    after: tuple[Fact, ...] = ()
    moved: Moved | None = None


def _cases(a: CaseRecord, b: CaseRecord, both_ran: bool) -> Iterator[_Found]:
    """both_ran: TensorRT answered on both sides; the reference has no messages, warnings, log or values."""
    if a.definition != b.definition:
        yield _Found("network", None, tuple(a.differs), tuple(b.differs))
    yield from _ending(a, b, both_ran)
    for old, new in _outputs(a, b):
        yield from _form(old, new)
    names = [{output.name for output in case.outputs} for case in (a, b)]
    if all(names) and names[0] != names[1]:
        yield _Found("outputs", None, tuple(sorted(names[0] - names[1])), tuple(sorted(names[1] - names[0])))
    if both_ran and "unsupported" not in (a.status, b.status):
        yield from _told(a, b)
        timed = _timed(a, b)
        for old, new in _outputs(a, b):
            yield from _values(old, new, timed)


def _ending(a: CaseRecord, b: CaseRecord, both_ran: bool) -> Iterator[_Found]:
    """Status, phase of a refusal, ending; a case that one side did not run or judge has not ended otherwise."""
    lacked = [case.status == "unsupported" for case in (a, b)]
    if a.as_expected != b.as_expected:
        yield _Found("fails" if a.as_expected else "passes", None, (a,), (b,))
    elif lacked[0] == lacked[1] and not (a.as_expected and _NOT_RUN & {a.status, b.status}):
        if (a.status, a.phase) != (b.status, b.phase):
            yield _Found("ends", None, (a,), (b,))
        elif both_ran and _judged(a) != _judged(b):
            yield _Found("verdicts", None, (a,), (b,))
    if both_ran and lacked[0] != lacked[1]:
        yield _Found("supported" if lacked[0] else "unsupported", None, (a,), (b,))


def _judged(case: CaseRecord) -> tuple[object, ...]:
    """How a case was judged, but for what was expected of it."""
    ending = case.ending
    return ending.kind, ending.phase, ending.missing, ending.certified, [output.granted for output in case.outputs]


def _told(a: CaseRecord, b: CaseRecord) -> Iterator[_Found]:
    """Messages, warnings and log lines, and apart from these what only stands elsewhere in TensorRT's source."""
    moved = False
    sides: dict[Kind, list[list[Told]]] = {
        "errors": [[Told(case.message)] if case.message else [] for case in (a, b)],
        "warnings": [list(map(Told, case.warnings)) for case in (a, b)],
        "log": [[Told(line.text, severity=line.severity) for line in case.log] for case in (a, b)],
    }
    for kind, (old, new) in sides.items():
        before, after = _lines(old, new), _lines(new, old)
        if before or after:
            yield _Found(kind, None, before, after)
        elif sorted(old) != sorted(new):
            moved = True
    if moved:
        yield _Found("lines")


def _lines(those: Sequence[Told], others: Sequence[Told]) -> tuple[Told, ...]:
    """The lines that the others lack, wherever they stand in TensorRT's source, each with how often they lack it."""
    left = Counter(map(_placeless, those))
    left.subtract(map(_placeless, others))
    first = {_placeless(line): line for line in reversed(those)}
    return tuple(replace(first[key], count=n) for key, n in left.items() if n > 0)


def _placeless(line: Told) -> Told:
    return replace(line, text=_SOURCE_LINE.sub("N", line.text))


def _form(a: OutputRecord, b: OutputRecord) -> Iterator[_Found]:
    if a.shape != b.shape:
        yield _Found("shapes", a.name, (tuple(a.shape),), (tuple(b.shape),))
    if a.dtype != b.dtype:
        yield _Found("dtypes", a.name, (a.dtype,), (b.dtype,))


def _timed(*cases: CaseRecord) -> tuple[str, ...]:
    """The layers whose kernels TensorRT chose by timing, so that their last bits may change from build to build."""
    notes = (each for case in cases for each in case.adapted if each.kind == "timed_kernels")
    return tuple(dict.fromkeys(each.subject for each in notes))


def _values(a: OutputRecord, b: OutputRecord, timed: tuple[str, ...]) -> Iterator[_Found]:
    """Which elements have other bits; of large tensors only whether any has."""
    old, new = a.actual, b.actual
    if old is None or new is None or (old.dtype, old.shape) != (new.dtype, new.shape):
        return
    if old.values is None or new.values is None:
        if old.summary != new.summary:
            yield _Found("values", a.name, (old.summary,), (new.summary,))
        return
    first, second = tensor(old), tensor(new)
    x, y = decode(first), decode(second)
    distance = ulps(first, second)
    moved: Mask = (distance != 0) | (np.signbit(x.astype(np.float64)) != np.signbit(y.astype(np.float64)))
    moved &= ~(np.isnan(x.astype(np.float64)) & np.isnan(y.astype(np.float64)))
    if moved.any():
        yield _Found("values", a.name, moved=replace(_furthest(a, b, moved, distance), timed=timed))


def _furthest(a: OutputRecord, b: OutputRecord, moved: Mask, distance: F64) -> Moved:
    """The element that moved furthest, measured by the bound where there is one."""
    assert a.actual is not None and b.actual is not None
    old, new = (decode(tensor(side)).astype(np.float64) for side in (a.actual, b.actual))
    far, bound = distance, None if b.bound is None else array(b.actual.model_copy(update={"values": b.bound}))
    if bound is not None:
        with np.errstate(all="ignore"):
            far = np.where(moved, np.abs(new - old) / bound, 0)
    place = np.unravel_index(int(np.argmax(np.where(moved, np.where(np.isnan(far), np.inf, far), -1))), moved.shape)
    before, after = (None if o.actual_reference is None else o.actual_reference.ratio for o in (a, b))
    return Moved(
        count=int(moved.sum()),
        elements=moved.size,
        dtype=a.dtype,
        furthest=tuple(int(i) for i in place),
        before=_leaf(a.actual.values, place),
        after=_leaf(b.actual.values, place),
        ulps=float(distance.max()) if a.dtype in UNIT else None,
        bounds=None if bound is None else float(far[place]),
        ratios=(before, after) if before is not None and after is not None and before != after else None,
    )


def _leaf(values: object, place: Sequence[np.intp]) -> object:
    for i in place:
        assert isinstance(values, list)
        values = values[i]
    return values
