"""The frozen records that go to disk as JSON: what one experiment file showed on one release.

The JSON holds facts; how they read is decided where they are shown, so that a sentence can change without a GPU. Two
runs on one release and GPU give the same bytes, so nothing here holds a time, a date, a host, a path outside the
project or a pointer. `None` means "there is none".
"""

from __future__ import annotations

from typing import Literal

from trtexp.definition.facts import Adaptation, LogLine, Phase
from trtexp.numerics import Family, Freedom
from trtexp.numerics.origin import Origin
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import (
    BuildRecord,
    Comparison,
    Difference,
    Ending,
    FormFault,
    Leaving,
    Mark,
    Measured,
    Number,
    Place,
    Record,
    Refusal,
    Repeats,
    Status,
    Terms,
    Verdict,
)
from trtexp.records.network import NetworkRecord, SlidingWindow
from trtexp.records.picture import Picture
from trtexp.records.tensors import Numbers, TensorRecord

FORMAT: Literal[2] = 2


class RuntimeRecord(Record):
    """What ONNX Runtime, of that version and on a CPU, made of an output, and how it compares with the reference."""

    version: str
    tensor: TensorRecord
    compared: Comparison | None = None


class OutputRecord(Record):
    """One output of one case: expected, actual and reference, and the verdicts between them.

    faults: dtypes and shapes that differ. note: what the YAML says of the expected values.
    bound: B per element, nested like the shape, 3 significant digits (None above `WHOLE` elements).
    tolerance: the rules that all had to be met. granted: the freedom without which the bound was not met.
    measured: what the tensor-wide rules found. disagreeing: elements at which any two of the three disagree, of which
    `marks` names the worst. certified: how many elements the exactness certificate covers; certified_wrong: of these,
    how many are not exact. undetermined: how many elements have more than one legal value; unsettled: of these, how
    many may be anything, so that nothing was judged there. leaving: the tensors in between without whose range as
    typed numbers the outcome would be wrong. terms: of the worst element's sum, for dot products.
    typical: the largest error / T, and rms_typical the root mean square over the uncertified elements.
    picture: of an output of more than `WHOLE` elements. called: its name in the model that it was imported from.
    runtime: of an ONNX model; it decides nothing.
    """

    name: str
    verdict: Verdict
    dtype: str
    shape: list[int]
    faults: list[FormFault] = []
    expected: TensorRecord | None = None
    origin: Origin | None = None
    note: str | None = None
    actual: TensorRecord | None = None
    reference: TensorRecord | None = None
    bound: Numbers | None = None
    tolerance: list[Tolerance] = [Tolerance()]
    granted: Freedom | None = None
    measured: list[Measured] = []
    actual_reference: Comparison | None = None
    actual_expected: Comparison | None = None
    expected_reference: Comparison | None = None
    elements: int = 0
    disagreeing: int = 0
    certified: int = 0
    certified_wrong: int = 0
    undetermined: int = 0
    unsettled: int = 0
    leaving: list[Leaving] = []
    terms: Terms | None = None
    typical: Number | None = None
    rms_typical: Number | None = None
    marks: list[Mark] = []
    picture: Picture | None = None
    called: str | None = None
    runtime: RuntimeRecord | None = None


class CaseRecord(Record):
    """One case: what was expected, what came, and whether that is as expected.

    place: in the YAML, of the case or of the literals that are wrong. differs: what the case changes in the file's
    base. ending: what came beside what was expected; phase, message: where it ended if not well, and what TensorRT or
    the worker said. adapted: what the engine did otherwise to suit the release. refusal: what trtexp's own model says
    against the case. family: the releases by whose rules it was judged, where none is known and they differ. parsed:
    files that TensorRT's parser read, so that there is a reference only where that was read back.
    """

    name: str
    about: str
    place: Place
    differs: list[Difference]
    status: Status
    as_expected: bool
    ending: Ending
    phase: Phase | None = None
    message: str = ""
    outputs: list[OutputRecord] = []
    log: list[LogLine] = []
    warnings: list[str] = []
    adapted: list[Adaptation] = []
    repeats: Repeats | None = None
    refusal: Refusal | None = None
    family: Family | None = None
    parsed: list[str] = []
    finding: str | None = None
    reason: str | None = None
    issue: str | None = None
    definition: str | None = None  # the hash of the NetworkDefinition
    script: str | None = None  # a standalone program, kept for cases that are not as expected and for findings


class ReleaseRecord(Record):
    """Where the record comes from. backend: `run` (on a GPU), `built` (ahead of time) or `reference` (float64)."""

    name: str
    flavour: str
    version: str
    backend: Literal["run", "built", "reference"]
    gpu: str | None = None
    compute_capability: str | None = None


class ReportRecord(Record):
    """One experiment file on one release. build: None for the reference, which builds nothing.

    network: the file's base; networks: of each case whose network is not the base's, what differs; window: of the first
    case in which it is small enough to be drawn.
    """

    format: Literal[2] = FORMAT
    experiment: str  # its path from the folder that holds the report folder, `experiments/padding.yaml`
    sha256: str  # of the YAML's text
    title: str
    about: str
    source: str
    release: ReleaseRecord
    build: BuildRecord | None
    network: NetworkRecord | None
    networks: dict[str, NetworkRecord] = {}
    window: SlidingWindow | None = None
    cases: list[CaseRecord]
