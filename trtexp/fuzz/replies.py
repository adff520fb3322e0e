"""What a device that is no TensorRT says of one network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from trtexp.engine.outcome import Outcome
from trtexp.fuzz.oracle import Agreement, Sign

Device = Literal["onnxruntime", "references"]
DEVICES: tuple[Device, ...] = ("onnxruntime", "references")


@dataclass(frozen=True)
class Told:
    """An answer. judged: what the references of its process make of it, None where these do not count. lie: what is
    wrong with it, empty where it is meant to be right."""

    outcome: Outcome
    lie: str = ""
    judged: Sign | Agreement | None = None


@dataclass(frozen=True)
class Reply:
    """All that is said of a network, the answer that is meant to be right first. operators: of ONNX, by the output that
    each makes. again: what another process made of the same engine.
    """

    told: tuple[Told, ...]
    operators: Mapping[str, str] = field(default_factory=dict)
    again: Outcome | None = None
