"""A tolerance as plain data: what `tolerance:` in a YAML file asks of an output."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Tolerance:
    """One rule that got and reference must meet. kind: `auto`, `exact`, `ulp`, `close`, `snr_db` or `cosine`.

    auto: acc, local (None: the global bound is tried where the local one fails a convolution), tf32 (None: if the flag
    allows it), fail_typical, lam. ulp: `limit` in ulps of the reference. close: atol + rtol · |reference|.
    snr_db: at least `limit` decibels. cosine: at least `limit`.
    """

    kind: str = "auto"
    limit: float = 0.0
    atol: float = 0.0
    rtol: float = 0.0
    acc: str = "fp32"
    local: bool | None = None
    tf32: bool | None = None
    fail_typical: bool = False
    lam: float = 4.0
    reason: str = ""

    def describe(self) -> str:
        """The rule in words, `4 ulp`."""
        return {
            "ulp": f"{self.limit:g} ulp",
            "close": f"atol {self.atol:g}, rtol {self.rtol:g}",
            "snr_db": f"at least {self.limit:g} dB",
            "cosine": f"cosine at least {self.limit:g}",
        }.get(self.kind, self.kind)


def read_words(text: str) -> list[Tolerance]:
    """The rules that `describe` put into words, joined by ` and ` as a record has them; their reasons are not there."""
    return [_rule(words) for words in text.split(" and ")]


def _rule(words: str) -> Tolerance:
    if match := re.fullmatch(r"(\S+) ulp", words):
        return Tolerance("ulp", limit=float(match[1]))
    if match := re.fullmatch(r"atol (\S+), rtol (\S+)", words):
        return Tolerance("close", atol=float(match[1]), rtol=float(match[2]))
    if match := re.fullmatch(r"at least (\S+) dB", words):
        return Tolerance("snr_db", limit=float(match[1]))
    if match := re.fullmatch(r"cosine at least (\S+)", words):
        return Tolerance("cosine", limit=float(match[1]))
    return Tolerance(words)
