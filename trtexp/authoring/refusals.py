"""Refusals as an experiment expects them, and why a case has nothing that could be taken."""

from __future__ import annotations

import re

from trtexp.report.wording.cases import headline, problems
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


def why_nothing(one: Pending) -> str:
    """Why a case has no number to change; what differed when it was run may have been accepted from another release."""
    pairs = [pair for each in one.case.outputs for pair in (each.actual_expected, each.expected_reference) if pair]
    if not all(pair.agrees for pair in pairs):
        return "what was observed is expected by now; run it again"
    return f"no number of it would change; what is wrong: {(*problems(one.case), headline(one.case))[0]}"
