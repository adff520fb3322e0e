"""A tolerance as plain data: what `tolerance:` in a YAML file asks of an output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ToleranceKind = Literal["auto", "exact", "ulp", "close", "snr_db", "cosine"]


@dataclass(frozen=True)
class Tolerance:
    """One rule that got and reference must meet.

    auto: acc, local (None: the global bound is tried where the local one fails a convolution), tf32 (None: if the flag
    allows it), fail_typical, lam. ulp: `limit` in ulps of the reference. close: atol + rtol · |reference|.
    snr_db: at least `limit` decibels. cosine: at least `limit`.
    """

    kind: ToleranceKind = "auto"
    limit: float = 0.0
    atol: float = 0.0
    rtol: float = 0.0
    acc: Literal["fp32", "fp16", "fp8acc"] = "fp32"
    local: bool | None = None
    tf32: bool | None = None
    fail_typical: bool = False
    lam: float = 4.0
    reason: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether somebody chose a number: `auto` and `exact` have none to choose."""
        return self.kind not in ("auto", "exact")
