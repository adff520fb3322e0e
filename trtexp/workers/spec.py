"""Where workers run, as text of the command line says it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: Seconds that a phase may take. start: until the worker says which release it has.
TIMEOUTS: Mapping[str, float] = MappingProxyType(
    {"start": 120.0, "builder": 180.0, "load": 120.0, "define": 120.0, "build": 900.0, "run": 120.0}
)
LABEL = re.compile(r"(?:(tensorrt|(?:tensorrt[-_])?rtx)-)?(\d[\w.+]*)|(tensorrt|(?:tensorrt[-_])?rtx)")
FORMS = (
    "give RELEASE=INTERPRETER, e.g. 8.6.0=/envs/trt86/bin/python, or INTERPRETER alone; "
    "an interpreter on another host is ssh:user@host//path/python"
)


@dataclass(frozen=True)
class WorkerSpec:
    """Where a worker runs.

    python: its interpreter, as a command line. flavour: `tensorrt`, `tensorrt-rtx`, or None for what is there. host:
    what ssh is given, None for this host. version: what the release there must begin with. gpu: CUDA_VISIBLE_DEVICES.
    """

    python: str = shlex.quote(sys.executable)
    flavour: str | None = None
    host: str | None = None
    version: str | None = None
    gpu: str | None = None

    def __str__(self) -> str:
        where = self.python if self.host is None else f"ssh:{self.host}//{self.python}"
        return where if self.gpu is None else f"{where} on GPU {self.gpu}"

    @property
    def label(self) -> str:
        """What the user called it: `8.6.0=/envs/trt86/bin/python`."""
        return f"{self.version or self.flavour}={self}" if self.version or self.flavour else str(self)


def parse_worker(text: str, gpu: str | None = None) -> WorkerSpec:
    """`[RELEASE=]COMMAND` or `[RELEASE=]ssh:HOST//COMMAND` -> WorkerSpec. Raises ValueError with what is allowed.

    After `//` a path is absolute (`ssh:h//opt/python`), a name without a slash is looked for there (`ssh:h//python3`).
    """
    flavour = version = None
    rest = text.strip()
    label, equals, after = rest.partition("=")
    if equals and not re.search(r"[\s/:]", label):
        found = LABEL.fullmatch(label)
        if found is None:
            raise ValueError(f"worker {text!r}: {label!r} is no release: {FORMS}")
        flavour, version, rest = found[1] or found[3], found[2], after.strip()
    host = None
    if rest.startswith("ssh:"):
        host, slashes, rest = rest[4:].partition("//")
        host = host.strip()
        if not host or host.startswith("-") or not slashes:
            raise ValueError(f"worker {text!r}: ssh: needs a host and an interpreter: {FORMS}")
        if "/" in rest.split(" ")[0] and not re.match(r"[/~.]", rest):
            rest = f"/{rest}"
    try:
        words = shlex.split(rest)
        shlex.split(host or "")
    except ValueError as error:
        raise ValueError(f"worker {text!r}: {str(error).lower()}: {FORMS}") from error
    if not words or not words[0]:
        raise ValueError(f"worker {text!r}: no interpreter is named: {FORMS}")
    return WorkerSpec(rest, "tensorrt-rtx" if "rtx" in (flavour or "") else flavour, host, version, gpu)


def parse_timeouts(texts: Iterable[str]) -> dict[str, float]:
    """`build=60`, `build=60,run=5`, or `60` for define, build and run. Raises ValueError with what is allowed."""
    timeouts: dict[str, float] = {}
    for item in (item.strip() for text in texts for item in text.split(",")):
        phase, equals, number = item.rpartition("=")
        phases = [phase.strip()] if equals else ["define", "build", "run"]
        try:
            seconds = float(number)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < 1e6 or phases[0] not in TIMEOUTS:
            known = ", ".join(TIMEOUTS)
            raise ValueError(f"timeout {item!r}: give PHASE=SECONDS with a phase of {known}, or SECONDS for all cases")
        timeouts.update(dict.fromkeys(phases, seconds))
    return timeouts
