"""Where expected numbers come from, as plain data: what `from:`, `release:` and `gpu:` in a YAML file say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Origin:
    """source: a document printed them; derived: they were worked out; observed: `release` gave them, on `gpu`; None:
    nothing was said."""

    kind: Literal["source", "derived", "observed"] | None = None
    release: str | None = None
    gpu: str | None = None
