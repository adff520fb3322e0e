"""Sentences of format 1 about outputs, read back."""

from __future__ import annotations

import re
from typing import Any

from trtexp.numerics.format import spelled

Data = dict[str, Any]


def matched(pattern: str, text: str, what: str) -> re.Match[str]:
    """All of a text by its pattern. Raises ValueError."""
    found = re.fullmatch(pattern, text)
    if found is None:
        raise ValueError(f"{text!r} is no {what} of format 1")
    return found


def number(text: str) -> float | str:
    """A measured number: `0.0123`, `1.2e7`, `inf`, `NaN`."""
    return spelled(float(text))


def rules(text: str, assumptions: list[str]) -> list[Data]:
    """The rules of a tolerance, with the reasons that stand among the assumptions."""
    return [_rule(words, assumptions) for words in text.split(" and ")]


def _rule(words: str, assumptions: list[str]) -> Data:
    reason = next((text[len(words) + 2 :] for text in assumptions if text.startswith(f"{words}: ")), "")
    given = {"reason": reason} if reason else {}
    if found := re.fullmatch(r"(\S+) ulp", words):
        return {"kind": "ulp", "limit": float(found[1]), **given}
    if found := re.fullmatch(r"atol (\S+), rtol (\S+)", words):
        return {"kind": "close", "atol": float(found[1]), "rtol": float(found[2]), **given}
    if found := re.fullmatch(r"at least (\S+) dB", words):
        return {"kind": "snr_db", "limit": float(found[1]), **given}
    if found := re.fullmatch(r"cosine at least (\S+)", words):
        return {"kind": "cosine", "limit": float(found[1]), **given}
    return {"kind": matched("auto|exact", words, "tolerance")[0], **given}


def form_fault(sentence: str, name: str) -> Data | None:
    """A sentence about dtypes or shapes; None for any other."""
    text = sentence[len(name) :]
    if found := re.fullmatch(r": TensorRT infers (dtype|shape) (\S+), expected (\S+)", text):
        return {"what": found[1], "inferred": _form(found[2], found[1]), "expected": _form(found[3], found[1])}
    if found := re.fullmatch(r": (dtype|shape): ((?:(?:expected|actual|reference) \S+(?:, )?)+)", text):
        sides = re.findall(r"(expected|actual|reference) ([^\s,]+)", found[2])
        return {"what": found[1], **{side: _form(form, found[1]) for side, form in sides}}
    return None


def _form(text: str, what: str) -> str | list[int]:
    if what == "dtype":
        return text
    return [] if text == "scalar" else [-1 if n == "?" else int(n) for n in text.split("×")]
