"""What whoever runs a definition says of it, as plain data: phases, log lines, and what was changed for a release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Union

#: A phase in which a case can end: TensorRT refuses it there, or the process dies or hangs.
CasePhase = Literal["define", "build", "run"]
#: Every phase that takes time. `builder` and `load` are taken for the sake of the build; in `start` there is no worker.
Phase = Union[CasePhase, Literal["start", "builder", "load"]]


@dataclass(frozen=True)
class LogLine:
    """One message of TensorRT's logger (`INTERNAL_ERROR`, `ERROR` or `WARNING`), or a line of `STDERR`."""

    severity: str
    text: str


@dataclass(frozen=True)
class Adaptation:
    """One thing that the engine did otherwise than the definition says, to suit the release.

    flag_left_out: the precision flag `subject`, since this release takes all types from the network.
    timed_tactics: no engine could be built from the first tactics, so TensorRT chose by timing.
    timed_kernels: the layers `subject` became one part of the engine (a ForeignNode), whose kernels TensorRT chooses by
    timing, whatever tactic is chosen: their last bits may change from build to build.
    not_read_back: `subject`, such as `deconv.padding`, cannot be read back; `reason` is TensorRT's own.
    """

    kind: Literal["flag_left_out", "timed_tactics", "timed_kernels", "not_read_back"]
    subject: str = ""
    reason: str = ""
