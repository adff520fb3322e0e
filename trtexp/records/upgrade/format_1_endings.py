"""Headlines and problems of format 1, read back as endings of format 2."""

from __future__ import annotations

import re
from ast import literal_eval
from typing import Any

Data = dict[str, Any]

_QUOTED = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""

#: kind -> the headlines that mean it; the first that matches counts.
_HEADLINES = {
    "crash_untold": r"TensorRT is to crash in (?P<phase>\w+): only TensorRT can tell",
    "refusal_untold": r"to be refused in (?P<phase>\w+): (?:trtexp's own model refuses it, too|only TensorRT can tell)",
    "no_model_value": r"the model has no value for this: only TensorRT can tell",
    "no_reference": r"no reference: only TensorRT can tell",
    "contradicted": r"expected values differ from the reference",
    "confirmed": r"expected values agree with the reference",
    "computed": r"computed; no values are expected",
    "crash_untried": r"built; it must crash in the (?P<phase>run), which was not tried",
    "refusal_untried": r"built; it must fail in the (?P<phase>run), which was not tried",
    "built": r"built ahead of time: shapes and types agree(?:; no reference)?",
    "crashed": r"crashed in (?P<phase>\w+), as expected",
    "crashed_otherwise": r"crashed in (?P<phase>\w+) otherwise than expected",
    "died": r"(?:crashed|timeout) in \w+",
    "no_crash": r"no crash in (?P<phase>\w+)",
    "missing": r"this release has no (?P<missing>.+), as expected",
    "missing_undeclared": r"this release has no (?P<missing>.+)",
    "not_missing": r"(?P<declared>.+) is there after all",
    "refused": r"refused in (?P<phase>\w+), as expected",
    "refused_elsewhere": r"refused in \w+, not in (?P<phase>\w+)",
    "refused_otherwise": r"refused in (?P<phase>\w+) with another message",
    "refused_unexpectedly": r"refused in \w+",
    "not_refused": r"not refused in (?P<phase>\w+)",
    "other_lines": r"other warnings or log lines than expected",
    "finding": r"differs from the reference, as found before",
    "beyond_finding": r"mismatch, beyond the finding",
    "finding_gone": r"the finding no longer holds",
    "mismatch": r"mismatch",
    "certified": r"pass, certified exact (?P<certified>\d+) of \d+",
    "granted": r"pass, (?:TF32|transform-domain) accuracy",
    "wide": r"pass, wide: outside the typical bound",
    "by_expectation": r"pass by the expected values alone: no reference",
    "pass": r"pass",
    "nothing_to_judge": r"ran; there is nothing to judge it by",
}

#: kind -> where its first problem names the pattern that was expected.
_PATTERNS = {
    "crashed_otherwise": rf"(?s).* does not match {_QUOTED}",
    "no_crash": rf"(?s)a crash that matches {_QUOTED} was expected in .*",
    "refused_otherwise": rf"(?s)no message matches {_QUOTED}; there is: .*",
    "not_refused": rf"(?s)an error that matches {_QUOTED} was expected in .*",
}


def ending(case: Data) -> Data:
    """How a case ended, from its headline and its problems. Raises ValueError."""
    headline, problems = case["headline"], case.get("problems", [])
    matches = ((kind, re.fullmatch(pattern, headline, re.DOTALL)) for kind, pattern in _HEADLINES.items())
    kind, match = next(((kind, match) for kind, match in matches if match), ("", None))
    if match is None:
        raise ValueError(f"{headline!r} is no headline of format 1")
    made: Data = {"kind": kind, **match.groupdict()}
    if "certified" in made:
        made["certified"] = int(made["certified"])
    first = problems[0] if problems else ""
    if kind in _PATTERNS and (match := re.fullmatch(_PATTERNS[kind], first)):
        made["pattern"] = literal_eval(match[1])
    if kind == "missing_undeclared" and (match := re.match(r"(.+) was expected to be missing, and .+ is: ", first)):
        made |= {"kind": "missing_other", "declared": match[1]}
    if kind in ("mismatch", "beyond_finding"):
        lost = (re.fullmatch(r"(?s)(.*): no tensor came back", text) for text in problems)
        made["lost"] = [found[1] for found in lost if found]
    if kind in ("mismatch", "beyond_finding", "other_lines"):
        made["unmet"] = [each for text in problems if (each := _unmet(text)) is not None]
    return made


def _unmet(text: str) -> Data | None:
    """A warning or log line that was not as expected; None for any other problem."""
    if found := re.fullmatch(r"(?s)a Python warning that is not expected: (.*)", text):
        return {"kind": "unexpected_warning", "text": found[1]}
    if found := re.fullmatch(rf"(?s)no (Python warning|log line) matches {_QUOTED}; there are: .*", text):
        return {"kind": "log" if found[1] == "log line" else "warning", "pattern": literal_eval(found[2])}
    return None
