"""Values and arrays as Python expressions that give exactly the same bits."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from trtexp.definition.names import is_name
from trtexp.definition.network import DTYPES, Array

INLINE = 256  # elements; a larger array that follows no simple rule is written as base64
WIDTH = 110  # columns


def name(text: str) -> str:
    """A name that stands bare in the program. Raises ValueError for any other text, which would be code."""
    if not is_name(text):
        raise ValueError(f"{text!r} is no name, and a program would take it for code")
    return text


def comment(text: str) -> str:
    """Lines of comment, whatever characters are in them."""
    return "".join(f"# {_visible(line)}\n" for line in text.splitlines())


def _visible(text: str) -> str:
    """Escapes, as a string has them, for all that cannot be seen: nothing that is printed moves a cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def scalar(value: Any) -> str:
    """A number with the shortest decimals that give its bits, a string, True, False or None."""
    if isinstance(value, str):
        return _visible(json.dumps(value, ensure_ascii=False))
    if isinstance(value, np.floating):  # how numpy itself writes it depends on its version
        value = float(np.format_float_scientific(value, unique=True, trim="-"))
    text = str(value)
    return f"{text[:-3]}np.{text[-3:]}" if text.endswith(("inf", "nan")) else text


def sequence(values: Iterable[Any]) -> str:
    """A tuple of numbers."""
    items = list(map(scalar, values))
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def numpy_type(storage: str) -> str:
    return "np.bool_" if storage == "bool" else f"np.{storage}"  # np.bool is not in numpy 1.24 to 1.26


def array(tensor: Array, indent: int = 0) -> str:
    """The array's bits: by a rule if one gives them, in decimals, or as base64, which needs `import base64`."""
    storage, width, _ = DTYPES[tensor.dtype]
    bits, kind = tensor.bits, numpy_type(storage)
    shape = tensor.shape if width >= 8 else bits.shape
    reshape = "" if len(shape) == 1 else f".reshape({', '.join(map(str, shape)) or '()'})"
    for text, made in _rules(bits, kind):
        if made.tobytes() == bits.tobytes():
            return text + reshape
    if bits.size <= INLINE and _survives_decimals(bits):
        if not bits.size:
            return f"np.array([], {kind}){reshape}"
        return f"np.array({_nested(bits.reshape(shape), indent + len('np.array('))}, {kind})"
    lines = re.findall(f".{{1,{WIDTH - 10}}}", base64.b64encode(bits.tobytes()).decode())
    pad = "\n" + " " * (indent + 4)
    return f"np.frombuffer(base64.b64decode({pad}{pad.join(map(scalar, lines))}), {kind}){reshape}"


def data(content: bytes) -> str:
    """Bytes as base64, which needs `import base64`."""
    lines = re.findall(f".{{1,{WIDTH - 10}}}", base64.b64encode(content).decode())
    return f"base64.b64decode(\n    {(chr(10) + ' ' * 4).join(map(scalar, lines))}\n)"


def _rules(bits: np.ndarray, kind: str) -> Iterator[tuple[str, np.ndarray]]:
    """Expressions that may give the bits, and what they give."""
    if bits.size < 3 or not np.isfinite(bits[:2]).all():
        return
    first, second = bits[0].item(), bits[1].item()
    yield f"np.full({bits.size}, {scalar(bits[0])}, {kind})", np.full(bits.size, first, bits.dtype)
    if bits.dtype.kind in "fiu" and first == int(first) and second == int(second) != first:
        start, step = int(first), int(second) - int(first)
        stop = start + step * bits.size
        made = np.arange(start, stop, step, dtype=np.int64) if abs(stop) < 2**53 else np.empty(0, np.int64)
        shown = f"{start}, {stop}" if step == 1 else f"{start}, {stop}, {step}"
        yield f"np.arange({shown}).astype({kind})", made.astype(bits.dtype)


def _survives_decimals(bits: np.ndarray) -> bool:
    """Not so for NaNs other than the usual one."""
    if bits.dtype.kind != "f":
        return True
    return bool(np.array([float(str(value)) for value in bits], bits.dtype).tobytes() == bits.tobytes())


def _nested(values: np.ndarray, indent: int) -> str:
    if values.ndim == 0:
        return scalar(values[()])
    items = [_nested(item, indent + 1) for item in values]
    line = f"[{', '.join(items)}]"
    if len(line) <= WIDTH - indent and "\n" not in line:
        return line
    if values.ndim == 1:
        items = [", ".join(items[i : i + 8]) for i in range(0, len(items), 8)]
    return "[" + (",\n" + " " * (indent + 1)).join(items) + "]"
