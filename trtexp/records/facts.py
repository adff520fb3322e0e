"""The facts that records are made of: places, endings, deviations. How they read is the business of whoever shows them.

Facts that other rooms also hold are theirs: Phase, LogLine and Adaptation of the definition, Tolerance and Origin of
the numerics.
"""

from __future__ import annotations

from typing import Literal, Union

from pydantic import BaseModel, ConfigDict

from trtexp.definition.facts import CasePhase
from trtexp.numerics.tolerance import Tolerance

Status = Literal["pass", "mismatch", "failed", "unsupported", "crashed", "timeout", "built", "unjudged", "internal"]
#: wide: inside the hard bound, outside the typical one; vacuous: the bound says too little; unjudged: there is nothing
#: to compare with, or any value is legal.
Verdict = Literal["pass", "wide", "mismatch", "vacuous", "unjudged"]
Side = Literal["expected", "actual", "reference"]
Measuree = Literal["expected", "actual"]

#: A number as JSON has it: NaN and infinities are text.
Number = Union[float, Literal["NaN", "Infinity", "-Infinity"]]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Place(Record):
    """Where something stands in a YAML file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Difference(Record):
    """One value that a case changes in the file's base. path: the shortest telling one, `deconv`, `padding_nd`."""

    path: list[str]
    value: str  # as the YAML has it, in short


class Unmet(Record):
    """A Python warning or log line that did not come, by its pattern, or a warning that nobody expects, by its text."""

    kind: Literal["warning", "log", "unexpected_warning"]
    pattern: str | None = None
    text: str | None = None


EndingKind = Literal[
    # without TensorRT
    "crash_untold",  # it must crash in `phase`
    "refusal_untold",  # it must be refused in `phase`
    "finding_untold",  # it must differ from the reference
    "no_model_value",  # trtexp's own model refuses what nothing expects to be refused
    "no_reference",
    "not_modelled",  # an attribute changes the numbers in a way that trtexp does not know
    "contradicted",  # expected values differ from the reference
    "confirmed",  # expected values agree with it
    "computed",  # no values are expected
    "undefined",  # any value is legal of all that is expected
    # built ahead of time
    "crash_untried",
    "refusal_untried",
    "built",
    # the process
    "crashed",  # in `phase`, as expected
    "crashed_otherwise",  # in `phase`, of what `pattern` does not match
    "died",  # nobody expected it: it crashed, or gave no answer in time
    "no_crash",
    # what the release lacks
    "missing",  # `missing`, as expected
    "missing_undeclared",
    "missing_other",  # `missing`, where `declared` was expected
    "not_missing",  # `declared` is there
    # errors
    "refused",  # in `phase`, as expected
    "refused_unexpectedly",
    "refused_elsewhere",  # not in `phase`
    "refused_otherwise",  # in `phase`, with a message that `pattern` does not match
    "not_refused",
    "other_lines",  # other warnings or log lines than expected
    # values
    "finding",  # it holds
    "beyond_finding",
    "finding_gone",
    "mismatch",
    "pass",
    "granted",  # inside the bound with a freedom that the outputs name
    "beyond_accumulator",  # sums of more terms than the accumulator that explains them is judged for
    "wide",
    "certified",  # every one of `certified` elements is exact
    "by_expectation",  # there is no reference
    "nothing_to_judge",
    # trtexp
    "not_valid",  # a fault of the file, on this release alone
    "beyond_limits",  # what it takes to judge it is more than the file may ask for
    "internal",  # trtexp itself failed, with this case alone
]

#: Endings that say nothing of TensorRT.
OF_TRTEXP: tuple[EndingKind, ...] = ("not_valid", "beyond_limits", "internal")


class Ending(Record):
    """How a case ended beside what was expected of it.

    phase, pattern: of the error or crash that was expected; where it ended and its message stand in the case.
    missing: what the release lacks; declared: what the case expects to be missing. lost: outputs that did not come
    back.
    """

    kind: EndingKind
    phase: CasePhase | None = None
    pattern: str | None = None
    missing: str | None = None
    declared: str | None = None
    certified: int = 0
    lost: list[str] = []
    unmet: list[Unmet] = []


class Refusal(Record):
    """What trtexp's own model of a layer says against a case."""

    layer: str
    message: str


class Repeats(Record):
    """Builds and runs that were repeated. alike: one result came; fine: every result is as expected."""

    builds: int
    runs: int
    alike: bool
    fine: bool


class Spread(Record):
    """What varies from run to run, and stands in no report: how often each result came, and how far they are apart."""

    builds: int
    runs: int
    counts: list[int]
    apart: dict[str, Number]  # by output


class FormFault(Record):
    """A dtype (text) or a shape (numbers) in which the sides differ. inferred: TensorRT's own before the run."""

    what: Literal["dtype", "shape"]
    expected: str | list[int] | None = None
    actual: str | list[int] | None = None
    reference: str | list[int] | None = None
    inferred: str | list[int] | None = None


class Deviation(Record):
    """How far an element is off, and how far it may be. ratio: error / allowed, None where that is no number."""

    error: Number
    allowed: Number
    ratio: Number | None = None


class Mark(Record):
    """One element that disagrees: its index, the values as text, how far it is off, and who is the odd one out.

    write: what would pass in place of a literal that the reference contradicts.
    """

    index: list[int]
    expected: str | None
    actual: str | None
    reference: str | None
    off: Deviation
    odd: Side | Literal["all"]
    write: str | None = None


class Leaving(Record):
    """A tensor in between that may leave the range of its type, so that what follows has another legal value."""

    tensor: str
    dtype: str


class Terms(Record):
    """The sum behind an element of a dot product. magnitude: of the terms' absolute values; largest_partial: of the
    partial sums in any order."""

    count: int
    magnitude: Number
    largest_partial: Number


class Measured(Record):
    """What a tensor-wide rule (snr_db or cosine) found, of what came or of the literals, and whether that is enough."""

    rule: Tolerance
    of: Measuree = "actual"
    value: Number
    enough: bool


class Comparison(Record):
    """One of the three comparisons of an output: how many elements disagree, and the worst of them.

    error: |a - b| at `index`; ratio: error / allowed there, the largest of all elements; max_error: over all elements.
    """

    agrees: bool
    bad: int
    ratio: Number | None = None
    index: list[int] | None = None
    error: Number | None = None
    max_error: Number | None = None


class BuildRecord(Record):
    """The effective build options; None is TensorRT's default."""

    flags: dict[str, bool]
    tactic_sources: list[str] | None = None
    tactics: Literal["repeatable", "fastest"] = "repeatable"
    optimization_level: int | None = None
    workspace: int | None = None
    strongly_typed: bool = False
