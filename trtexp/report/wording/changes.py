"""What changed between two releases, in words."""

from __future__ import annotations

import math

from trtexp.errors import plural
from trtexp.numerics.format import number, rounded, shape_text
from trtexp.records.diff import KINDS, Change, Diff, Fact, Kind, Moved, Told
from trtexp.records.facts import BuildRecord, Difference
from trtexp.records.model import CaseRecord
from trtexp.records.tensors import Summary
from trtexp.report.wording.cases import difference, headline, problems
from trtexp.report.wording.outputs import index_text
from trtexp.report.wording.values import options, summary

#: kind of change -> what a reader calls it
_TITLES: dict[Kind, str] = {
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
_WITH_PROBLEMS: tuple[Kind, ...] = ("fails", "passes", "ends")


def title(kind: Kind, diff: Diff) -> str:
    """What a kind of change is called."""
    return _TITLES[kind].format(before=diff.names[0], after=diff.names[1])


def text(change: Change) -> str:
    """What a change says beside its two sides; often nothing."""
    if change.kind == "yaml":
        return "run the older one again to compare like with like"
    if change.moved is not None:
        return moved(change.output or "", change.moved)
    return change.output or ""


def sides(change: Change) -> tuple[list[str], list[str]]:
    """The lines that only the first has, and those that only the second has."""
    before, after = (
        [line for fact in facts for line in _lines(fact, change.kind)] for facts in (change.before, change.after)
    )
    return before, after


def _lines(fact: Fact, kind: Kind) -> list[str]:
    if isinstance(fact, CaseRecord):
        return [str(headline(fact)), *(problems(fact) if kind in _WITH_PROBLEMS else [])]
    if isinstance(fact, BuildRecord):
        return options(fact)
    if isinstance(fact, Difference):
        return [difference(fact)]
    if isinstance(fact, Told):
        return [told(fact)]
    if isinstance(fact, Summary):
        return [summary(fact)]
    if fact is None:
        return ["no values"] if kind == "values" else []
    return [shape_text(fact) if isinstance(fact, tuple) else fact]


def told(line: Told) -> str:
    """`3 × ` before what comes that often."""
    start = f"{line.count} × " if line.count > 1 else ""
    return start + (line.text if line.severity is None else f"{line.severity}: {line.text}")


def moved(output: str, found: Moved) -> str:
    """Which elements have other bits, by how many ulps, and how far that is measured by the bound."""
    values = " → ".join(number(value, 0.0, found.dtype) for value in (found.before, found.after))
    first = f"{found.count} of {plural(found.elements, 'element')} moved"
    if found.ulps is not None:
        first += f", by up to {number(found.ulps)} ulp" if math.isfinite(found.ulps) else ", some to or from NaN"
    furthest = f"the furthest {output}{index_text(found.furthest)}: {values}"
    if found.bounds is not None:
        far = f"{rounded(found.bounds, 2)} of the bound" if math.isfinite(found.bounds) else "where no error is allowed"
        furthest += f", {far}"
    worst = []
    if found.ratios is not None:
        worst = [f"worst error {' → '.join(rounded(ratio, 3) for ratio in found.ratios)} of the bound"]
    chosen = [f"the kernels of {name} are chosen by timing, which may be all that changed" for name in found.timed]
    return "; ".join([first, furthest, *worst, *chosen])


def overview(diff: Diff) -> str:
    """How many cases are in both, and alike."""
    if not diff.cases:
        return "no case is in both"
    values = f"the values of {plural(diff.outputs, 'output')} compared" if diff.outputs else "no values to compare"
    return f"{diff.alike} of {plural(diff.cases, 'case')} alike, {values}"


def counts(diff: Diff) -> str:
    """How much of each kind there is; the grave ones also where there is none."""
    shown = (kind for kind in KINDS if diff.of(kind) or kind in ("fails", "values"))
    return " · ".join(f"{title(kind, diff)}: {len(diff.of(kind))}" for kind in shown)
