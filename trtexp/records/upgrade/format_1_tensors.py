"""Tensors in words of format 1, read back: how they were made, and what large ones hold."""

from __future__ import annotations

import re
from ast import literal_eval
from typing import Any

from trtexp.records.upgrade.format_1_words import matched, number

Data = dict[str, Any]

#: generator -> the names of what it takes; None for those that take one value.
_ARGUMENTS: dict[str, tuple[str, ...] | None] = {
    **dict.fromkeys(("full", "eye", "special", "file", "negate")),
    "arange": ("start", "step"),
    "linspace": ("start", "stop"),
    "powers": ("base", "first", "last"),
    "random": ("seed", "normal", "uniform", "integers"),
    "tile": ("of", "reps"),
    "concat": ("of", "axis"),
    "stack": ("of", "axis"),
    "scale": ("of", "by"),
    "transpose": ("of", "perm"),
}


def summary(text: str) -> Data:
    """`2000 elements from -1 to 3.5, sha256 0123456789abcdef`."""
    found = matched(r"(\d+) elements from (\S+) to ([^\s,]+)(?:, sha256 ([0-9a-f]+))?", text, "summary")
    made = {"elements": int(found[1]), "smallest": number(found[2]), "largest": number(found[3])}
    return made if found[4] is None else {**made, "sha256": found[4]}


def recipe(text: str) -> Data:
    """`arange start 1`, `tile of (values), reps [2, 2]`."""
    found = matched(r"(?s)(\w+) ?(.*)", text, "generator")
    name, rest = found[1], found[2]
    if name == "values":
        return {"generator": name}
    if name not in _ARGUMENTS:
        raise ValueError(f"{text!r} names no generator of format 1")
    names = _ARGUMENTS[name]
    if names is None:
        return {"generator": name, "value": _value(name, rest)}
    arguments = {}
    for part in _parts(rest):
        key, value = matched(rf"(?s)({'|'.join(names)}) (.*)", part, "argument").groups()
        arguments[key] = _operand(value)
    return {"generator": name, "arguments": arguments} if arguments else {"generator": name}


def _value(name: str, text: str) -> Any:
    if name == "file":
        return text
    if name == "special":
        return _parts(text[1:-1])
    if name == "negate" and " " in text:
        return _negated(text)
    return _operand(text)


def _negated(text: str) -> Data:
    """`shape [2, 2], powers base=10.0 first=0 last=3`: format 1 wrote this one operand otherwise than all others."""
    found = matched(r"(?s)(?:shape \[[^\]]*\], )?(\w+) (.*)", text, "operand")
    pairs = re.findall(r"(\w+)=(.*?)(?= \w+=|\Z)", found[2], re.DOTALL)
    if found[1] == "values" or not pairs:
        return recipe(f"{found[1]} {found[2]}")
    given = {key: _whole(literal_eval(value)) for key, value in pairs if value != "None"}
    return {"generator": found[1], "arguments": given}


def _operand(text: str) -> Any:
    if text[:1] == "(":
        return recipe(text[1:-1])
    if text[:1] == "[":
        return [_operand(part) for part in _parts(text[1:-1])]
    if text in ("True", "False"):
        return text == "True"
    try:
        return _whole(number(text))
    except ValueError:
        return text


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parts(text: str) -> list[str]:
    """What stands between commas outside of all brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]
