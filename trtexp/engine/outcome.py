"""What the engine says of one definition: plain records, read by the runner; no TensorRT is needed to import them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from trtexp.definition.facts import Adaptation, LogLine, Phase
from trtexp.definition.network import Array
from trtexp.definition.readback import ReadNetwork


@dataclass(frozen=True)
class Release:
    """Which TensorRT answered, and on what.

    flavour: `tensorrt` or `tensorrt-rtx`. gpu: the device's name, None without one. can_run: False means that engines
    are only built ahead of time, and `reason` says why in one sentence.
    """

    flavour: str
    version: str
    gpu: str | None = None
    compute_capability: str | None = None
    driver: str | None = None
    can_run: bool = False
    reason: str = ""

    @property
    def name(self) -> str:
        """The name of the report folder: `tensorrt-8.6.0`."""
        return f"{self.flavour}-{self.version}"


OutcomeStatus = Literal["ran", "built", "defined", "error", "unsupported", "crashed", "timeout"]


@dataclass(frozen=True)
class Outcome:
    """What became of one definition.

    status: `ran`, `built` (ahead of time only), `defined` (neither was asked for), `error`, `unsupported` (the release
    lacks `missing`), `crashed`, `timeout`. phase: where it ended if not well. message: one sentence about the failure.
    outputs: the tensors that came back. inferred: name -> (dtype, shape) of each marked output as TensorRT says before
    the run; -1 is a dimension known only later. warnings: texts of Python warnings. notes: what the engine changed to
    suit the release. seconds: time by phase, never reported; `load` stands for `define` and `build` where the
    cache had the engine. repeats: where builds and runs were repeated, each distinct result (the bits of all outputs)
    after the number of times it came, the first to come first; `outputs` is the first of them. network: what the
    network says of itself, where it was read back.
    """

    status: OutcomeStatus
    phase: Phase | None = None
    message: str = ""
    missing: str | None = None
    outputs: Mapping[str, Array] = field(default_factory=dict)
    inferred: Mapping[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    log: tuple[LogLine, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[Adaptation, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    repeats: tuple[tuple[int, Mapping[str, Array]], ...] = ()
    network: ReadNetwork | None = None
