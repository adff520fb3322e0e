"""Refusals as an experiment expects them."""

from __future__ import annotations

import re

from trtexp.running.pending import Pending
from trtexp.spec.case import Case
from trtexp.spec.patterns import occurs


def expects(case: Case, one: Pending) -> bool:
    """Whether a case expects the refusal that came."""
    return case.error is not None and case.error[0] == one.case.phase and occurs(case.error[1], one.case.message)


def refusal_pattern(message: str) -> str:
    """A regular expression that the first line of a message meets, wherever it stands in TensorRT's source."""
    first = next((line.strip() for line in message.splitlines() if line.strip()), "")
    escaped = re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", first)
    return "".join(c if c.isprintable() else "." for c in re.sub(r"(?<=::)\d+", r"\\d+", escaped))
