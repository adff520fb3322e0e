"""Values of the wrong form: what to write instead, by what was given and by the reference's own example of the key."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml
from pydantic import BaseModel

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import Layer
from trtexp.layers.settable import Settable, kinds
from trtexp.spec.errors import brief
from trtexp.spec.examples import EXAMPLES
from trtexp.spec.models import Build, ExpectModel, ExperimentModel, OutputModel, Repeat, Rule
from trtexp.spec.tensors import Generator

#: Where the keys of a model stand in the reference, the most special class first.
_PLACES: tuple[tuple[type[BaseModel], str], ...] = (
    (ExperimentModel, ""),
    (OutputModel, "expect.y."),
    (Generator, "inputs.x."),
    (Build, "build."),
    (ExpectModel, "expect."),
    (Repeat, "repeat."),
    (Rule, "tolerance."),
)
_TRUE, _FALSE = ("yes", "on", "y", "1"), ("no", "off", "n", "0")
_BYTES = {"k": 10, "m": 20, "g": 30}
_NAMED = {
    "tensor": "give the name of a tensor: an input, a layer, or layer.output",
    "weights": "give a name; the array itself stands below weights:, as in weights: {w: {shape: [2], values: [1, 2]}}",
    "object": "give the name of a loop or a conditional",
}


def form(kind: str, path: tuple[str | int, ...], given: Any, model: type[BaseModel]) -> str:
    """What to write where a value is no list, mapping, number and so on; empty if the fault alone says it. path: below
    the model."""
    last = next((part for part in reversed(path) if isinstance(part, str)), "")
    text = given.strip() if isinstance(given, str) else ""
    if kind == "bool" and str(given).lower() in (*_TRUE, *_FALSE):
        return f"write {'true' if str(given).lower() in _TRUE else 'false'}"
    if kind == "list" and (text.startswith("(") or re.fullmatch(r"\d+([x×, ]+\d+)+", text)):
        numbers = re.findall(r"\d+", text)
        return f"write [{', '.join(numbers)}]" if len(numbers) > 1 else "a list has brackets, as in [1, 2]"
    if kind in ("int", "float") and re.search(r"\d", text):
        return _number(text, last)
    if issubclass(model, (Layer, Settable)):
        if path == ("set",):
            return example("network.y.set")
        named = kinds(model).get(last) if issubclass(model, Layer) else None
        if kind == "string" and named in _NAMED:
            return _NAMED[named]
        return f"write a number for each dimension, as in [{given}, {given}]" if kind == "list" and text == "" else ""
    if kind not in ("list", "dict", "model", "model_attributes", "string"):
        return ""
    keys = ".".join(part for part in path if isinstance(part, str))
    prefixes = [prefix for known, prefix in _PLACES if issubclass(model, known)]
    return next(filter(None, (example(prefix + keys) for prefix in prefixes)), "")


def member(given: Any, allowed: list[str]) -> str | None:
    """The member of an enum that is meant by a qualified name, `trt.ActivationType.RELU`, `kRELU`, or by a dtype."""
    word = str(given).rpartition(".")[2]
    word = word[1:] if re.match("k[A-Z]", word) else word
    dtypes = {dtype: name for name, dtype in DTYPE_OF_MEMBER.items() if name in allowed}
    found = word if word in allowed else dtypes.get(word.lower())
    return found if found is not None and found != given else None


def _number(text: str, key: str) -> str:
    size = re.fullmatch(r"(?i)(\d+)\s*([kmg])i?b?", text)
    if size and key == "workspace":
        return f"it is in bytes: write {int(size[1]) << _BYTES[size[2].lower()]}"
    return "nothing in a file is computed; write the number"


def example(path: str) -> str:
    """`as in outputs: [y, z]`, by the reference's example of a key; empty if it has none."""
    value = _examples().get(path)
    return "" if value is None else f"as in {path.rpartition('.')[2]}: {brief(value, 100, str)}"


@cache
def _examples() -> dict[str, Any]:
    """path of the reference -> the value that its example has there, as texts."""
    found = {}
    for place, text in EXAMPLES.items():
        value = yaml.load(text, yaml.BaseLoader)
        for part in place.split("."):
            if isinstance(value, dict):
                value = value[part] if part in value else [*value.values()][-1]  # under a name of the example's own
        found[place] = value
    return found
