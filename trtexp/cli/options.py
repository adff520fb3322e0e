"""What each command is given: frozen records, made once from the command line by trtexp.cli.arguments.

Only the standard library is imported. The fields are described by the help texts of the arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trtexp.running.options import TargetOptions

if TYPE_CHECKING:
    from trtexp.report.github import Commands


@dataclass(frozen=True, kw_only=True)
class Options:
    """words: the command line, without the program; github: takes annotations, None unless they are wanted; limits:
    `NAME=NUMBER`, of what a file may ask for."""

    words: tuple[str, ...]
    limits: tuple[str, ...] = ()
    github: Commands | None = None


@dataclass(frozen=True, kw_only=True)
class ResultOptions(Options):
    """What becomes of results. reports: where they go, None for where they belong. detail: what is shown of cases, None
    for what suits the number of files."""

    wait: bool
    detail: Literal["cases", "failures"] | None
    reports: Path | None
    junit: Path | None
    json: Path | None


@dataclass(frozen=True, kw_only=True)
class RunOptions(ResultOptions):
    """reporting: whether there are reports, which there are not either where patterns name cases. first: the first
    failure ends the run. failed: only what failed in the last run. shard: `I/N`, the part of the cases that is run,
    whose results go to the file `output`, None for one in the working directory; times: by which run they are shared
    out, None for the last one here."""

    paths: tuple[str, ...]
    patterns: tuple[str, ...]
    targets: TargetOptions
    resume: bool
    first: bool
    failed: bool
    reporting: bool
    shard: str | None
    output: Path | None
    times: Path | None


@dataclass(frozen=True, kw_only=True)
class MergeOptions(ResultOptions):
    """files: of shards."""

    files: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class ValidateOptions(Options):
    paths: tuple[str, ...]
    quiet: bool


@dataclass(frozen=True, kw_only=True)
class ReportOptions(Options):
    reports: Path
    check: bool


@dataclass(frozen=True, kw_only=True)
class NewOptions(Options):
    layer: str
    path: str | None


@dataclass(frozen=True, kw_only=True)
class ImportOptions(Options):
    """model: a file, or `SCRIPT.py:FUNCTION`; shapes, inputs: `NAME=…`; layers: those to write, none for all."""

    model: str
    output: Path
    shapes: tuple[str, ...]
    inputs: tuple[str, ...]
    layers: tuple[str, ...]
    tensors: Path | None
    targets: TargetOptions


@dataclass(frozen=True, kw_only=True)
class BlameOptions(Options):
    """model: an .onnx file, or FILE::CASE; shapes, inputs: `NAME=…`; flags: of the builder; ways: of looking; both with
    commas between. every: of `sparse`, engines: of `outputs`."""

    model: str
    output: Path | None
    shapes: tuple[str, ...]
    inputs: tuple[str, ...]
    tensors: Path | None
    device: str
    flags: str
    level: int | None
    ways: str
    every: int
    engines: int
    targets: TargetOptions


@dataclass(frozen=True, kw_only=True)
class LayersOptions(Options):
    layer: str | None


@dataclass(frozen=True, kw_only=True)
class ExplainOptions(Options):
    """key: the words of it; write, check: a page that holds the whole reference."""

    key: tuple[str, ...]
    write: Path | None
    check: Path | None


@dataclass(frozen=True, kw_only=True)
class DoctorOptions(Options):
    targets: TargetOptions
    cache: Path


@dataclass(frozen=True, kw_only=True)
class AuditOptions(Options):
    paths: tuple[str, ...]
    reports: Path
    check: bool
    sensitivity: bool


@dataclass(frozen=True, kw_only=True)
class FuzzOptions(Options):
    """layers: none for all that the release has. device: None for TensorRT. seconds: None for no limit; jobs: None for
    one on each core. shard, output: as of `run`. known, find, regress: what is tried again instead."""

    layers: tuple[str, ...]
    stage: Literal["define", "build", "run"]
    device: Literal["onnxruntime", "references"] | None
    examples: int
    seconds: float | None
    seed: int
    jobs: int | None
    known: bool
    find: Path | None
    regress: bool
    shard: str | None
    output: Path | None
    reports: Path
    targets: TargetOptions


@dataclass(frozen=True, kw_only=True)
class DiffOptions(Options):
    before: str
    after: str
    paths: tuple[str, ...]
    markdown: Path | None
    keep: bool
    reports: Path


@dataclass(frozen=True, kw_only=True)
class CheckOptions(Options):
    paths: tuple[str, ...]
    releases: tuple[str, ...]
    markdown: Path | None
    quiet: bool


@dataclass(frozen=True, kw_only=True)
class CoverageOptions(Options):
    paths: tuple[str, ...]
    reports: Path
    check: bool


@dataclass(frozen=True, kw_only=True)
class PendingOptions(Options):
    """Of review and accept: which of the pending cases are meant. side: whose numbers are accepted. every: show all at
    once."""

    paths: tuple[str, ...]
    patterns: tuple[str, ...]
    release: str | None
    allow: tuple[str, ...]
    side: Literal["device", "reference"] = "device"
    every: bool = False


@dataclass(frozen=True, kw_only=True)
class CacheOptions(Options):
    what: Literal["info", "clear"]
    cache: Path


@dataclass(frozen=True, kw_only=True)
class ScriptOptions(Options):
    """case: `FILE::CASE`; named: the case, if it was given by itself."""

    case: str
    named: str | None
    release: str


@dataclass(frozen=True, kw_only=True)
class ShowOptions(Options):
    """case: `FILE::CASE`; named: the case, if it was given by itself."""

    case: str
    named: str | None


@dataclass(frozen=True, kw_only=True)
class ExportOptions(Options):
    """case: `FILE::CASE`; named: the case, if it was given by itself."""

    case: str
    named: str | None
    output: Path


@dataclass(frozen=True, kw_only=True)
class SchemaOptions(Options):
    check: Path | None


@dataclass(frozen=True, kw_only=True)
class CompletionOptions(Options):
    shell: str
