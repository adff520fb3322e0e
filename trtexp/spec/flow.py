"""Plain data as YAML: in flow style where there is room, in block style elsewhere."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from trtexp.numerics.format import number
from trtexp.spec.source import SPECIAL
from trtexp.spec.tree import Number

WIDTH = 116
_PLAIN = re.compile(r"[A-Za-z_](?:[\w .-]*[\w.-])?", re.ASCII)
_WORDS = ("true", "false", "null")


def lines(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    """A mapping in block style, what is in it in flow style where there is room."""
    for key, value in mapping.items():
        line = f"{indent}{flow(key)}: {flow(value)}\n"
        if len(line) <= WIDTH or not isinstance(value, (Mapping, list)):
            yield line
            continue
        yield f"{indent}{flow(key)}:\n"
        if isinstance(value, Mapping):
            yield from lines(value, f"{indent}  ")
        else:
            yield from (f"{indent}  - {flow(item)}\n" for item in value)


def flow(value: Any) -> str:
    """Plain data as YAML in flow style."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flow(key)}: {flow(child)}' for key, child in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, Number):
        return value.text
    if isinstance(value, float) and not math.isfinite(value):
        return SPECIAL[number(value)]
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return "".join(map(_escaped, json.dumps(value, ensure_ascii=False)))


def _escaped(character: str) -> str:
    """What ends no line and turns no text around."""
    return character if character.isprintable() else f"\\U{ord(character):08x}"
