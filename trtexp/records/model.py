"""The frozen records that go to disk as JSON: what one experiment file showed on one release.

The JSON is the record and the Markdown is rendered from it. Two runs on one release and GPU give the same bytes, so
nothing here holds a time, a date, a host, a path outside the project or a pointer. `None` means "there is none".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from trtexp import __version__
from trtexp.definition.network import Array
from trtexp.errors import DamagedRecord
from trtexp.numerics import UNIT, decode, encode

FORMAT = 1
WHOLE = 1024  # tensors of up to this many elements are recorded whole, larger ones by digest and extremes

#: Nested lists of numbers as the JSON holds them: NaN and infinities are "NaN", "Infinity" and "-Infinity".
Numbers = Any

Status = Literal["pass", "mismatch", "failed", "unsupported", "crashed", "timeout", "built", "unjudged"]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TensorRecord(Record):
    """dtype, shape and values; `values` is nested like the shape, None above `WHOLE` elements (then see `summary`).

    text: the literals as the YAML has them, nested alike, for expected tensors written as `values`.
    made: how a tensor without literals was made, in words (`arange start 1`).
    """

    dtype: str
    shape: list[int]
    values: Numbers | None = None
    text: list[Any] | str | None = None
    made: str | None = None
    summary: str | None = None

    @model_validator(mode="after")
    def _nested(self) -> TensorRecord:
        if self.values is not None and not _fits(self.values, self.shape):
            raise ValueError(f"the values are not nested like {self.shape}")
        return self


class Comparison(Record):
    """One of the three comparisons of an output: how many elements disagree, and the worst of them.

    error: |a - b| at `index`; ratio: error / allowed there, the largest of all elements; max_error: over all elements.
    """

    agrees: bool
    bad: int
    ratio: float | str | None = None
    index: list[int] | None = None
    error: float | str | None = None
    max_error: float | str | None = None


class Mark(Record):
    """One element that disagrees: its index, the three values as text, what is allowed, and who is the odd one out."""

    index: list[int]
    expected: str | None
    actual: str | None
    reference: str | None
    allowed: str
    odd: str  # "expected", "actual", "reference" or "all differ"


class OutputRecord(Record):
    """One output of one case: expected, actual and reference, and the verdicts between them.

    verdict: `pass`, `wide` (inside the hard bound, outside the typical one), `mismatch`, `vacuous`, `undetermined`.
    bound: B per element, nested like the shape, 3 significant digits (None above `WHOLE` elements).
    terms: the sum behind the worst element of a dot product, in words.
    certified: how many elements the exactness certificate covers; certified_wrong: of these, how many are not exact.
    typical: the largest error / T, and rms_typical the root mean square over the uncertified elements.
    """

    name: str
    verdict: str
    sentences: list[str]  # what is wrong, each with index, the values and the ratio; empty if nothing is
    dtype: str
    shape: list[int]
    expected: TensorRecord | None = None
    origin: str | None = None  # from: source, derived, observed (with release and GPU)
    note: str | None = None
    actual: TensorRecord | None = None
    reference: TensorRecord | None = None
    bound: Numbers | None = None
    tolerance: str = "auto"
    actual_reference: Comparison | None = None
    actual_expected: Comparison | None = None
    expected_reference: Comparison | None = None
    elements: int = 0
    certified: int = 0
    certified_wrong: int = 0
    undetermined: int = 0
    terms: str | None = None
    typical: float | str | None = None
    rms_typical: float | str | None = None
    marks: list[Mark] = []
    assumptions: list[str] = []


class CaseRecord(Record):
    """One case: what was expected, what came, and whether that is as expected.

    headline: the verdict in a few words; problems: every expectation that was not met, a sentence each;
    differs: what the case changes in the file's base, `deconv.padding_nd: [1, 1]`; location: `file:line:column`.
    """

    name: str
    about: str
    location: str
    differs: list[str]
    status: Status
    as_expected: bool
    headline: str
    problems: list[str] = []
    phase: str | None = None
    message: str = ""
    outputs: list[OutputRecord] = []
    log: list[str] = []
    warnings: list[str] = []
    notes: list[str] = []
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


class NetworkRecord(Record):
    """The file's base: its tensors by name, and its API calls as lines of Python."""

    inputs: dict[str, TensorRecord]
    weights: dict[str, TensorRecord]
    lines: list[str]


class ReportRecord(Record):
    """One experiment file on one release. options: the effective build options, `TF32 off`, each in words."""

    format: Literal[1] = 1
    experiment: str  # the path below the project, `experiments/padding.yaml`
    sha256: str  # of the YAML's text
    title: str
    about: str
    source: str
    release: ReleaseRecord
    options: list[str]
    network: NetworkRecord | None
    cases: list[CaseRecord]


def numbers(values: np.ndarray) -> Any:
    """An array as nested lists of JSON numbers: the shortest decimals that read back to the same bits."""
    values = np.asarray(values)
    if values.dtype.kind in "biu":
        return values.tolist()
    narrow = values if values.dtype.itemsize >= 4 else values.astype(np.float32)
    flat: list[Any] = narrow.reshape(-1).tolist()
    if narrow.dtype == np.float32 and ((narrow != np.rint(narrow)) | (np.abs(narrow) >= 2**24)).any():
        flat = [float(text) for text in narrow.reshape(-1).astype("U")]
    if not np.isfinite(narrow).all():
        flat = [_SPECIAL.get(str(x), x) for x in flat]
    return _nest(flat, list(values.shape))


_SPECIAL = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def _nest(flat: list[Any], shape: list[int]) -> Any:
    if not shape:
        return flat[0]
    if len(shape) == 1:
        return flat
    step = len(flat) // shape[0] if shape[0] else 0
    return [_nest(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def _fits(values: Any, shape: Sequence[int]) -> bool:
    level = [values]
    for length in shape:
        if not all(isinstance(value, list) and len(value) == length for value in level):
            return False
        level = list(chain.from_iterable(level))
    return not {list, dict, type(None)} & set(map(type, level))


def array(record: TensorRecord) -> np.ndarray:
    """The values of a record as float64 (the strings for NaN and the infinities are read back)."""
    return np.array(_floats(record.values), dtype=np.float64).reshape(record.shape)


def tensor(record: TensorRecord) -> Array:
    """The tensor of a record that holds its values, with the bits that it had."""
    if record.dtype in UNIT:
        return encode(array(record), record.dtype)
    return encode(np.array(record.values, dtype=np.int64).reshape(record.shape), record.dtype)


def _floats(values: Any) -> Any:
    return [_floats(v) for v in values] if isinstance(values, list) else float(values)


def tensor_record(tensor: Array, made: str | None = None, text: Any = None) -> TensorRecord:
    """An array as a record; tensors over `WHOLE` elements keep a digest and their extremes instead of their values."""
    shape = list(tensor.shape)
    if tensor.size <= WHOLE:
        return TensorRecord(dtype=tensor.dtype, shape=shape, values=numbers(decode(tensor)), made=made, text=text)
    import hashlib

    values = decode(tensor).astype(np.float64)
    with np.errstate(invalid="ignore"):
        low, high = np.nanmin(values), np.nanmax(values)
    digest = hashlib.sha256(tensor.to_bytes()).hexdigest()[:16]
    summary = f"{tensor.size} elements from {low:.9g} to {high:.9g}, sha256 {digest}"
    return TensorRecord(dtype=tensor.dtype, shape=shape, made=made, summary=summary)


def to_json(report: ReportRecord) -> str:
    """The record as JSON text for people's diffs: an indented tree in which the innermost lists stand on one line."""
    return _layout(_plain(report), 0) + "\n"


def all_to_json(reports: Sequence[ReportRecord], ended: str | None = None) -> str:
    """All results of a run as one JSON text. ended: why it ended too early, if it did."""
    whole = {"trtexp": __version__, "format": FORMAT, "ended": ended or "finished"}
    return _layout(whole | {"reports": [_plain(report) for report in reports]}, 0) + "\n"


def _plain(report: ReportRecord) -> dict[str, Any]:
    return report.model_dump(mode="json", exclude_defaults=True) | {"format": FORMAT}


def from_json(text: str | bytes, name: str) -> ReportRecord:
    """Read a record; `name` is the file's name for the message. Raises DamagedRecord."""
    try:
        return ReportRecord.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DamagedRecord(
            f"{name}: damaged record: {where}: {first['msg']}; run the experiment again to write it anew"
        ) from error


def load(path: Path, folder: Path) -> ReportRecord:
    """Read a record below a folder of releases, which says what to run again. Raises DamagedRecord, OSError."""
    try:
        return from_json(path.read_bytes(), str(path))
    except DamagedRecord as error:
        parts = path.relative_to(folder).with_suffix(".yaml").parts
        raise DamagedRecord(f"{error}: trtexp run {Path('experiments', *parts[1:]).as_posix()}") from error


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _layout(value: Any, depth: int) -> str:
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(value, dict) and value:
        items = (f"{pad}{_encode(k)}: {_layout(v, depth + 1)}" for k, v in value.items())
        return "{\n" + ",\n".join(items) + f"\n{end}}}"
    if isinstance(value, list) and any(isinstance(v, (list, dict)) and v for v in value):
        return "[\n" + ",\n".join(pad + _layout(v, depth + 1) for v in value) + f"\n{end}]"
    return _encode(value)
